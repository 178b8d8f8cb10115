/**
 * placet in the storefront: captures opt-ins, stores them until the edge has acknowledged them, and decides from what
 * this browser knows.
 *
 * Importing this module touches no global, so it may be imported on a server too. It must never block a checkout; let
 * the page continue without it:
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

/** A choice of a person. `declined`: the person was asked and did not opt in. */
export type Choice = "opt_in" | "opt_out" | "declined";

/** The reason why a message may not be sent. */
export type Reason =
  | "never_asked" | "declined" | "opted_out" | "objected" | "suppressed" | "channel_off" | "no_address" | "restricted"
  | "basis_not_accepted" | "under_age" | "expired" | "awaiting_confirmation";

/** The legal basis of an opt-in. */
export type Basis = "consent" | "soft_opt_in" | "implied" | "legitimate_interest" | "contract";

/** The decision whether a message may be sent, with the rule that was applied and the reason. */
export type Decision = ({ allow: true; reason: null } | { allow: false; reason: Reason }) & {
  /** The id of the consent record that decides. `null` if there is none. */
  record: string | null;
  /** The basis of that record. `null` if it is not an opt-in. */
  basis: Basis | null;
  /** The dealing with the person that the basis depends on, such as a purchase. `null` if it depends on none. */
  dealing: string | null;
  /** The rule that was applied, with its law and article. The id `any` is the strictest rule of all. */
  rule: { id: string; law: string; article: string };
  /**
   * The time when this decision changes from allow to deny, or from deny to allow, if nothing more is recorded; RFC
   * 3339. `null` if it does not change.
   */
  until: string | null;
  /** The shop's written reason for deviating from this rule. `null` if it does not. */
  override: string | null;
  /** The steps that led to the decision, as sentences. Empty until the shop's settings have arrived. */
  explain: string[];
};

/** What the page knows about the person. */
export interface Person {
  /** The country of the person, ISO 3166-1 alpha-2, such as `DE`. Without it the strictest rule applies. */
  country?: string;
  /** The region of the person, ISO 3166-2 without the country, such as `FL`. */
  region?: string;
  /** The role in which the person is addressed. Default: `consumer`. */
  relation?: "consumer" | "business";
  /** The date of birth, such as `2009-05-01`. */
  born?: string;
  /** Whether the person's data may be stored but not used (GDPR Art. 18). Default: `false`. */
  restricted?: boolean;
  /** Whether there is an address that the channel can use. Default: `true`. */
  reachable?: boolean;
}

/** The options of {@link open}. */
export interface Options {
  /** The http(s) address of the edge. */
  endpoint: string;
  /** The shop's publishable key, `pk_…`. */
  key: string;
  /** The language of the notice, as a BCP 47 tag. It is used where no `lang` attribute gives one. */
  locale?: string;
  /**
   * The forms to bind at once, or a selector: then also forms that the page draws later are captured. What is submitted
   * before the module has loaded is stored in this browser and read once it has loaded, in this page or a later one. So
   * no early submission is lost, nor one where WebAssembly is blocked.
   */
  forms?: Iterable<HTMLFormElement> | string;
  /** The identity token of the customer, see {@link Placet.identify}. */
  identity?: string;
  /**
   * Returns the proof that somebody sits at the page, before each submission, for a shop whose `limits.presence` is set:
   * `presence` of `placet/presence` for `altcha`, or a new token of Turnstile's widget for `turnstile`. If it rejects,
   * the submission waits and is sent later.
   */
  presence?: (endpoint: string, key: string, config: Promise<Config | null>) => Promise<string | undefined> | string | undefined;
  /** The WebAssembly module. Default: `storefront_bg.wasm` beside this file. */
  wasm?: (URL | Request | Response | PromiseLike<Response> | BufferSource | WebAssembly.Module) & object;
}

