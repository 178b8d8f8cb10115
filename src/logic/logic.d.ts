/**
 * The logic of placet over plain objects. Pure: it has no clock and keeps nothing, so the same call always has the same answer.
 *
 * Calls are read strictly. A field that is not known is refused, wherever it stands, and so is `null` where a field could be
 * left out. What an answer has nothing for is `null`.
 */

/** A way to reach a person. */
export type Channel = "email" | "sms" | "phone" | "whatsapp" | "push" | "post";
/** What a person chose. */
export type Choice = "opt_in" | "opt_out" | "declined";
/**
 * What happens without anybody choosing anything, and keeps a ground alive: the shop `used` it; the person `contacted` the shop
 * (bought, replied, followed a link; opening a message is none); the address was `screened` in the do-not-call register of its
 * country and is not listed there.
 */
export type Activity = "used" | "contacted" | "screened";
/** What an opt-in rests on. */
export type Basis = "consent" | "soft_opt_in" | "implied" | "legitimate_interest" | "contract";
/** What happened between person and shop, where a basis rests on that and not on the person's yes. */
export type Dealing = "purchase" | "contract" | "negotiation" | "free_account" | "inquiry" | "support";
/** A basis with the dealing that it rests on, as the rules name them. */
export type Ground =
  | "consent"
  | "soft_opt_in:purchase" | "soft_opt_in:negotiation" | "soft_opt_in:free_account" | "soft_opt_in:support"
  | "implied:purchase" | "implied:contract" | "implied:inquiry"
  | "legitimate_interest"
  | "contract";
/** How we know that the person acted. */
export type Assurance = "listed" | "reported" | "claimed" | "confirmed" | "authenticated" | "staff";
/** As whom a person is addressed. */
export type Relation = "consumer" | "business";
/** Why a message may not be sent; {@link reasons} tells what each means. */
export type Reason =
  | "never_asked" | "declined" | "opted_out" | "objected" | "suppressed"
  | "channel_off" | "no_address" | "restricted"
  | "basis_not_accepted" | "under_age" | "expired" | "awaiting_confirmation";
/** What people see of their standing. */
export type Status = "opted_in" | "awaiting_confirmation" | "opted_out" | "declined" | "never_asked";
/** What an override may do without. `expiry` is every limit in months, `age` the age of the law. */
export type Waiver = "confirmation" | "age" | "expiry" | "screening";
/** How sure placet is of a row of its tables: read in the law or in a court's or authority's words, in an account of it, or nowhere. */
export type Confidence = "checked" | "second_hand" | "general_knowledge";

/** A point in time: RFC 3339 with an offset, such as `2026-11-23T10:00:00Z`, to the millisecond; or a `Date`. */
export type Time = string | Date;

interface Recorded {
  /**
   * A UUID; a decision names it in lower case. Of two records of one time the one with the greater id wins; without ids, the
   * later in the list.
   */
  id?: string;
  /** When it happened; counts unless it lies in the future of `received_at`. */
  occurred_at?: Time;
  /** When the record came in. */
  received_at: Time;
}

interface Chosen extends Recorded {
  assurance: Assurance;
  activity?: never;
}

/** A yes, or another ground to write. Only `soft_opt_in` and `implied` rest on a dealing, each on some kinds. */
export type OptIn = Chosen & { choice: "opt_in"; channel: Channel; purpose: string } & (
  | { /** `consent` where nothing is said. */ basis?: "consent" | "legitimate_interest" | "contract"; dealing?: never }
  | { basis: "soft_opt_in"; dealing: "purchase" | "negotiation" | "free_account" | "support" }
  | { basis: "implied"; dealing: "purchase" | "contract" | "inquiry" }
);

/**
 * A no: an ordinary one, an objection to direct marketing (GDPR Art. 21(2)), or the suppression that is left of an erased
 * person. It may be wide: what it leaves open stands for all, also those to come.
 */
export type OptOut = Chosen & { choice: "opt_out"; channel?: Channel; purpose?: string } & (
  | { objection?: boolean; suppression?: false }
  | { objection?: false; suppression?: boolean }
);

/** The person was asked and did not say yes. Evidence only: it changes no standing yes. */
export type Declined = Chosen & { choice: "declined"; channel: Channel; purpose: string };

/** Something happened and nobody chose anything. May be wide, as an opt-out may. */
export interface Noted extends Recorded {
  activity: Activity;
  channel?: Channel;
  purpose?: string;
  /** `authenticated` where nothing is said. */
  assurance?: Assurance;
  choice?: never;
}

/** One act about one address: a choice of the person or an activity, never both. */
export type ConsentRecord = OptIn | OptOut | Declined | Noted;

