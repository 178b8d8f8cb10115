/**
 * The logic of placet as functions over plain objects. It has no clock and stores nothing, so the same call always has
 * the same answer.
 *
 * Calls are read strictly. An unknown field is an error anywhere in the call, and so is `null` for an optional field.
 * In an answer, `null` means absent.
 */

/** A way to reach a person. */
export type Channel = "email" | "sms" | "phone" | "whatsapp" | "push" | "post";
/** A choice of a person. `declined`: the person was asked and did not opt in. */
export type Choice = "opt_in" | "opt_out" | "declined";
/**
 * An event without a choice that keeps a ground alive. `used`: the shop used the address. `contacted`: the person
 * contacted the shop (bought, replied, followed a link; opening a message does not count). `screened`: the address was
 * looked up in the do-not-call register of its country and is not listed there.
 */
export type Activity = "used" | "contacted" | "screened";
/** The legal basis of an opt-in. */
export type Basis = "consent" | "soft_opt_in" | "implied" | "legitimate_interest" | "contract";
/** The dealing between person and shop that a basis depends on if it does not depend on the person's opt-in. */
export type Dealing = "purchase" | "contract" | "negotiation" | "free_account" | "inquiry" | "support";
/** A basis with the dealing that it depends on, as the rules name it. */
export type Ground =
  | "consent"
  | "soft_opt_in:purchase" | "soft_opt_in:negotiation" | "soft_opt_in:free_account" | "soft_opt_in:support"
  | "implied:purchase" | "implied:contract" | "implied:inquiry"
  | "legitimate_interest"
  | "contract";
/** How the shop knows that the person acted. */
export type Assurance = "listed" | "reported" | "claimed" | "confirmed" | "authenticated" | "staff";
/** The role in which a person is addressed. */
export type Relation = "consumer" | "business";
/** The reason why a message may not be sent. {@link reasons} returns the meaning of each. */
export type Reason =
  | "never_asked" | "declined" | "opted_out" | "objected" | "suppressed"
  | "channel_off" | "no_address" | "restricted"
  | "basis_not_accepted" | "under_age" | "expired" | "awaiting_confirmation";
/** The status that a person sees for a channel and purpose. */
export type Status = "opted_in" | "awaiting_confirmation" | "opted_out" | "declined" | "never_asked";
/** A requirement that an override waives. `expiry` is every limit in months, `age` is the minimum age of the law. */
export type Waiver = "confirmation" | "age" | "expiry" | "screening";
/**
 * How reliable a row of the tables is: `checked` in the law or in the text of a court or authority; `second_hand`, from
 * an account of it; or `general_knowledge`, without a source.
 */
export type Confidence = "checked" | "second_hand" | "general_knowledge";

/** A point in time: RFC 3339 with an offset, such as `2026-11-23T10:00:00Z`, in milliseconds; or a `Date`. */
export type Time = string | Date;

interface Recorded {
  /**
   * The id of the record, a UUID; a decision returns it in lower case. Of two records with the same time, the one with
   * the greater id wins; without ids, the later in the list.
   */
  id?: string;
  /**
   * The time of the act by the sender's clock. An opt-in counts from it, but never from later than `received_at`. An
   * opt-out counts from `received_at`, unless the record is history.
   */
  occurred_at?: Time;
  /**
   * The time between the act and its sending in ms, as the sender measured it. The act counts from `received_at` less
   * this age, at most 30 days.
   */
  age_ms?: number;
  /** Whether the record tells of the past. Then it counts from `occurred_at`. Records of lists and platforms always do. */
  historic?: boolean;
  /** The time when the record was received. */
  received_at: Time;
}

interface Chosen extends Recorded {
  assurance: Assurance;
  /**
   * The id of the connection to the shop platform that reported the act, a UUID. Only with `reported`: a report ends
   * only opt-outs that the same connection has reported.
   */
  connection?: string | null;
  activity?: never;
}

/**
 * An opt-in, by consent or on another basis. Only `soft_opt_in` and `implied` depend on a dealing, each on certain
 * kinds.
 */
export type OptIn = Chosen & { choice: "opt_in"; channel: Channel; purpose: string } & (
  | { /** The basis. Default: `consent`. */ basis?: "consent" | "legitimate_interest" | "contract"; dealing?: never }
  | { basis: "soft_opt_in"; dealing: "purchase" | "negotiation" | "free_account" | "support" }
  | { basis: "implied"; dealing: "purchase" | "contract" | "inquiry" }
);

