// <placet-preferences>: what a logged-in customer has chosen, all of it to be changed at once; for anyone else the way to a link.

import { PlacetError } from "../storefront.js";
import { make } from "./base.js";

export const preferencesClass = (Base) =>
  class extends Base {
    async draw(stays) {
      const identity = this.getAttribute("identity");
      if (!identity) return this.#drawAsking(await this.placet.config);
      const shown = await this.placet.ask("/v1/preferences", { identity, locale: this.language });
      if (stays()) this.#drawChoices(shown, identity);
    }

    #drawChoices({ addresses, page }, identity) {
      // The shop has signed which addresses are the customer's; of others they see what stands, and change it on their page.
      const own = claimsOf(identity);
      const boxes = [];
      const groups = addresses.map(({ masked, named, choices }) =>
        make("fieldset", "group", { disabled: !named }, make("legend", "label", {}, masked), ...choices.map((one) => {
          const words = `${one.text ?? one.purpose} ${this.words.channels[one.channel]}`;
          const input = make("input", "box", { type: "checkbox", name: `${one.channel}.${one.purpose}`, checked: one.choice === "opt_in" });
          boxes.push({ ...one, named, words, input });
          const note = one.confirmable ? [make("span", "note", {}, ` (${this.words.awaiting})`)] : [];
          return make("label", "choice", {}, input, make("span", "text", {}, words, ...note));
        })),
      );
      const title = make("p", "notice", { lang: this.language }, this.words.title);
      const [save, stop] = ["save", "stop"].map((name) => make("button", name === "stop" ? "button placet-second" : "button", { type: name === "save" ? "submit" : "button" }, this.words[name]));
      const form = make("form", "form", {}, title, ...groups, make("p", "buttons", {}, save, stop), this.status);
      if (page) form.append(make("p", "note", {}, make("a", "link", { href: page }, this.words.page)));
      const send = (button, wanted) => this.busy(button, () => this.#save(boxes, wanted, own));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        send(save, ({ input }) => input.checked);
      });
      stop.addEventListener("click", () => send(stop, () => false));
      this.root.replaceChildren(form);
      this.tell("ready");
    }

    /** Hands in what differs from what was shown: the rest nobody has said anything of. */
    async #save(boxes, wanted, own) {
      const changed = boxes.filter((box) => box.named && wanted(box) !== (box.choice === "opt_in"));
      if (!changed.length) return this.words.saved;
      // A page may stay open for longer than its token is good. Without it a no would be anybody's, and turn nobody off.
      const question = { identity: this.getAttribute("identity"), locale: this.language };
      await this.placet.ask("/v1/preferences", question).catch((error) => {
        if (error.status === 422) throw error;
      });
      const choices = changed.map((box) => ({ channel: box.channel, purpose: box.purpose, choice: wanted(box) ? "opt_in" : "opt_out" }));
      const outcome = await this.placet.submit({
        contact: own,
        choices,
        notice: { id: "preferences", version: VERSION, locale: this.language, text: [this.words.title, ...boxes.map(({ words }) => words)].join("\n") },
        source: { kind: "form", form: "preferences" },
      });
      for (const box of changed) {
        box.choice = wanted(box) ? "opt_in" : "opt_out";
        box.input.checked = wanted(box);
      }
      this.tell(outcome.queued ? "queued" : "submitted", outcome);
      this.tell("change", choices);
      return this.words[outcome.queued ? "later" : "saved"];
    }

    /** Whoever is not logged in can have a link sent to their own address. Whether it is known, nobody is told. */
    #drawAsking(config) {
      const hasPhone = config?.channels.some((channel) => ["sms", "phone", "whatsapp"].includes(channel));
      const kinds = config?.channels.includes("email") || !hasPhone ? ["email"] : ["phone"];
      const { element, input, check } = this.field(kinds[0]);
      const button = make("button", "button", { type: "submit" }, this.words.send);
      const form = make("form", "form", { novalidate: true }, make("p", "notice", {}, this.words.ask), element, button, this.status);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (!check()) return input.focus();
        this.busy(button, async () => {
          await this.placet.ask("/v1/preferences/link", { contact: { [kinds[0]]: input.value.trim() }, locale: this.language });
          return this.words.sent;
        });
      });
      this.root.replaceChildren(form);
      this.tell("ready");
    }
  };

/** The addresses in a token. Whether it is good the edge alone can tell. */
const claimsOf = (token) => {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
    const { email, phone } = JSON.parse(new TextDecoder().decode(bytes));
    return { email, phone };
  } catch {
    throw new PlacetError("bad_identity", "hand over what the shop's server has signed");
  }
};