/** What is known of a person beyond their choices. What is not known is left out. */
export interface Person {
  /** ISO 3166-1 alpha-2, such as `FR`. Where it is not known the strictest rule holds. */
  country?: string;
  /** What follows the country in ISO 3166-2, such as `FL` for `US-FL`. */
  region?: string;
  /** `consumer` where nothing is said. */
  relation?: Relation;
  /** The date of birth, `YYYY-MM-DD`. Who was born on a 29 February comes of age on a 1 March. */
  born?: string;
  /** Whether the data may be kept and not used, GDPR Art. 18; `false` where nothing is said. */
  restricted?: boolean;
  /** Whether there is an address that the channel could use; `true` where nothing is said. */
  reachable?: boolean;
}

/** What a shop asks for beyond the law. All of it tightens the rules, but for the overrides. */
export interface Policy {
  /** The channels that the shop uses; all where nothing is said. */
  channels?: readonly Channel[];
  /** The channels on which a consent from an anonymous form waits until its address confirms it; all where nothing is said. */
  confirmation?: readonly Channel[];
  /** The purposes that are no advertising; none where nothing is said. */
  transactional?: readonly string[];
  /** The bases that the shop wants to rest advertising on; all where nothing is said. */
  bases?: readonly Basis[];
  /** In years, 0 to 120: the age from which on a person's act counts, where it is above that of the law. */
  minimum_age?: number;
  /** Whether a person of unknown age counts as too young; `false` where nothing is said. */
  age_required?: boolean;
  /** 0 to 1200: months after which every ground for advertising lapses if the person has not turned to the shop; 0 for no such limit. */
  expires_after_months?: number;
  overrides?: readonly Override[];
}

/** A rule that the shop loosens, knowing that it does. Each rule once; never `transactional`. */
export interface Override {
  /** The id of a row of {@link rules}. */
  rule: string;
  /** The bases that are accepted beyond those of the rule. */
  accept?: readonly Exclude<Basis, "contract">[];
  /** What is not asked for. */
  waive?: readonly Waiver[];
  /** Why: 1 to 200 characters on one line. Every decision under the rule repeats it. */
  reason: string;
}

/** What {@link decide} is asked. */
export interface Question {
  /** The records of one address, in any order. Those later than `at` are left out: the answer is as things stood then. */
  records: readonly ConsentRecord[];
  channel: Channel;
  /** The shop's own word: 1 to 48 lower-case letters, digits and `_`, a letter first. */
  purpose: string;
  /** When the message is to be sent. */
  at: Time;
  person?: Person;
  policy?: Policy;
  /** Whether the answer tells the steps in words; `true` where nothing is said. */
  explain?: boolean;
}

interface Judged {
  /** The id of the record that decides; `null` where none does, or where it has no id. */
  record: string | null;
  /** The basis of that record, where it is an opt-in. */
  basis: Basis | null;
  /** The dealing that the basis rests on. */
  dealing: Dealing | null;
  /** The rule that was applied. */
  rule: { id: string; law: string; article: string };
  /** RFC 3339, UTC: when the answer changes by itself if nothing more is recorded; `null` where it never does. */
  until: string | null;
  /** Why the shop goes its own way with this rule, in its own words. */
  override: string | null;
}

/** Allow or deny, and all that it rests on. */
export type Decision = Judged & ({ allow: true; reason: null } | { allow: false; reason: Reason });

/** A decision with the steps that led to it, in English sentences. */
export type ExplainedDecision = Decision & { explain: string[] };

/**
 * May we send this, now? By which law, and until when?
 *
 * @throws {PlacetError}
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

export interface Standing {
  channel: Channel;
  purpose: string;
  status: Status;
  /** The id of the record behind it; `null` where there is none, or where it has no id. */
  record: string | null;
}

/**
 * What the records of an address amount to, as a person may see it: for the channel and purpose asked for or, where they are
 * left open, for each that the records name. Whether a message may be sent is another question, see {@link decide}.
 *
 * @throws {PlacetError}
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
 * An address as it is shown (`value`) and as it is matched (`key`).
 *
 * @throws {PlacetError}
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

/** A row of the table of rules: one jurisdiction and some channels. */
export interface RuleRow {
  /** Stable; decisions name it. */
  id: string;
  /** `*`, `EEA`, a country, or a country and its part, such as `US-FL`. */
  jurisdiction: string;
  /** For whom; `null` for both. */
  relation: Relation | null;
  channels: Channel[];
  /** RFC 3339: in force from then on; `null` for since ever. */
  from: string | null;
  /** RFC 3339: until then, itself excluded; `null` for ever. */
  to: string | null;
  /** The grounds that are accepted for advertising. */
  grounds: Ground[];
  /** Whether a consent from an anonymous form has to be confirmed by the address. */
  confirmation: boolean;
  /** `null` for no limit. */
  limits: {
    /** Months for which a purchase or a contract implies consent. */
    purchase_months: number | null;
    /** Months for which an inquiry does. */
    inquiry_months: number | null;
    /** Months after which a ground lapses if the person has not turned to the shop. */
    inactivity_months: number | null;
    /** Months after which a ground lapses if the shop has not used it. */
    disuse_months: number | null;
    /** Days for which a look-up in the do-not-call register counts, which a legitimate interest needs. */
    screening_days: number | null;
  };
  /** By when the law wants a no honoured; placet honours it at once. */
  deadline: string;
  law: string;
  article: string;
  /** What else the law asks for and no decision can see: hours, sender, registers. */
  duties: string;
  /** Where the law is unsettled, or how placet reads it. */
  note: string;
  confidence: Confidence;
  /** Where it was read. */
  sources: string[];
}