/**
 * An opt-out: an ordinary one, an objection to direct marketing (GDPR Art. 21(2)), or the suppression that remains
 * after an erasure. It may leave channel or purpose open: then it applies to all of them, including future ones.
 */
export type OptOut = Chosen & { choice: "opt_out"; channel?: Channel; purpose?: string } & (
  | { objection?: boolean; suppression?: false }
  | { objection?: false; suppression?: boolean }
);

/** The person was asked and did not opt in. It is evidence only and does not end an opt-in. */
export type Declined = Chosen & { choice: "declined"; channel: Channel; purpose: string };

/** An event without a choice. It may leave channel or purpose open, as an opt-out may. */
export interface Noted extends Recorded {
  activity: Activity;
  channel?: Channel;
  purpose?: string;
  /** The assurance of the event. Default: `authenticated`. */
  assurance?: Assurance;
  choice?: never;
}

/** One act about one address: either a choice of the person or an activity. */
export type ConsentRecord = OptIn | OptOut | Declined | Noted;

/** The known facts about a person that are not choices. Leave out what is not known. */
export interface Person {
  /** The country of the person, ISO 3166-1 alpha-2, such as `FR`. Without it the strictest rule applies. */
  country?: string;
  /** The region of the person, ISO 3166-2 without the country, such as `FL` for `US-FL`. */
  region?: string;
  /** The role in which the person is addressed. Default: `consumer`. */
  relation?: Relation;
  /** The date of birth, `YYYY-MM-DD`. A person born on 29 February comes of age on 1 March. */
  born?: string;
  /** Whether the person's data may be stored but not used, GDPR Art. 18. Default: `false`. */
  restricted?: boolean;
  /** Whether there is an address that the channel can use. Default: `true`. */
  reachable?: boolean;
}

/** The shop's requirements in addition to the law. Every field tightens the rules, except `overrides`. */
export interface Policy {
  /** The channels that the shop uses. Default: all. */
  channels?: readonly Channel[];
  /** The channels on which a consent from an anonymous form waits until its address confirms it. Default: all. */
  confirmation?: readonly Channel[];
  /** The purposes that are not marketing. Default: none. */
  transactional?: readonly string[];
  /** The bases that the shop accepts for marketing. Default: all. */
  bases?: readonly Basis[];
  /** The age in years, 0 to 120, from which a person's act counts, if it is higher than the age of the law. */
  minimum_age?: number;
  /** Whether a person of unknown age counts as too young. Default: `false`. */
  age_required?: boolean;
  /**
   * The number of months, 0 to 1200, after which every ground for marketing expires if the person has not contacted the
   * shop. 0: no such limit.
   */
  expires_after_months?: number;
  /** The rules that the shop overrides. Default: none. */
  overrides?: readonly Override[];
}

/** A rule that the shop deliberately loosens. Each rule has at most one override; the rule `transactional` has none. */
export interface Override {
  /** The id of a row of {@link rules}. */
  rule: string;
  /** The bases that are accepted in addition to those of the rule. */
  accept?: readonly Exclude<Basis, "contract">[];
  /** The requirements that are waived. */
  waive?: readonly Waiver[];
  /** The reason of the shop, 1 to 200 characters on one line. Every decision under the rule repeats it. */
  reason: string;
}

/** The question of {@link decide}. */
export interface Question {
  /** The records of one address, in any order. Records later than `at` are ignored. */
  records: readonly ConsentRecord[];
  channel: Channel;
  /** The shop's own slug: 1 to 48 lower-case letters, digits and `_`, beginning with a letter. */
  purpose: string;
  /** The time at which the message would be sent. */
  at: Time;
  person?: Person;
  policy?: Policy;
  /** Whether the answer contains the explanation in sentences. Default: `true`. */
  explain?: boolean;
}

