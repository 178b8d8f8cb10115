// What the elements have in common: one open storefront for a page, words in the page's language, small pieces of markup.

import { open } from "../storefront.js";
import { STYLE } from "./style.js";
import { wordsFor } from "./words.js";

/** For elements that do not say themselves which shop they are of. */
export const defaults = {};

const opened = new Map();

/** One storefront for each shop in a page. One that failed is tried again by whoever asks next. */
const shared = (options) => {
  const name = `${options.endpoint} ${options.key}`;
  if (!opened.has(name)) {
    const opening = open(options);
    opened.set(name, opening);
    opening.catch(() => opened.delete(name));
  }
  return opened.get(name);
};

/** A piece of markup. Texts are people's and the shop's own: they are set as text, never as markup. */
export const make = (tag, part, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries({ ...(part && { part, class: `placet-${part}` }), ...attributes })) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
};

let count = 0;

/** Ids are of the whole page: no two of ours are alike. */
export const freshName = () => `placet-${++count}`;

let sheet;

/** A style sheet that needs no leave of a Content-Security-Policy. */
const styled = (root) => {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
};

// What the module will take, see submission.rs and address.rs.
export const isEmail = (input) => /^[^@]+@[^@]*\./.test(input.value.trim()) && (input.type !== "email" || input.validity.valid);
export const isPhone = ({ value }) => {
  const digits = value.replace(/\D/g, "").length;
  return /^\+(?!0)[\d\s().\-/+]*$/.test(value.trim()) && digits > 6 && digits < 17;
};

/** The addresses in a token. Whether it is good the edge alone can tell. */
export const claimsOf = (token) => {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
    const { email, phone } = JSON.parse(new TextDecoder().decode(bytes));
    return { email, phone };
  } catch {
    return {};
  }
};

/** The base of both elements. A function, since importing must touch no global and a server has no HTMLElement. */
export const baseClass = () =>
  class extends HTMLElement {
    static observedAttributes = ["identity", "lang", "notice"];
    /** Where everything is drawn: the element itself, or its shadow. */
    root;
    /** Who the customer is, as the shop's server has signed it. */
    identity;
    status = make("p", "status", { role: "status" });
    #generation = 0;
    #isBusy = false;

    async connectedCallback() {
      const generation = ++this.#generation;
      const stays = () => this.isConnected && generation === this.#generation;
      try {
        this.root ??= this.hasAttribute("shadow") ? (this.shadowRoot ?? this.attachShadow({ mode: "open" })) : this;
        styled(this.root === this ? this.getRootNode() : this.root);
        // React keeps attributes named key to itself.
        const key = this.getAttribute("publishable-key") ?? this.given("key");
        this.placet = await shared({ endpoint: this.given("endpoint"), key, locale: this.language, wasm: defaults.wasm });
        // What somebody is typing into stays until they are done: the page's own form, before ours is there.
        while (stays() && this.matches(":focus-within") && !this.drawn) await new Promise((left) => this.addEventListener("focusout", () => setTimeout(left), { once: true }));
        if (!stays()) return;
        this.identify();
        await this.draw(stays);
        this.drawn ||= stays();
      } catch (error) {
        if (stays()) this.tell("error", error);
      }
    }

    given(name) {
      return this.getAttribute(name) ?? defaults[name] ?? undefined;
    }

    /** Also when the customer has logged out. An element that says nothing of it leaves it as it is. */
    identify() {
      const identity = this.given("identity");
      if (identity !== this.identity) this.placet.identify(identity);
      this.identity = identity;
    }

    /** Whoever changes the language, or logs in or out, sees it anew. */
    attributeChangedCallback(name, before, now) {
      if (!this.placet || !this.isConnected || before === now) return;
      if (name === "identity" && this.keepsDrawing) this.identify();
      else this.connectedCallback();
    }

    disconnectedCallback() {
      this.#generation++;
      this.leave?.();
      // What this element brought goes with it.
      if (this.identity) this.placet?.identify(undefined);
      this.identity = undefined;
    }

    /** The language of the page here, as BCP 47 has it. */
    get language() {
      const tag = this.closest("[lang]")?.lang || document.documentElement.lang || navigator.language;
      return tag.replaceAll("_", "-");
    }

    get words() {
      return wordsFor(this.language);
    }

    /** Tells the page. A mistake that nobody listens for would stay unseen for ever. */
    tell(name, detail) {
      const heard = this.dispatchEvent(new CustomEvent(`placet:${name}`, { detail, bubbles: true, composed: true, cancelable: name === "error" }));
      if (name === "error" && heard) console.error(detail);
    }

    say(text, isWrong = false) {
      this.status.textContent = text;
      this.status.classList.toggle("placet-wrong", isWrong);
      this.status.part.toggle("wrong", isWrong);
    }

    /** A field with its label, and a place for what is wrong with it. */
    field(kind) {
      const [id, wrong] = [freshName(), freshName()];
      const input = make("input", "input", {
        id, name: kind, type: kind === "email" ? "email" : "tel", autocomplete: kind === "email" ? "email" : "tel", "data-placet-address": kind, "aria-describedby": wrong,
      });
      const line = make("p", "wrong", { id: wrong });
      const element = make("div", "field", {}, make("label", "label", { for: id }, this.words[kind]), input, line);
      /** Whether it could be an address; says what to do about it where it could not. */
      const check = () => {
        const fits = kind === "email" ? isEmail(input) : isPhone(input);
        input.setAttribute("aria-invalid", !fits);
        line.textContent = fits ? "" : this.words[kind === "email" ? "needEmail" : "needPhone"];
        return fits;
      };
      input.addEventListener("input", () => line.textContent && check());
      return { element, input, check };
    }

    /** Does something that takes a while, one thing at a time, and says what became of it. */
    async busy(button, work) {
      if (this.#isBusy) return;
      this.#isBusy = true;
      // Not disabled: that would take the focus from who has just pressed it.
      button.ariaDisabled = "true";
      this.say("");
      try {
        this.say(await work());
      } catch (error) {
        this.say(this.words.failed, true);
        this.tell("error", error);
      } finally {
        this.#isBusy = false;
        button.ariaDisabled = null;
      }
    }
  };
