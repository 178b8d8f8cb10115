// Compiled, never run: what a caller may write, and what the compiler must reject.
import {
  ages, decide, normalise, PlacetError, reasons, rules, standing, verifyCertificate,
  type ConsentRecord, type KeySet, type Person, type Policy, type PublicKey, type Reason, type Requester, type Status,
} from "placet/logic";

const when = { received_at: "2026-01-02T00:00:00Z" };
const shop = { assurance: "authenticated", ...when } as const;
const yes: ConsentRecord = { choice: "opt_in", channel: "email", purpose: "newsletter", assurance: "confirmed", ...when };
const wideNo: ConsentRecord = { choice: "opt_out", objection: true, assurance: "staff", received_at: new Date() };
const erased: ConsentRecord = { choice: "opt_out", suppression: true, objection: false, assurance: "staff", ...when };
const customer: ConsentRecord = { choice: "opt_in", channel: "email", purpose: "offers", basis: "soft_opt_in", dealing: "purchase", ...shop };
const asked: ConsentRecord = { choice: "opt_in", channel: "email", purpose: "offers", basis: "implied", dealing: "inquiry", ...shop };
const declined: ConsentRecord = { choice: "declined", channel: "sms", purpose: "offers", assurance: "claimed", ...when };
const called: ConsentRecord = { activity: "used", channel: "phone", ...when };
const screened: ConsentRecord = { activity: "screened", assurance: "staff", ...when };

// @ts-expect-error only an opt-out or an activity may be wide
const wideYes: ConsentRecord = { choice: "opt_in", channel: "email", ...shop };
// @ts-expect-error declined may not be wide
const wideDeclined: ConsentRecord = { choice: "declined", purpose: "offers", ...shop };
// @ts-expect-error an objection is an opt-out
const objectingYes: ConsentRecord = { ...yes, objection: true };
// @ts-expect-error an opt-out is of one kind
const twofold: ConsentRecord = { choice: "opt_out", objection: true, suppression: true, ...shop };
// @ts-expect-error an opt-out has no basis
const groundedNo: ConsentRecord = { choice: "opt_out", basis: "consent", ...shop };
// @ts-expect-error a soft opt-in needs a dealing
const baseless: ConsentRecord = { choice: "opt_in", channel: "email", purpose: "offers", basis: "soft_opt_in", ...shop };
// @ts-expect-error a soft opt-in does not accept this dealing
const soft: ConsentRecord = { choice: "opt_in", channel: "email", purpose: "offers", basis: "soft_opt_in", dealing: "inquiry", ...shop };
// @ts-expect-error a consent has no dealing
const bought: ConsentRecord = { choice: "opt_in", channel: "email", purpose: "offers", basis: "consent", dealing: "purchase", ...shop };
// @ts-expect-error an activity is not a choice
const both: ConsentRecord = { choice: "opt_out", activity: "used", ...shop };
// @ts-expect-error a choice or an activity is needed
const neither: ConsentRecord = { channel: "email", purpose: "offers", ...shop };
// @ts-expect-error the assurance is needed
const unknown: ConsentRecord = { choice: "opt_out", ...when };
// @ts-expect-error there is no such assurance
const sure: ConsentRecord = { ...yes, assurance: "sure" };
// @ts-expect-error a time is a string or a Date
const numbered: ConsentRecord = { ...yes, received_at: 1767312000000 };
// @ts-expect-error an unknown time is left out
const undated: ConsentRecord = { ...yes, occurred_at: null };

const person: Person = { country: "US", region: "FL", relation: "business", born: "2009-05-01", restricted: false, reachable: true };
// @ts-expect-error a date of birth has no time, so it is not a Date
const born: Person = { born: new Date() };
// @ts-expect-error there is no such relation
const friend: Person = { relation: "friend" };

const policy: Policy = {
  channels: ["email"], confirmation: ["email"], transactional: ["orders"], bases: ["consent"], minimum_age: 16, age_required: true,
  expires_after_months: 24, overrides: [{ rule: "us-phone", accept: ["implied"], waive: ["expiry"], reason: "memo 7" }],
};
// @ts-expect-error a contract is no ground for marketing
const contract: Policy = { overrides: [{ rule: "de-email", accept: ["contract"], reason: "memo 7" }] };
// @ts-expect-error an override needs a reason
const unreasoned: Policy = { overrides: [{ rule: "de-email", waive: ["age"] }] };
// @ts-expect-error there is no such waiver
const lawless: Policy = { overrides: [{ rule: "de-email", waive: ["law"], reason: "memo 7" }] };
// @ts-expect-error there is no such channel
const fax: Policy = { confirmation: ["fax"] };