interface Judged {
  /** The id of the record that decides. `null` if there is none or it has no id. */
  record: string | null;
  /** The basis of that record. `null` if it is not an opt-in. */
  basis: Basis | null;
  /** The dealing that the basis depends on. `null` if it depends on none. */
  dealing: Dealing | null;
  /** The rule that was applied, with its law and article. */
  rule: { id: string; law: string; article: string };
  /** The time when the answer changes if nothing more is recorded, RFC 3339 in UTC. `null` if it never changes. */
  until: string | null;
  /** The shop's written reason for overriding this rule. `null` if it does not. */
  override: string | null;
}

/** The decision, allow or deny, with its grounds. */
export type Decision = Judged & ({ allow: true; reason: null } | { allow: false; reason: Reason });

/** A decision with the steps that led to it, in English sentences. */
export type ExplainedDecision = Decision & { explain: string[] };

/**
 * Decides whether a message may be sent. The answer names the rule that was applied and the time until which it is
 * valid.
 *
 * @throws {PlacetError} if the question is not valid.
 *
 * @example <caption>A consent in France lapses three years after the person last turned to the shop</caption>
 * ```js
 * import { decide } from "placet/logic";
 *
 * const consent = {
 *   choice: "opt_in", channel: "email", purpose: "newsletter", assurance: "confirmed",
 *   id: "019a0000-0000-7000-8000-000000000001", received_at: "2026-03-01T10:00:00Z",
 * };
 * const bought = { activity: "contacted", received_at: "2026-09-01T10:00:00Z" };
 * const question = { channel: "email", purpose: "newsletter", at: "2026-11-23T10:00:00Z", person: { country: "FR" } };
 *
 * const decision = decide({ records: [consent], ...question });
 * decision.allow; // => true
 * decision.record; // => "019a0000-0000-7000-8000-000000000001"
 * decision.rule; // => { id: "fr-mail", law: "CPCE", article: "L.34-5; CNIL, référentiel gestion commerciale" }
 * decision.until; // => "2029-03-01T10:00:00.000Z"
 * decision.explain[1]; // => "The consent of 2026-03-01T10:00:00.000Z, confirmed by the address, stands."
 *
 * decide({ records: [consent, bought], ...question }).until; // => "2029-09-01T10:00:00.000Z"
 * decide({ records: [consent], ...question, at: decision.until }).reason; // => "expired"
 * ```
 *
 * @example <caption>In Italy customers may get e-mail without a consent, but no text messages</caption>
 * ```js
 * import { decide } from "placet/logic";
 *
 * const ask = (channel) => decide({
 *   records: [{
 *     choice: "opt_in", channel, purpose: "offers", basis: "soft_opt_in", dealing: "purchase",
 *     assurance: "authenticated", received_at: "2026-10-01T09:00:00Z",
 *   }],
 *   channel, purpose: "offers", at: "2026-11-23T10:00:00Z", person: { country: "IT" }, explain: false,
 * });
 *
 * ask("email").allow; // => true
 * ask("sms").allow; // => false
 * ask("sms").reason; // => "basis_not_accepted"
 * ask("sms").rule.id; // => "it-messaging"
 * ```
 *
 * @example <caption>Where the shop goes its own way, every decision repeats why</caption>
 * ```js
 * import { decide } from "placet/logic";
 *
 * const policy = {
 *   overrides: [{ rule: "us-phone", accept: ["implied"], reason: "All calls are dialled by hand, see memo 7." }],
 * };
 * const decision = decide({
 *   records: [{
 *     choice: "opt_in", channel: "phone", purpose: "offers", basis: "implied", dealing: "inquiry",
 *     assurance: "authenticated", received_at: "2026-10-01T09:00:00Z",
 *   }],
 *   channel: "phone", purpose: "offers", at: new Date("2026-11-23T10:00:00Z"), person: { country: "US" }, policy,
 * });
 *
 * decision.allow; // => true
 * decision.until; // => "2027-01-01T09:00:00.000Z"
 * decision.override; // => "All calls are dialled by hand, see memo 7."
 * decision.explain[1]; // => "The shop overrides this rule: All calls are dialled by hand, see memo 7."
 * ```
 */
export function decide(question: Question & { explain: false }): Decision;
export function decide(question: Question & { explain?: true }): ExplainedDecision;
export function decide(question: Question): Decision & { explain?: string[] };

/** The standing of one address for a channel and purpose. */
export interface Standing {
  channel: Channel;
  purpose: string;
  status: Status;
  /** The id of the record that the status depends on. `null` if there is none or it has no id. */
  record: string | null;
}

