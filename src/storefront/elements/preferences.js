// <placet-preferences>: all choices of a logged-in customer in one form. For anyone else, a form that requests a link.

import { claimsOf, make } from "./base.js";
import { languageFor, KINDS } from "./words.js";

export const preferencesClass = (Base) =>
  class extends Base {
    async draw(stays) {
      const { identity } = this;
      const config = await this.placet.config;
      let shown;
      try {
        shown = identity && (await this.placet.ask("/v1/preferences", { identity, locale: this.language }));
      } catch (error) {
        // For example, the token has expired. The person can still request the link.
        if (stays()) this.tell("error", error);
      }
      if (!stays()) return;
      this.say("");
      if (shown?.addresses.some(({ named }) => named)) this.#drawChoices(shown.addresses);
      else this.#drawAsking(config);
      this.tell("ready");
    }

    #drawChoices(addresses) {
      const boxes = [];
      // The customer can change the addresses that the shop's token names. The choices of their other addresses are
      // only shown.
      const groups = addresses.map(({ masked, named, choices }) =>
        make("fieldset", "group", { disabled: !named }, make("legend", "label", {}, masked), ...choices.map((one) => {
          const words = `${one.text ?? one.purpose} ${this.words.channels[one.channel]}`;
          const input = make("input", "box", { type: "checkbox", name: `${one.channel}.${one.purpose}`, checked: one.status === "opted_in" });
          boxes.push({ ...one, named, words, input, is: one.status === "opted_in" });
          const note = one.confirmable ? [make("span", "note", {}, ` (${this.words.awaiting})`)] : [];
          return make("label", "choice", {}, input, make("span", "text", {}, words, ...note));
        })),
      );
      const language = languageFor(this.language);
      const title = make("p", "notice", { lang: language }, this.words.title);
      const [save, stop] = ["save", "stop"].map((name) => make("button", name === "stop" ? "button placet-second" : "button", { type: name === "save" ? "submit" : "button" }, this.words[name]));
      const form = make("form", "form", {}, title, ...groups, make("p", "buttons", {}, save, stop), this.status);
      if (addresses.some(({ named }) => !named)) form.append(make("p", "note", {}, this.words.others));
      const own = boxes.filter(({ named }) => named);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.busy(save, () => this.#save(own, boxes, own.filter(({ input, is }) => input.checked !== is), ({ input }) => input.checked));
      });
      // Opts out for all of the customer's named addresses, whatever is ticked: a superfluous opt-out does no harm, a
      // missing one does.
      stop.addEventListener("click", () => this.busy(stop, () => this.#save(own, boxes, own, () => false)));
      this.root.replaceChildren(form);
    }

    /** Submits the changed choices only: the person has not decided about the others. */
    async #save(own, boxes, changed, wanted) {
      if (!changed.length) return this.words.saved;
      const choices = changed.map((box) => ({ channel: box.channel, purpose: box.purpose, choice: wanted(box) ? "opt_in" : "opt_out" }));
      // A page may stay open for longer than its token is valid. Then an opt-in would not be recorded as the person is
      // told. So the edge checks the token first: 422 means that it is not valid. An opt-out still counts for 30 days.
      if (choices.some(({ choice }) => choice === "opt_in")) {
        await this.placet.ask("/v1/preferences", { identity: this.identity, locale: this.language }).catch((error) => {
          if (error.status === 422) throw error;
        });
      }
      const outcome = await this.placet.submit({
        contact: claimsOf(this.identity),
        choices,
        notice: { id: "preferences", version: VERSION, locale: languageFor(this.language), text: [this.words.title, ...boxes.map(({ words }) => words)].join("\n") },
        source: { kind: "form", form: "preferences" },
      });
      // The token has become invalid on the way, so the opt-outs count for nothing until the person opens the link.
      const [isLinkSent, isUnproven] = ["link_sent", "unproven"].map((name) => outcome.choices?.some((one) => one.outcome === name));
      if (!isLinkSent && !isUnproven) for (const box of changed) box.input.checked = box.is = choices.some((one) => one.channel === box.channel && one.purpose === box.purpose && one.choice === "opt_in");
      this.tell(outcome.queued ? "queued" : "submitted", outcome);
      this.tell("change", choices);
      return this.words[outcome.queued ? "later" : isLinkSent ? "sent" : isUnproven ? "failed" : "saved"];
    }

    /**
     * Lets a person who is not logged in request a link to their own address. The answer does not reveal whether the
     * address is known.
     */
    #drawAsking(config) {
      const hasPhone = config?.channels.some((channel) => KINDS[channel] === "phone");
      const kind = config?.channels.includes("email") || !hasPhone ? "email" : "phone";
      const { element, input, check } = this.field(kind);
      const button = make("button", "button", { type: "submit" }, this.words.send);
      const form = make("form", "form", { novalidate: true }, make("p", "notice", {}, this.words.ask), element, button, this.status);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (!check()) return input.focus();
        this.busy(button, async () => {
          await this.placet.ask("/v1/preferences/link", { contact: { [kind]: input.value.trim() }, locale: this.language });
          return this.words.sent;
        });
      });
      this.root.replaceChildren(form);
    }
  };