/** A submission that a script composes. A choice whose channel has no address in `contact` causes an error. */
export interface Submission {
  contact: {
    email?: string;
    /** The telephone number with `+` and the country code. */
    phone?: string;
    /** The country of the person, ISO 3166-1 alpha-2. */
    country?: string;
  };
  choices: readonly { channel: Channel; purpose: string; choice: Choice }[];
  notice: {
    id: string;
    version: string;
    /** The language of the notice, as a BCP 47 tag. Default: the `locale` of `open`. */
    locale?: string;
    /**
     * The words that were shown; white space at both ends is ignored. The SHA-256 of their UTF-8 bytes is part of the
     * record. The words themselves are also sent if they are not one of the shop's own notices.
     */
    text: string;
  };
  source?: { kind?: "form" | "script"; form?: string };
}

/** The edge has stored the submission. */
export interface Receipt {
  id: string;
  /** The time when the edge received the submission, RFC 3339. */
  received_at: string;
  /**
   * What became of each choice. Of a form that nobody vouches for it says `recorded` and never more, so that the page
   * does not learn who is known; for an opt-out `link_sent`: it counts for nothing until the person opens the link that
   * the address gets, or `unproven` for a postal address, to which no link can be sent; and `refused` for what the shop does not offer.
   */
  choices?: Array<{
    channel?: Channel;
    purpose?: string;
    outcome: "recorded" | "awaiting_confirmation" | "outranked" | "link_sent" | "unproven" | "refused";
  }>;
  queued?: undefined;
}

/** The submission waits in this browser and is sent when the edge can be reached. */
export interface Queued {
  id: string;
  queued: true;
  received_at?: undefined;
}

/** The shop's public settings, as `GET /v1/storefront` returns them. */
export interface Config {
  shop: { id: string; name: string; country?: string | null; policy_url?: string | null };
  channels: Channel[];
  purposes: string[];
  notices: { id: string; version: string; locale: string; text: string; choices?: { channel: Channel; purpose: string }[] }[];
  /** The shop's requirements in addition to the law. */
  policy: {
    /** The channels on which an opt-in waits for confirmation from its address. */
    confirmation: Channel[];
    /** The purposes that are not marketing. */
    transactional?: string[];
  };
  /** The data that `decide` uses: the conditions of every place for this shop, and the texts of explanations. */
  decisions?: object;
}

/** The events of {@link Placet.on}, each with the type of its detail. */
export interface Events {
  /** The answers of `decide` may have changed. */
  change: undefined;
  /** The edge has stored a submission. */
  submitted: Receipt;
  /** A submission could not be sent yet. It waits in this browser. */
  queued: Queued;
  /** An error occurred that no caller waits for. Without a listener it is written to the console. */
  error: PlacetError;
}

/** An open storefront of one shop. */
export interface Placet {
  /**
   * The shop's settings; `null` if the edge cannot be reached. Until they arrive, `decide` uses the strictest policy;
   * the event `change` fires when they arrive.
   */
  readonly config: Promise<Config | null>;

  /**
   * Captures each submission of a form from now on, in the background. The form's own submission is neither stopped nor
   * delayed. A submission that the page prevents is not captured: the page may have found a mistake, or it sends the form
   * by script and calls {@link Placet.capture} itself. Returns a function that unbinds the form.
   *
   * The markup of the form:
   *
   * - `data-placet-form="checkout"`, or its `id`, is the name of the form (optional);
   * - `data-placet-address="email"`, `"phone"` or `"country"` on its address fields;
   * - `data-placet-notice="id"` and `data-placet-version="3"` on the element that contains the notice;
   * - `data-placet-channel` and `data-placet-purpose` on its checkboxes, each with a `<label>`; or on a pair of radio
   *   buttons with the values `yes` and `no`.
   *
   * A ticked box is an `opt_in`, an unticked box is `declined`. A box whose address field is empty is left out; if no
   * box remains, nothing is sent. A box with the `checked` attribute that the person has not changed by hand is
   * recorded as `pre_ticked`, which is no opt-in, and the event `error` reports the code `preticked`: a box that the
   * page ticked does not express the person's will (CJEU C-673/17, Planet49).
   *
   * A `<placet-optin>` inside the form captures its own content by itself.
   *
   * **The words** in the record are lines joined by `"\n"`: the text of the notice, then the text of each box's first
   * label in document order. The text of an element is `element.textContent.replace(/\s+/g, " ").trim()` without hidden
   * parts; an image has its `alt`, and a box without a label its `aria-label`. The SHA-256 of their UTF-8 bytes, in lower-case hexadecimal digits, is `notice.text_sha256`; anyone who has the page can
   * compute it again. Disabled boxes were not offered and do not count. The language is the closest `lang` attribute
   * around the notice.
   *
   * A choice is stored in this browser before the form's own submission goes on, and is sent at once. If the page
   * closes before the answer, the next page that opens placet sends it again with the same id, and the edge stores it
   * once.
   *
   * @throws {PlacetError} if one of these is missing in the markup.
   */
  bind(form: HTMLFormElement): () => void;