/**
 * Returns the standing of an address, as the person may see it: for the channel and purpose asked for or, if they are
 * left open, for each one that the records name. To find out whether a message may be sent, use {@link decide}.
 *
 * @throws {PlacetError} if the question is not valid.
 *
 * @example
 * ```js
 * import { standing } from "placet/logic";
 *
 * const on = { purpose: "newsletter", received_at: "2026-03-01T10:00:00Z" };
 * const records = [
 *   { choice: "opt_in", channel: "email", assurance: "claimed", ...on },
 *   { choice: "declined", channel: "sms", assurance: "claimed", ...on },
 * ];
 *
 * const lines = standing({ records, at: "2026-11-23T10:00:00Z" });
 * lines[0]; // => { channel: "email", purpose: "newsletter", status: "awaiting_confirmation", record: null }
 * lines[1].status; // => "declined"
 * lines.length; // => 2
 *
 * // As things stood before.
 * standing({ records, at: "2026-02-28T00:00:00Z", channel: "sms", purpose: "newsletter" })[0].status; // => "never_asked"
 * ```
 */
export function standing(
  question: Pick<Question, "records" | "at" | "person" | "policy"> & { channel?: Channel; purpose?: string },
): Standing[];

/**
 * Returns an address as it is displayed (`value`) and as it is matched (`key`).
 *
 * @throws {PlacetError} if the address is not valid.
 *
 * @example
 * ```js
 * import { normalise } from "placet/logic";
 *
 * normalise({ kind: "email", value: " Jane@BÜCHER.example " }).key; // => "jane@xn--bcher-kva.example"
 * normalise({ kind: "phone", value: "+44 (0)20 7946 0000" }); // => { kind: "phone", value: "+442079460000", key: "+442079460000" }
 * ```
 */
export function normalise<K extends "email" | "phone">(call: { kind: K; value: string }): { kind: K; value: string; key: string };

/** A row of the rule table: one jurisdiction and some of the channels. */
export interface RuleRow {
  /** The stable id of the row. Decisions contain it. */
  id: string;
  /** The jurisdiction: `*`, `EEA`, a country, or a region of a country such as `US-FL`. */
  jurisdiction: string;
  /** The role of the person that the row applies to. `null`: both. */
  relation: Relation | null;
  channels: Channel[];
  /** The beginning of the row's validity, RFC 3339. `null`: no beginning. */
  from: string | null;
  /** The end of the row's validity, RFC 3339, exclusive. `null`: no end. */
  to: string | null;
  /** The grounds that are accepted for marketing. */
  grounds: Ground[];
  /** Whether the address must confirm a consent from an anonymous form. */
  confirmation: boolean;
  /** The time limits of the row. Each is `null` if there is none. */
  limits: {
    /** The months for which a purchase or a contract implies consent. */
    purchase_months: number | null;
    /** The months for which an inquiry implies consent. */
    inquiry_months: number | null;
    /** The months after which a ground expires if the person has not contacted the shop. */
    inactivity_months: number | null;
    /** The months after which a ground expires if the shop has not used it. */
    disuse_months: number | null;
    /** The days for which a look-up in the do-not-call register is valid. A legitimate interest requires one. */
    screening_days: number | null;
  };
  /** The time within which the law requires an opt-out to be honoured. placet honours it at once. */
  deadline: string;
  law: string;
  article: string;
  /** Further duties of the law that a decision cannot check: hours, sender, registers. */
  duties: string;
  /** Where the law is unsettled, or how placet interprets it. */
  note: string;
  confidence: Confidence;
  /** The sources in which the law was read. */
  sources: string[];
}

/**
 * Returns the rule table: all rows or, with a query, the rows that apply, including past and future versions. A field
 * that the query leaves out counts as unknown: without a country the strictest row, without a relation the row for
 * consumers, without a channel the rows of every channel.
 *
 * @throws {PlacetError} if the query is not valid.
 *
 * @example
 * ```js
 * import { rules } from "placet/logic";
 *
 * const [row] = rules({ country: "DE", channel: "phone" });
 * row.id; // => "de-phone"
 * row.law; // => "UWG"
 * row.grounds; // => ["consent"]
 * row.limits.disuse_months; // => 60
 *
 * rules({ country: "FR", channel: "phone" }).map(({ id, to }) => [id, to]); // => [["fr-phone-until-2026", "2026-08-10T22:00:00.000Z"], ["fr-phone", null]]
 * rules()[0].jurisdiction; // => "*"
 * ```
 */
