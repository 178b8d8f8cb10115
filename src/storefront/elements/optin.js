// <placet-optin>: the shop's notice with a box for each channel and purpose, none of them ticked. Inside a form it is a
// part of that form; alone it is a newsletter form.

import { PlacetError } from "../storefront.js";
import { claimsOf, freshName, isEmail, isPhone, make } from "./base.js";
import { inLanguage, KINDS } from "./words.js";

/** How to find the address fields of the shop's form, by the attributes that browsers know. */
const FIELDS = {
  email: ["[autocomplete~=email]", "[type=email]"],
  phone: ["[autocomplete~=tel]", "[type=tel]"],
  country: ["[autocomplete~=country]"],
};

export const optinClass = (Base) =>
  class extends Base {
    static formAssociated = true;
    /** The boxes do not depend on the identity, so a new identity does not draw the element again. */
    keepsDrawing = true;
    #internals = this.attachInternals();
    #boxes = [];
    #config;
    #shown;

    async draw(stays) {
      this.#config = await this.placet.config;
      if (!stays()) return;
      const notice = this.#notice();
      if (!this.#config) {
        this.placet.on("change", this.#arrived);
        throw this.placet.why();
      }
      if (!notice) {
        const wanted = ["notice", "version", "purpose"].map((name) => this.getAttribute(name)).filter(Boolean).join(" ");
        const all = this.#config.notices.filter(({ choices }) => choices?.length).map(({ id, version, locale }) => `${id} ${version} (${locale})`);
        throw new PlacetError("no_notice", `no notice ${wanted || "with choices"}; the shop has ${all.join(", ") || "none that lists its choices"}`);
      }
      this.leave?.();
      const form = this.#internals.form;
      const [before, boxes] = [[...this.root.childNodes], this.#boxes];
      const shown = `${notice.id} ${notice.version} ${notice.locale}`;
      this.#drawBoxes(notice, form);
      try {
        if (form) this.#join(form);
      } catch (error) {
        // A box that could not be captured must not be shown.
        this.root.replaceChildren(...before);
        this.#boxes = boxes;
        throw error;
      }
      // If the element is moved within the page or into another form, boxes of the same notice stay ticked.
      const ticked = this.#shown === shown ? boxes.filter(({ input }) => input.checked).map(({ input }) => input.name) : [];
      for (const { input } of this.#boxes) input.checked = ticked.includes(input.name);
      this.#shown = shown;
      this.#setValues();
      this.tell("ready");
    }

    /** Draws the element when the settings arrive after all. */
    #arrived = async () => {
      if (!this.#config && (await this.placet.config) && this.isConnected) this.connectedCallback();
    };

    /** Returns the shop's notice: the latest that matches the attributes, in the page's language. */
    #notice() {
      const [wanted, version, purposes] = ["notice", "version", "purpose"].map((name) => this.getAttribute(name));
      const asked = purposes?.split(/[\s,]+/);
      const fits = (own) =>
        own.choices?.length && (!wanted || own.id === wanted) && (!version || own.version === version) && (!asked || own.choices.every(({ purpose }) => asked.includes(purpose)));
      const all = (this.#config?.notices ?? []).filter(fits).reverse();
      return inLanguage(all.filter(({ id, version }) => id === all[0].id && version === all[0].version), ({ locale }) => locale, this.language);
    }

    #drawBoxes({ id, version, locale, text, choices }, form) {
      const lines = text.split("\n");
      const labels = lines.splice(-choices.length);
      const group = freshName();
      const notice = make("p", "notice", { id: group, "data-placet-notice": id, "data-placet-version": version, lang: locale }, lines.join("\n"));
      this.#boxes = choices.map(({ channel, purpose }, place) => {
        const name = freshName();
        const wrong = make("p", "wrong", { id: `${name}-wrong`, "aria-live": "polite" });
        const input = make("input", "box", {
          type: "checkbox", id: name, name: `placet.${channel}.${purpose}`, disabled: this.matches(":disabled"), "data-placet-channel": channel, "data-placet-purpose": purpose, "aria-describedby": wrong.id,
        });
        const label = make("label", "choice", { for: name, lang: locale }, input, make("span", "text", {}, labels[place]));
        return { channel, purpose, kind: KINDS[channel], input, wrong, element: [label, wrong] };
      });
      const { policy_url } = this.#config.shop;
      const drawn = [notice, ...this.#boxes.flatMap(({ element }) => element)];
      if (policy_url) drawn.splice(1, 0, make("p", "note", {}, make("a", "link", { href: policy_url }, this.words.privacy)));
      // Who moves by keyboard hears the notice at the first box.
      const named = { role: "group", "aria-labelledby": group, "aria-describedby": group };
      this.root.replaceChildren(form ? make("div", "form", named, ...drawn, this.status) : this.#ownForm(drawn, named));
      this.root.addEventListener("change", this.#changed);
    }

    #changed = ({ target }) => {
      const box = this.#boxes.find(({ input }) => input === target);
      if (!box) return;
      this.say("");
      if (this.#internals.form) this.#checkAddresses(this.#internals.form, target);
      this.#setValues();
      this.tell("change", this.choices);
    };

    /** The boxes in a shadow tree do not belong to the form, so their values are set here. */
    #setValues() {
      if (this.root === this) return;
      const values = new FormData();
      for (const { input } of this.#boxes) if (input.checked) values.append(input.name, "on");
      this.#internals.setFormValue(values);
    }

    /** The current choices. */
    get choices() {
      return this.#boxes.map(({ channel, purpose, input }) => ({ channel, purpose, choice: input.checked ? "opt_in" : "declined" }));
    }

    /** Binds the shop's form to this element. Errors of placet never stop the form. */
    #join(form) {
      const fields = [...form.elements];
      for (const [kind, selectors] of Object.entries(FIELDS)) {
        if (fields.some(({ dataset }) => dataset.placetAddress === kind)) continue;
        const [found, ...others] = selectors.map((selector) => fields.filter((own) => own.matches(selector))).find(({ length }) => length) ?? [];
        // A gift has a second address, which is somebody else's.
        if (others.length) this.tell("error", new PlacetError("several_fields", `mark the person's own field with data-placet-address="${kind}"`));
        else if (found) found.dataset.placetAddress = kind;
      }
      const unbind = this.placet.bind(form, this.root, (outcome) => this.#told(outcome));
      const check = () => this.#checkAddresses(form);
      form.addEventListener("input", check);
      this.leave = () => {
        unbind();
        form.removeEventListener("input", check);
      };
    }

    /**
     * Shows, beside a ticked box, that its address is missing or not valid, such as a phone number for text messages.
     * The text appears only beside the box that was just ticked: a text that appears while the visitor presses a button
     * would move the button away from the pointer.
     */
    #checkAddresses(form, ticked) {
      for (const { kind, input, wrong } of this.#boxes) {
        const fields = [...form.elements].filter(({ dataset }) => dataset.placetAddress === kind);
        const fits = !input.checked || fields.some(kind === "email" ? isEmail : isPhone);
        if (fits) wrong.textContent = "";
        else if (input === ticked) wrong.textContent = this.words[kind === "email" ? "needEmail" : "needPhone"];
      }
    }

    #ownForm(drawn, named) {
      const kinds = [...new Set(this.#boxes.map(({ kind }) => kind))].filter(Boolean);
      const fields = kinds.map((kind) => ({ kind, ...this.field(kind) }));
      const button = make("button", "button", { type: "submit" }, this.getAttribute("button") ?? this.words.subscribe);
      const form = make(
        "form", "form", { novalidate: true, "data-placet-form": this.getAttribute("form-name") ?? "placet-optin" },
        ...fields.map(({ element }) => element), make("div", "form", named, ...drawn), button, this.status,
      );
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const ticked = this.#boxes.filter(({ input }) => input.checked);
        const wanted = fields.filter(({ kind, input }) => input.value.trim() || ticked.some((box) => box.kind === kind));
        const wrong = wanted.filter(({ check }) => !check())[0];
        if (!ticked.length) {
          this.say(this.words.needTick, true);
          this.#boxes[0].input.focus();
        } else if (wrong) {
          wrong.input.focus();
        } else {
          this.busy(button, async () => {
            const said = await this.#told(this.placet.capture(form, this.root), true);
            form.reset();
            return said;
          });
        }
      });
      return form;
    }

    /** Reports the outcome of a submission to the page and to the person. */
    async #told(outcome, throws) {
      const own = claimsOf(this.identity);
      const form = this.#internals.form ?? this.root.querySelector("form");
      const isOwn = (kind) => [...form.elements].some(({ dataset, value }) => dataset.placetAddress === kind && own[kind]?.toLowerCase() === value.trim().toLowerCase());
      const asked = this.#boxes.some(({ channel, kind, input }) => input.checked && this.#config.policy.confirmation.includes(channel) && !isOwn(kind));
      try {
        const receipt = await outcome;
        if (!receipt && throws) throw new PlacetError("bad_address", "no usable address for what was ticked");
        if (!receipt) return "";
        this.tell(receipt.queued ? "queued" : "submitted", receipt);
        const said = this.words[receipt.queued ? "later" : asked ? "confirm" : "saved"];
        this.say(said);
        return said;
      } catch (error) {
        if (throws) throw error;
        this.tell("error", error);
      }
    }

    formResetCallback() {
      for (const { input, wrong } of this.#boxes) {
        input.checked = false;
        wrong.textContent = "";
      }
      this.#internals.setFormValue(null);
    }

    formDisabledCallback(disabled) {
      for (const { input } of this.#boxes) input.disabled = disabled;
    }
  };