/**
 * The table of rules, all of it; or with a query the rows that apply, past and future versions among them. What a query leaves
 * out counts as not known: without a country the strictest row, without a relation that for consumers, without a channel those
 * of every channel.
 *
 * @throws {PlacetError}
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
 * From which age on a person's own act counts (GDPR Art. 8(1) and its relatives), by country. `years` is `null` where the law
 * names none; for a country that is not in the list placet takes 16.
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
 * The reasons of a deny, and what each means.
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

/** An Ed25519 public key as a JSON Web Key (RFC 8037). Members that are not named here are passed over, `kid` among them. */
export interface PublicKey {
  kty: "OKP";
  crv: "Ed25519";
  /** The 32 bytes of the key in base64url. */
  x: string;
  kid?: string;
  alg?: "EdDSA" | "Ed25519";
  use?: "sig";
}

/** A JWK Set (RFC 7517). What is in it for other ends is passed over. */
export interface KeySet {
  keys: readonly (PublicKey | { kty: string; [member: string]: unknown })[];
}

/** Who asked for an erasure: the person, somebody who acts for them, a court or a supervisory authority, or the shop itself. */
export type Requester = "person" | "representative" | "authority" | "shop";

/** What a certificate of erasure says. It names nobody. */
export interface Certificate {
  version: 1;
  /** Of the certificate, a UUID. */
  id: string;
  shop: { id: string; name: string };
  /** Whom the shop knew by this number, a UUID. */
  contact: string;
  /** RFC 3339, UTC. */
  erased_at: string;
  requested_by: Requester;
  /** The id of the API key by which it was done. */
  key: string;
  /** How many rows are gone, by table. */
  deleted: Record<string, number>;
  kept: {
    /** How many fingerprints of addresses, so that nobody writes to them again (GDPR Art. 17(3)(b), 21(3)). */
    suppressions: number;
    /** Whether the person is still counted in sums that tell of nobody. */
    counters: boolean;
  };
}

/**
 * What a certificate of erasure says, once it is certain that the shop signed it and that no byte of it was changed. The key is
 * the shop's public one, or a set from which the one is taken that the certificate names.
 *
 * It is certain of the key and not of whose key it is: take that from the shop, and not from where the certificate came from.
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
 * Says who a customer is, for pages to hand on: a JSON Web Token (RFC 7519, HS256) that the edge takes for the shop's own word.
 * Name only addresses that the shop has verified: what is
 * signed needs no confirmation. On the shop's server alone: the key must never be in a page. `lifetime` in seconds, at most a day, an hour where it is left
 * out. What is said in a page with it, of the addresses that it names, is `authenticated`.
 *
 * @throws {TypeError} without a secret key, or for nobody
 * @throws {RangeError} for a lifetime of 0 seconds or of more than a day
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
    /** An e-mail address that the customer has proven to the shop. */
    email?: string;
    /** A number that the customer has proven to the shop, with `+` and the country code. */
    phone?: string;
    /** What the shop calls them, `platform:id`. */
    external?: string;
  },
  secretKey: string,
  lifetime?: number,
): Promise<string>;

export type ErrorCode =
  | "bad_input" | "unknown_field"
  | "unknown_channel" | "unknown_choice" | "unknown_activity" | "unknown_basis" | "unknown_dealing" | "unknown_assurance"
  | "unknown_relation" | "unknown_waiver" | "unknown_rule" | "unknown_kind"
  | "bad_purpose" | "bad_id" | "bad_time" | "bad_date" | "bad_country" | "bad_region" | "bad_reason" | "bad_email" | "bad_phone"
  | "out_of_range" | "not_specific" | "does_not_apply" | "no_ground" | "not_overridable" | "repeated_rule"
  | "bad_certificate" | "wrong_key" | "bad_signature" | "bad_key";

/** A call that cannot be understood. Its words never hold what was in the call: that may be an address. */
export class PlacetError extends Error {
  readonly code: ErrorCode;
  /** Where in the call, RFC 6901; empty for the call as a whole. */
  readonly pointer: string;
}