export function rules(query?: { country?: string; region?: string; channel?: Channel; relation?: Relation }): RuleRow[];

/**
 * Returns for each country the age from which a person's own act counts (GDPR Art. 8(1) and similar laws). `years` is
 * `null` if the law names none. For a country that is not in the list, placet uses 16.
 *
 * @example
 * ```js
 * import { ages } from "placet/logic";
 *
 * const age = (code) => ages().find(({ country }) => country === code);
 * age("AT"); // => { country: "AT", years: 14, confidence: "second_hand", note: "" }
 * age("CA").years; // => null
 * ```
 */
export function ages(): { country: string; years: number | null; confidence: Confidence; note: string }[];

/**
 * Returns the reasons of a deny and their meaning.
 *
 * @example
 * ```js
 * import { reasons } from "placet/logic";
 *
 * reasons().find(({ reason }) => reason === "declined").meaning; // => "The person was asked and did not say yes."
 * reasons().length; // => 12
 * ```
 */
export function reasons(): { reason: Reason; meaning: string }[];

/** An Ed25519 public key as a JSON Web Key (RFC 8037). Other members are ignored, and so is `kid`. */
export interface PublicKey {
  kty: "OKP";
  crv: "Ed25519";
  /** The 32 bytes of the key in base64url. */
  x: string;
  kid?: string;
  alg?: "EdDSA" | "Ed25519";
  use?: "sig";
}

/** A JWK Set (RFC 7517). Keys for other uses are ignored. */
export interface KeySet {
  keys: readonly (PublicKey | { kty: string; [member: string]: unknown })[];
}

/**
 * The requester of an erasure: the person, a representative of the person, a court or supervisory authority, or the
 * shop itself.
 */
export type Requester = "person" | "representative" | "authority" | "shop";

/** The content of a certificate of erasure. It names no person. */
export interface Certificate {
  version: 1;
  /** The id of the certificate, a UUID. */
  id: string;
  shop: { id: string; name: string };
  /** The id of the erased contact, a UUID. */
  contact: string;
  /** The time of the erasure, RFC 3339 in UTC. */
  erased_at: string;
  requested_by: Requester;
  /** The id of the API key that requested the erasure. */
  key: string;
  /** The number of deleted rows by table. */
  deleted: Record<string, number>;
  kept: {
    /**
     * The number of suppressions, which are hashes of addresses that must not be used again (GDPR Art. 17(3)(b),
     * 21(3)).
     */
    suppressions: number;
    /** Whether the person is still counted in anonymous totals. */
    counters: boolean;
  };
}

/**
 * Verifies that the shop signed a certificate of erasure and that no byte of it was changed, and returns its content.
 * The key is the shop's public key, or a key set that contains the key that the certificate names.
 *
 * This verifies the key, not its owner: get the key from the shop, and not from the source of the certificate.
 *
 * @throws {PlacetError} `bad_certificate`, `wrong_key`, `bad_signature` or `bad_key`
 *
 * @example
 * ```js
 * import { verifyCertificate } from "placet/logic";
 *
 * const key = { kty: "OKP", crv: "Ed25519", x: "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg" };
 * const certificate =
 *   "eyJhbGciOiJFZERTQSIsImtpZCI6IjFJRzJ0TUg3SjJ3Ykpabk9mOExKelFpdEtmN0xNdm9BRWxzdURNVk01NFkiLCJ0eXAiOiJwbGFjZXQtY2VydGlmaW" +
 *   "NhdGUrandzIn0.eyJ2ZXJzaW9uIjoxLCJpZCI6IjAxOWEwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDBlMSIsInNob3AiOnsiaWQiOiJrZXN0cmVs" +
 *   "IiwibmFtZSI6Iktlc3RyZWwgQ29mZmVlIn0sImNvbnRhY3QiOiIwMTlhMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwYzEiLCJlcmFzZWRfYXQiOi" +
 *   "IyMDI2LTExLTIzVDEwOjAwOjAwLjAwMFoiLCJyZXF1ZXN0ZWRfYnkiOiJwZXJzb24iLCJrZXkiOiJza18xIiwiZGVsZXRlZCI6eyJhZGRyZXNzIjoyLCJy" +
 *   "ZWNvcmQiOjV9LCJrZXB0Ijp7InN1cHByZXNzaW9ucyI6MiwiY291bnRlcnMiOnRydWV9fQ._rAdGodx3gwiVbMRpL5qT3VBfdEThOde-" +
 *   "wbvQnzCDtpaP9P8HligZL_paNkQlIc2BSbhP8gc-1K768fWuhAdCw";
 *
 * const { shop, deleted, kept } = verifyCertificate({ certificate, key });
 * shop; // => { id: "kestrel", name: "Kestrel Coffee" }
 * deleted; // => { address: 2, record: 5 }
 * kept.suppressions; // => 2
 *
 * const code = (call) => { try { return verifyCertificate(call); } catch ({ code }) { return code; } };
 * code({ certificate: certificate.replace("Ijoy", "Ijoz"), key }); // => "bad_signature"
 * code({ certificate: certificate.slice(1), key }); // => "bad_certificate"
 * code({ certificate, key: { keys: [] } }); // => "wrong_key"
 * ```
 */
