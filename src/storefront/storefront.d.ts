/**
 * placet in the storefront: captures opt-ins, keeps them until the edge has them, and answers from what this browser knows.
 *
 * Importing this module touches no global, so it may be imported on a server too. It must never stand in the way of a
 * checkout; let the page go on without it:
 *
 * ```js
 * import { open } from "placet/storefront";
 *
 * const placet = await open({ endpoint: "https://consent.example", key: "pk_…" }).catch(() => undefined);
 * placet?.bind(document.querySelector("form"));
 * ```
 */

/** A way to reach a person. */
export type Channel = "email" | "sms" | "phone" | "whatsapp" | "push" | "post";

/** What a person chose. `declined`: was asked and did not say yes. */
export type Choice = "opt_in" | "opt_out" | "declined";

/** Why a message may not be sent. */
export type Reason =
  | "never_asked" | "declined" | "opted_out" | "objected" | "suppressed" | "channel_off" | "no_address" | "restricted"
  | "basis_not_accepted" | "under_age" | "expired" | "awaiting_confirmation";

/** The ground on which an opt-in rests. */
export type Basis = "consent" | "soft_opt_in" | "implied" | "legitimate_interest" | "contract";

/** May we send this? By which law, and why or why not. */
export type Decision = ({ allow: true; reason: null } | { allow: false; reason: Reason }) & {
  /** The record that decides. */
  record: string | null;
  /** The basis of that record, where it is an opt-in. */
  basis: Basis | null;
  /** The dealing that the basis rests on. */
  dealing: string | null;
  /** The rule that was applied; `any` is the strictest of all. */
  rule: { id: string; law: string; article: string };
  /** When an allow becomes a deny, or a deny an allow, if nothing is recorded until then; RFC 3339. */
  until: string | null;
  /** Why the shop goes its own way with this rule. */
  override: string | null;
  /** The steps that led there, in words; none until the shop's settings have arrived. */
  explain: string[];
};

/** What the page knows of the person. */
export interface Person {
  /** ISO 3166-1 alpha-2, such as `DE`. Without it the strictest rule applies. */
  country?: string;
  /** ISO 3166-2 without the country, such as `FL`. */
  region?: string;
  /** As whom the person is addressed; a consumer where nothing is said. */
  relation?: "consumer" | "business";
  /** The date of birth, such as `2009-05-01`. */
  born?: string;
  /** Whether the person's data may be kept and not used (GDPR Art. 18). */
  restricted?: boolean;
  /** `false` where there is no address that the channel could use. */
  reachable?: boolean;
}

export interface Options {
  /** The http(s) address of the edge. */
  endpoint: string;
  /** A publishable key, `pk_…`. */
  key: string;
  /** The language of the words, BCP 47, where no `lang` attribute says one. */
  locale?: string;
  /**
   * Forms to be bound at once. What is submitted before the module has loaded is kept in this browser and read as soon as it
   * has, in this page or in a later one: so nobody is too quick for it, and where WebAssembly is blocked nothing is lost.
   */
  forms?: Iterable<HTMLFormElement>;
  /** See {@link Placet.identify}. */
  identity?: string;
  /** The WebAssembly module, where it does not lie beside this file as `storefront_bg.wasm`. */
  wasm?: (URL | Request | Response | PromiseLike<Response> | BufferSource | WebAssembly.Module) & object;
}

/** What a script hands in. Choices whose channel has no address in `contact` are refused. */
export interface Submission {
  contact: {
    email?: string;
    /** With `+` and the country code. */
    phone?: string;
    /** ISO 3166-1 alpha-2. */
    country?: string;
  };
  choices: readonly { channel: Channel; purpose: string; choice: Choice }[];
  notice: {
    id: string;
    version: string;
    /** BCP 47; that of `open` where absent. */
    locale?: string;
    /**
     * The words that were shown, white space at their ends aside. The SHA-256 of their UTF-8 bytes is part of the record; the
     * words go along, once, where they are none of the shop's own notices.
     */
    text: string;
  };
  source?: { kind?: "form" | "script"; form?: string };
}

/** The edge has it. */
export interface Receipt {
  id: string;
  /** RFC 3339. */
  received_at: string;
  queued?: undefined;
}

/** It waits in this browser and is sent when the edge can be reached. */
export interface Queued {
  id: string;
  queued: true;
  received_at?: undefined;
}

/** What `GET /v1/storefront` says of the shop. */
export interface Config {
  shop: { id: string; name: string; country?: string | null; policy_url?: string | null };
  channels: Channel[];
  purposes: string[];
  notices: { id: string; version: string; locale: string; text: string; choices?: { channel: Channel; purpose: string }[] }[];
  /** What the shop asks for beyond the law. */
  policy: {
    /** The channels on which an opt-in waits until its address confirms it. */
    confirmation: Channel[];
    /** The purposes that are no advertising. */
    transactional?: string[];
  };
  /** What `decide` goes by: the terms of every place for this shop, and the words of explanations. */
  decisions?: object;
}

export interface Events {
  /** The answers of `decide` may differ from now on. */
  change: undefined;
  /** The edge has a submission. */
  submitted: Receipt;
  /** A submission could not be sent yet. */
  queued: Queued;
  /** Something is wrong that nobody awaits. Without a listener it is written to the console. */
  error: PlacetError;
}