const about = { channel: "email", purpose: "newsletter", at: "2026-11-23T10:00:00Z" } as const;
const decision = decide({ records: [yes, wideNo, erased, customer, asked, declined, called, screened], ...about, person, policy });
if (decision.allow) decision.reason satisfies null;
else decision.reason satisfies Reason;
const steps: string[] = decision.explain;
const law: string = decision.rule.law;
const until: Date | undefined = decision.until === null ? undefined : new Date(decision.until);
// @ts-expect-error until may be null
const always: string = decision.until;

const quiet = decide({ records: [], ...about, at: new Date(), explain: false });
const { allow, override } = quiet;
// @ts-expect-error the explanation was not asked for
quiet.explain;
const perhaps = decide({ records: [], ...about, explain: Math.random() > 0.5 });
perhaps.explain satisfies string[] | undefined;

// @ts-expect-error channel, purpose and time are needed
decide({ records: [] });
// @ts-expect-error the time is needed, because the logic has no clock
decide({ records: [], channel: "email", purpose: "newsletter" });
// @ts-expect-error there is no such channel
decide({ records: [], ...about, channel: "fax" });
// @ts-expect-error there is no such field
decide({ records: [], ...about, now: "2026-11-23T10:00:00Z" });

const statuses: Status[] = standing({ records: [yes], at: new Date() }).map(({ status }) => status);
standing({ records: [wideNo], at: about.at, channel: "sms", purpose: "newsletter", person, policy })[0]?.record satisfies string | null | undefined;
// @ts-expect-error the time is needed, because the logic has no clock
standing({ records: [yes] });

const { key, kind } = normalise({ kind: "phone", value: "+44 7700 900123" });
key satisfies string;
kind satisfies "phone";
// @ts-expect-error there is no such kind
normalise({ kind: "postal", value: "1 High Street" });

rules().filter(({ grounds }) => grounds.includes("implied:inquiry")).map(({ limits }) => limits.inquiry_months satisfies number | null);
rules({ country: "DE", channel: "phone", relation: "business" })[0]?.to satisfies string | null | undefined;
// @ts-expect-error there is no such channel
rules({ channel: "fax" });
// @ts-expect-error there is no such ground
rules().filter(({ grounds }) => grounds.includes("soft_opt_in"));

const grown: number[] = ages().flatMap(({ years }) => years ?? []);
reasons().map(({ reason, meaning }) => [reason satisfies Reason, meaning satisfies string]);

const signer: PublicKey = { kty: "OKP", crv: "Ed25519", x: "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg", alg: "EdDSA", use: "sig", kid: "2026" };
const several: KeySet = { keys: [signer, { kty: "RSA", n: "AQ", e: "AQAB" }] };
const erasure = verifyCertificate({ certificate: "a.b.c", key: signer });
erasure.version satisfies 1;
erasure.requested_by satisfies Requester;
const rows: number | undefined = erasure.deleted["record"];
verifyCertificate({ certificate: "a.b.c", key: several }).kept.counters satisfies boolean;
// @ts-expect-error the key is needed, because the certificate does not contain it
verifyCertificate({ certificate: "a.b.c" });
// @ts-expect-error a key is not a string
verifyCertificate({ certificate: "a.b.c", key: "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg" });
// @ts-expect-error a certificate is a string
verifyCertificate({ certificate: { payload: "b" }, key: signer });
// @ts-expect-error there is no other curve
const curved: PublicKey = { ...signer, crv: "Ed448" };
// @ts-expect-error an encryption key cannot verify a signature
const encrypting: PublicKey = { ...signer, use: "enc" };
// @ts-expect-error the certificate contains no address
erasure.email;
// @ts-expect-error there is no such requester
erasure.requested_by satisfies "person" | "shop";

const error: unknown = undefined;
if (error instanceof PlacetError && (error.code === "no_ground" || error.code === "bad_signature")) error.pointer satisfies string;
