/**
 * Elements that a shop drops into its pages: `<placet-optin>` and `<placet-preferences>`.
 *
 * ```js
 * import { define } from "placet/elements";
 *
 * define({ endpoint: "https://consent.example", key: "pk_…" });
 * ```
 *
 * Or, without any code, `<script type="module" src="…/placet/auto.js"></script>` and the attributes below.
 * Importing this module touches no global, so it may be imported on a server too; `define` needs a page.
 */
import type { Channel, Choice, PlacetError, Queued, Receipt } from "placet/storefront";

/** What elements go by that do not say it themselves. */
export interface Defaults {
  /** The http(s) address of the edge. */
  endpoint?: string;
  /** A publishable key, `pk_…`. */
  key?: string;
  /** What the shop's server has signed, see `Placet.identify`. */
  identity?: string;
  /** The WebAssembly module, where it does not lie beside this file. */
  wasm?: (URL | Request | Response | PromiseLike<Response> | BufferSource | WebAssembly.Module) & object;
}

/** Makes both elements known to the page. Once is enough; again only changes the defaults. On a server it does nothing. */
export function define(defaults?: Defaults): void;

/** What the elements say besides the shop's own words. */
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

/** Adds a language (en, de, es, fr, it and nl are there), or changes words of one. To be called before `define`. */
export function addWords(language: string, words: Partial<Omit<Words, "channels">> & { channels?: Partial<Words["channels"]> }): void;

/** One choice of a person. */
export interface Chosen {
  channel: Channel;
  purpose: string;
  choice: Choice;
}

/**
 * The shop's notice with a box for each channel and purpose that it lists, none of them ticked.
 *
 * Inside a form it is a part of the form: its choices are captured with each submission, by the addresses in the form's fields
 * (`data-placet-address`, else `autocomplete` and `type`), and the form goes its own way. By itself it is a newsletter form.
 *
 * Attributes: `endpoint`, `key` (or `publishable-key`), `identity`; `notice`, `version`, `purpose` to choose among the notices;
 * `shadow` to draw in a shadow tree; `button` and `form-name` of a form of its own; `lang` as everywhere.
 *
 * Parts, and in the light tree classes `placet-…`: `notice`, `choice`, `box`, `text`, `note`, `link`, `field`, `label`, `input`,
 * `button`, `status`, `wrong`. Custom properties: `--placet-accent`, `--placet-on-accent`, `--placet-border`, `--placet-field`,
 * `--placet-radius`, `--placet-gap`, `--placet-focus`, `--placet-error`. To keep the page from moving when it is drawn, give it its
 * height in the page's own style sheet: `placet-optin { display: block; min-height: 20rem }`.
 */
export interface PlacetOptinElement extends HTMLElement {
  /** What is chosen now. */
  readonly choices: readonly Chosen[];
}

/**
 * What a logged-in customer has chosen, by `identity`; for anyone else a form that sends a link to their own address.
 * Attributes: `endpoint`, `key` (or `publishable-key`), `identity`, `shadow`, `lang`.
 */
export interface PlacetPreferencesElement extends HTMLElement {}

/** The elements' events. All of them bubble, out of shadow trees too. */
export interface ElementEvents {
  /** It is drawn. */
  "placet:ready": CustomEvent<null>;
  /** Boxes were ticked or unticked, or preferences saved. */
  "placet:change": CustomEvent<readonly Chosen[]>;
  /** The edge has it. */
  "placet:submitted": CustomEvent<Receipt>;
  /** It waits in this browser. */
  "placet:queued": CustomEvent<Queued>;
  /** Something is wrong. Unless it is prevented, it is written to the console too. */
  "placet:error": CustomEvent<PlacetError>;
}

declare global {
  interface HTMLElementTagNameMap {
    "placet-optin": PlacetOptinElement;
    "placet-preferences": PlacetPreferencesElement;
  }
  interface GlobalEventHandlersEventMap extends ElementEvents {}
}