export interface Placet {
  /**
   * The shop's configuration; `null` where the edge cannot be reached. Until it is there `decide` follows the strictest
   * policy, and `change` follows when it comes.
   */
  readonly config: Promise<Config | null>;

  /**
   * Captures each submission of a form from now on, in the background: the form's own submission is neither stopped nor
   * delayed. Returns what undoes it.
   *
   * The form is marked up so:
   *
   * - `data-placet-form="checkout"`, or its `id`, names it (optional);
   * - `data-placet-address="email"`, `"phone"` or `"country"` on its fields;
   * - `data-placet-notice="id"` and `data-placet-version="3"` on the element that holds the words;
   * - `data-placet-channel` and `data-placet-purpose` on its checkboxes, each with a `<label>`.
   *
   * A ticked box is an `opt_in`, an unticked one `declined`. A box whose address field is empty is left out; where none
   * remains nothing is sent. A box with the `checked` attribute is recorded as `declined` whatever its state, and `error`
   * tells `preticked`: a box that the page ticked says nothing of the person's will (CJEU C-673/17, Planet49).
   *
   * What is inside a `<placet-optin>` of the form is that element's, which captures it by itself.
   *
   * **The words** in the record are lines joined by `"\n"`: the text of the notice, then that of each box's first label in
   * document order, where text is `element.textContent.replace(/\s+/g, " ").trim()`. The SHA-256 of their UTF-8 bytes, in
   * lower-case hex, is `notice.text_sha256`; whoever has the page can compute it again. Disabled boxes were not offered and
   * do not count. The language is the closest `lang` attribute around the notice.
   *
   * A choice is kept in this browser before the form's own submission goes on, and sent at once; where the page goes away
   * before the answer, the next page that opens placet sends it again under the same id, and the edge keeps one.
   *
   * @throws {PlacetError} where the markup lacks one of these.
   */
  bind(form: HTMLFormElement): () => void;

  /**
   * Captures a form now, for pages that send it by themselves and fire no `submit` event. Resolves as `submit` does; to nothing
   * where there is no address to record a choice on. The choices are kept in this browser before it returns.
   *
   * @throws {PlacetError} as a rejection, as `bind` and `submit` do.
   */
  capture(form: HTMLFormElement): Promise<Receipt | Queued | undefined>;

  /**
   * Says who the customer is, by a token that the shop's server has signed (`signIdentity` in `placet/logic`; the README has it
   * in ten lines for Node and PHP). What is submitted from now on about addresses that it names is `authenticated`, and needs no
   * confirmation; about others it is `claimed`, as it is without. Nothing, when the customer logs out. The token is kept in this
   * page alone, and with a submission that waits. Of one that has run out by the time it arrives only an `opt_out` counts.
   */
  identify(token: string | undefined): void;

  /**
   * Hands in what the page itself asked. Resolves as soon as it is known whether the edge has it or it has to wait.
   *
   * @throws {PlacetError} as a rejection: something is missing in it, or the edge refused it (`refused`).
   */
  submit(submission: Submission): Promise<Receipt | Queued>;

  /**
   * What this browser's own submissions amount to, by the same logic and rules as at the edge. It knows nothing of other
   * browsers: the word of the edge is final. `at` is the time asked about; now where it is left out.
   *
   * ```js
   * const { allow, reason, until, rule } = placet.decide("email", "newsletter", { country: "FR" });
   * ```
   *
   * @throws {PlacetError} `unknown_channel`, `bad_purpose`.
   * @throws {RangeError} for an `at` that is no time.
   */
  decide(channel: Channel, purpose: string, person?: Person, at?: Date | string | number): Decision;

  /** Listens. Returns what undoes it. */
  on<E extends keyof Events>(event: E, listener: (detail: Events[E]) => void): () => void;
}

export type ErrorCode =
  // open
  | "bad_endpoint" | "bad_key" | "no_page" | "wasm_failed"
  // bind
  | "not_a_form" | "no_label"
  // bind and submit
  | "no_notice" | "no_locale" | "no_choices" | "no_address" | "repeated_choice" | "unknown_channel" | "bad_purpose"
  // submit
  | "unknown_choice"
  // the event `error`, and submit
  | "bad_address" | "refused"
  // the event `error` alone
  | "preticked" | "queue_full";

export class PlacetError extends Error {
  /** The stable word for what is wrong. */
  readonly code: ErrorCode;
  /** With `refused`: the HTTP status. */
  readonly status?: number;
  /** With `refused`: the problem details of the edge, RFC 9457. */
  readonly problem?: {
    type?: string;
    title?: string;
    status?: number;
    detail?: string;
    errors?: { pointer: string; detail: string }[];
  };
}

/**
 * Opens placet for one shop. Resolves even while the network is down.
 *
 * What the person chose, and while it waits also the address it is about, is kept in `localStorage` under `placet:<key>:`,
 * at most 50 submissions; where storage is blocked or full, in the page's memory. With a submission go the version of this module
 * and whether the browser sends Global Privacy Control; no cookie, nothing of the device.
 *
 * @throws {PlacetError} as a rejection: an option is wrong, or WebAssembly cannot run here.
 */
export function open(options: Options): Promise<Placet>;
