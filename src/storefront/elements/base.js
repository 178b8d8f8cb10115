// What both elements share: one open storefront for each shop, texts in the page's language, and helpers for markup.

import { open } from "../storefront.js";
import { STYLE } from "./style.js";
import { wordsFor } from "./words.js";

/** The values for elements that do not have these attributes. */
export const defaults = {};

const opened = new Map();

/** Solves the proof of work of a shop that requires it. Its code is loaded only then. */
const presence = async (endpoint, key, config) => {
  if ((await config)?.presence === "altcha") return (await import("../presence.js")).solve(endpoint, key);
};

/** Returns the storefront of a shop; the page has one for each shop. After a failure the next caller tries again. */
const shared = (options) => {
  const name = `${options.endpoint} ${options.key}`;
  if (!opened.has(name)) {
    const opening = open({ ...options, presence });
    opened.set(name, opening);
    opening.catch(() => opened.delete(name));
  }
  return opened.get(name);
};

/** Creates an element. Texts come from people and from the shop, so they are set as text and never as markup. */
export const make = (tag, part, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries({ ...(part && { part, class: `placet-${part}` }), ...attributes })) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
};

let count = 0;

/** Returns an id that no other element of placet in this page has. */
export const freshName = () => `placet-${++count}`;

let sheet;

/** Adds the style sheet in a way that no Content-Security-Policy blocks. */
const styled = (root) => {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
};

// The addresses that the module accepts, see submission.rs and address.rs.
export const isEmail = ({ value }) => /^[^@\s]+@[^@\s]*\.[^@\s]+$/.test(value.trim());
export const isPhone = ({ value }) => {
  const digits = value.normalize("NFKC").replace(/\D/g, "").length;
  // The edge reads a number without country code by the country of the person or the shop, and cleans other characters.
  return /^[\d\s().\-/+\x80-\uffff]*$/.test(value.trim()) && digits > 3 && digits < 21;
};

/** Returns the addresses in an identity token. Only the edge can verify it. */
export const claimsOf = (token) => {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
    const { email, phone } = JSON.parse(new TextDecoder().decode(bytes));
    return { email, phone };
  } catch {
    return {};
  }
};

/**
 * Returns the base class of both elements. It is a function because importing must touch no global, and a server has no
 * HTMLElement.
 */
export const baseClass = () =>
  class extends HTMLElement {
    static observedAttributes = ["identity", "lang", "notice"];
    /** The node that contains the markup: the element itself, or its shadow root. */
    root;
    /** The identity token that the shop's server has signed. */
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
        // React does not pass on an attribute named key.
        const key = this.getAttribute("publishable-key") ?? this.given("key");
        this.placet = await shared({ endpoint: this.given("endpoint"), key, locale: this.language, wasm: defaults.wasm });
        // While the visitor types into the page's own form in this element, the element is not drawn: the text would be
        // lost.
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

    /**
     * Passes a changed identity token to the storefront, also when the customer has logged out. An element without a
     * token changes nothing.
     */
    identify() {
      // Templates write an empty attribute where nobody is logged in.
      const identity = this.given("identity") || undefined;
      if (identity !== this.identity) this.placet.identify(identity);
      this.identity = identity;
    }

    /** Draws the element again when the language, the notice or the customer has changed. */
    attributeChangedCallback(name, before, now) {
      if (!this.placet || !this.isConnected || before === now) return;
      if (name === "identity" && this.keepsDrawing) this.identify();
      else this.connectedCallback();
    }

    disconnectedCallback() {
      this.#generation++;
      this.leave?.();
      // The identity token that this element has set is removed with it.
      if (this.identity) this.placet?.identify(undefined);
      this.identity = undefined;
    }

    /** The language of the page at this element, as a BCP 47 tag. */
    get language() {
      const tag = this.closest("[lang]")?.lang || document.documentElement.lang || navigator.language;
      return tag.replaceAll("_", "-");
    }

    get words() {
      return wordsFor(this.language);
    }

    /** Fires an event in the page. An error without a listener is written to the console, so that it is noticed. */
    tell(name, detail) {
      const heard = this.dispatchEvent(new CustomEvent(`placet:${name}`, { detail, bubbles: true, composed: true, cancelable: name === "error" }));
      if (name === "error" && heard) console.error(detail);
    }

    say(text, isWrong = false) {
      this.status.textContent = text;
      this.status.classList.toggle("placet-wrong", isWrong);
      this.status.part.toggle("wrong", isWrong);
    }

    /** Creates a field with its label and a place for its error text. */
    field(kind) {
      const [id, wrong] = [freshName(), freshName()];
      const input = make("input", "input", {
        id, name: kind,
        // Browsers refuse some addresses in a field of the type email, such as those with letters beyond ASCII.
        type: kind === "email" ? "text" : "tel", inputmode: kind === "email" ? "email" : "tel", autocomplete: kind === "email" ? "email" : "tel", "data-placet-address": kind, "aria-describedby": wrong,
      });
      const line = make("p", "wrong", { id: wrong });
      const element = make("div", "field", {}, make("label", "label", { for: id }, this.words[kind]), input, line);
      /** Returns whether the value could be an address. If not, shows how to correct it. */
      const check = () => {
        const fits = kind === "email" ? isEmail(input) : isPhone(input);
        input.setAttribute("aria-invalid", !fits);
        line.textContent = fits ? "" : this.words[kind === "email" ? "needEmail" : "needPhone"];
        return fits;
      };
      input.addEventListener("input", () => line.textContent && check());
      return { element, input, check };
    }

    /** Runs a slow task and shows its outcome. Only one runs at a time. */
    async busy(button, work) {
      if (this.#isBusy) return;
      this.#isBusy = true;
      // `aria-disabled` and not `disabled`: a disabled button would lose the focus that its press has just given it.
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