  /**
   * Captures a form now, for pages that send it by script, without a `submit` event. Resolves as `submit` does, or to
   * `undefined` if there is no address to record a choice for. The choices are stored in this browser before it
   * returns.
   *
   * @throws {PlacetError} as a rejection, as `bind` and `submit` do.
   */
  capture(form: HTMLFormElement): Promise<Receipt | Queued | undefined>;

  /**
   * Identifies the customer by a token that the shop's server has signed (`signIdentity` in `placet/logic`; the handbook
   * shows it in ten lines for Node and PHP). From now on, a submission about addresses in the token is `authenticated`
   * and needs no confirmation; about other addresses it is `claimed`, as without a token. Call it with `undefined` when
   * the customer logs out. The token is stored only in this page and with submissions that wait. If the token has
   * expired when a submission arrives, only its `opt_out` choices count.
   */
  identify(token: string | undefined): void;

  /**
   * Submits choices that the page itself asked for. Resolves once it is known whether the edge has stored them or they
   * wait.
   *
   * @throws {PlacetError} as a rejection: something is missing in it, or the edge refused it (`refused`).
   */
  submit(submission: Submission): Promise<Receipt | Queued>;

  /**
   * Decides from this browser's own submissions, by the same logic and rules as the edge. It does not know the
   * submissions of other browsers, so only the decision of the edge is final. `at` is the time asked about. Default:
   * now.
   *
   * ```js
   * const { allow, reason, until, rule } = placet.decide("email", "newsletter", { country: "FR" });
   * ```
   *
   * @throws {PlacetError} `unknown_channel` or `bad_purpose`.
   * @throws {RangeError} if `at` is not a valid time.
   */
  decide(channel: Channel, purpose: string, person?: Person, at?: Date | string | number): Decision;

  /** Adds a listener for an event. Returns a function that removes it. */
  on<E extends keyof Events>(event: E, listener: (detail: Events[E]) => void): () => void;
}

/** The codes of errors, by the function or event that reports them. */
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
  | "preticked" | "queue_full" | "single_radio" | "several_fields" | "unreachable";

/** An error of the storefront. Its message never contains an address. */
export class PlacetError extends Error {
  /** The stable code of the error. */
  readonly code: ErrorCode;
  /** The HTTP status of the edge. Present with `refused`. */
  readonly status?: number;
  /** The problem details of the edge, RFC 9457. Present with `refused`. */
  readonly problem?: {
    type?: string;
    title?: string;
    status?: number;
    detail?: string;
    errors?: { pointer: string; detail: string }[];
  };
}

/**
 * Opens placet for one shop. Resolves even if the network is down.
 *
 * The choices, and the address while a submission waits, are stored in `localStorage` under `placet:<key>:`, at most 50
 * submissions; if storage is blocked or full, in the page's memory. Each submission contains the version of this module
 * and whether the browser sends Global Privacy Control. It contains no cookie and no data about the device.
 *
 * @throws {PlacetError} as a rejection: an option is not valid, or WebAssembly cannot run.
 */
export function open(options: Options): Promise<Placet>;