export function verifyCertificate(call: { certificate: string; key: PublicKey | KeySet }): Certificate;

/**
 * Signs an identity token of a customer for the pages of the shop: a JSON Web Token (RFC 7519, HS256) that the edge
 * accepts as the shop's own statement. Name only addresses that the shop has verified, because they need no
 * confirmation. Choices that a page submits with it for these addresses are `authenticated`. Call this on the shop's
 * server only: the secret key must never be in a page.
 *
 * @throws {TypeError} if there is no secret key, no customer or an unknown scope
 * @throws {RangeError} if the lifetime is 0 seconds or more than one day
 *
 * @example
 * ```js
 * import { signIdentity } from "placet/logic";
 *
 * const secretKey = "sk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; // the shop's own, from its settings
 * const identity = await signIdentity({ email: "jane@example.com", external: "shop:7" }, secretKey);
 * identity.split(".").length; // => 3
 * JSON.parse(atob(identity.split(".")[0])); // => { alg: "HS256", typ: "JWT" }
 * // <placet-optin identity="…">, or placet.identify(identity)
 *
 * const refused = (...call) => signIdentity(...call).catch(({ message }) => message);
 * await refused({}, secretKey); // => "name the customer by email, phone or external"
 * await refused({ email: "jane@example.com" }, "pk_1"); // => "sign with a secret key, sk_…, on the shop's server"
 * ```
 */
export function signIdentity(
  customer: {
    /** An email address that the shop has verified. */
    email?: string;
    /** A telephone number that the shop has verified, with `+` and the country code. */
    phone?: string;
    /** The shop's external id of the customer, `platform:id`. */
    external?: string;
  },
  secretKey: string,
  options?: {
    /** For how long the token is valid, in seconds. Default: one hour, the most that the edge accepts by default. */
    lifetime?: number;
    /**
     * What a page may do with the token: `capture` (send choices), `read` (see the customer's choices), or both with a
     * space between. Default: `capture`.
     */
    scope?: "capture" | "read" | "capture read";
  },
): Promise<string>;

/** The codes of errors. */
export type ErrorCode =
  | "bad_input" | "unknown_field"
  | "unknown_channel" | "unknown_choice" | "unknown_activity" | "unknown_basis" | "unknown_dealing" | "unknown_assurance"
  | "unknown_relation" | "unknown_waiver" | "unknown_rule" | "unknown_kind"
  | "bad_purpose" | "bad_id" | "bad_time" | "bad_date" | "bad_country" | "bad_region" | "bad_reason" | "bad_email" | "bad_phone"
  | "out_of_range" | "not_specific" | "does_not_apply" | "no_ground" | "not_overridable" | "repeated_rule"
  | "bad_certificate" | "wrong_key" | "bad_signature" | "bad_key";

/** The call is not valid. The message never contains a value of the call, because it may be an address. */
export class PlacetError extends Error {
  readonly code: ErrorCode;
  /** The place in the call as a JSON Pointer, RFC 6901. Empty for the whole call. */
  readonly pointer: string;
}
