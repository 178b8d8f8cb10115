/**
 * Custom elements for the pages of a shop: `<placet-optin>` and `<placet-preferences>`.
 *
 * ```js
 * import { define } from "placet/elements";
 *
 * define({ endpoint: "https://consent.example", key: "pk_…" });
 * ```
 *
 * Without code, use `<script type="module" src="…/placet/auto.js"></script>` and the attributes described below.
 * Importing this module touches no global, so it may be imported on a server too; `define` needs a page.
 */
import type { Channel, Choice, PlacetError, Queued, Receipt } from "placet/storefront";

/** The values for elements that do not set these attributes. */
export interface Defaults {
  /** The http(s) address of the edge. */
  endpoint?: string;
  /** The shop's publishable key, `pk_…`. */
  key?: string;
  /** The identity token that the shop's server has signed, see `Placet.identify`. */
  identity?: string;
  /** The WebAssembly module. Default: `storefront_bg.wasm` beside this file. */
  wasm?: (URL | Request | Response | PromiseLike<Response> | BufferSource | WebAssembly.Module) & object;
}

/**
 * Defines both elements in the page. One call is sufficient; a further call only changes the defaults. It does nothing
 * on a server.
 */
export function define(defaults?: Defaults): void;

/** The texts of the elements besides the shop's own notice. */
export interface Words {
  email: string;
  phone: string;
  subscribe: string;
  saved: string;
  confirm: string;
  later: string;
  failed: string;
  needEmail: string;
  needPhone: string;
  needTick: string;
  privacy: string;
  title: string;
  save: string;
  stop: string;
  awaiting: string;
  ask: string;
  send: string;
  sent: string;
  others: string;
  channels: Record<Channel, string>;
}

/** Adds a language (en, de, es, fr, it and nl are included), or changes texts of one. Call it before `define`. */
export function addWords(language: string, words: Partial<Omit<Words, "channels">> & { channels?: Partial<Words["channels"]> }): void;

/** A choice of a person for one channel and purpose. */
export interface Chosen {
  channel: Channel;
  purpose: string;
  choice: Choice;
}

/**
 * Shows the shop's notice with a box for each channel and purpose that it lists. No box is ticked.
 *
 * Inside a form it is part of that form: its choices are captured with each submission of the form, for the addresses
 * in the form's fields (`data-placet-address`, or else `autocomplete` and `type`). The form's own submission is not
 * changed. Alone it is a newsletter form.
 *
 * Attributes: `endpoint`, `key` (or `publishable-key`) and `identity`; `notice`, `version` and `purpose` select one of
 * the notices; `shadow` draws it in a shadow tree; `button` and `form-name` are the button's text and the form's name
 * if it stands alone; `lang` is the language, as in HTML.
 *
 * Parts, which are classes `placet-…` too: `notice`, `choice`, `box`, `text`, `note`, `link`, `field`, `label`,
 * `input`, `button`, `status`, `wrong`. Custom properties: `--placet-accent`, `--placet-on-accent`, `--placet-border`,
 * `--placet-field`, `--placet-radius`, `--placet-gap`, `--placet-focus`, `--placet-error`. To stop the page from moving
 * when the element is drawn, set its height in the page's own style sheet: `placet-optin { display: block; min-height:
 * 20rem }`.
 */
export interface PlacetOptinElement extends HTMLElement {
  /** The current choice of each box. */
  readonly choices: readonly Chosen[];
}

/**
 * Shows a logged-in customer's choices, by `identity`. Anyone else sees a form that sends a link to their own address.
 * Attributes: `endpoint`, `key` (or `publishable-key`), `identity`, `shadow`, `lang`.
 */
export interface PlacetPreferencesElement extends HTMLElement {}

/** The events of the elements. All of them bubble, out of shadow trees too. */
export interface ElementEvents {
  /** The element is drawn. */
  "placet:ready": CustomEvent<null>;
  /** The person ticked or unticked a box, or saved preferences. */
  "placet:change": CustomEvent<readonly Chosen[]>;
  /** The edge has stored the submission. */
  "placet:submitted": CustomEvent<Receipt>;
  /** The submission waits in this browser. */
  "placet:queued": CustomEvent<Queued>;
  /** An error occurred. It is also written to the console, unless a listener calls `preventDefault()`. */
  "placet:error": CustomEvent<PlacetError>;
}

declare global {
  interface HTMLElementTagNameMap {
    "placet-optin": PlacetOptinElement;
    "placet-preferences": PlacetPreferencesElement;
  }
  interface GlobalEventHandlersEventMap extends ElementEvents {}
}
