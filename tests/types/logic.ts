// Compiled, never run: what a caller may write, and what the compiler must stop.
import { decide, normalise, PlacetError, standing, type ConsentRecord, type Status } from "placet/logic";

const yes: ConsentRecord = {
  choice: "opt_in",
  channel: "email",
  purpose: "newsletter",
  assurance: "confirmed",
  received_at: "2026-01-02T00:00:00Z",
};
const wideNo: ConsentRecord = { choice: "opt_out", objection: true, assurance: "staff", received_at: "2026-01-02T00:00:00Z" };

// @ts-expect-error only an opt-out may be wide
const wideYes: ConsentRecord = { choice: "opt_in", channel: "email", assurance: "confirmed", received_at: "2026-01-02T00:00:00Z" };
// @ts-expect-error an objection is a no
const objectingYes: ConsentRecord = { ...yes, objection: true };
// @ts-expect-error a no has no ground
const groundedNo: ConsentRecord = { choice: "opt_out", basis: "consent", assurance: "staff", received_at: "2026-01-02T00:00:00Z" };
// @ts-expect-error no such assurance
const sure: ConsentRecord = { ...yes, assurance: "sure" };
// @ts-expect-error a time is a text
const numbered: ConsentRecord = { ...yes, received_at: 1767312000000 };

const decision = decide({ records: [yes, wideNo], policy: { confirmation: ["email"] }, channel: "email", purpose: "newsletter" });
if (!decision.allow) decision.reason satisfies string;
// @ts-expect-error what is asked about is needed
decide({ records: [] });
// @ts-expect-error no such channel
decide({ records: [], channel: "fax", purpose: "newsletter" });
// @ts-expect-error no such channel
decide({ records: [], policy: { confirmation: ["fax"] }, channel: "sms", purpose: "newsletter" });

const statuses: Status[] = standing({ records: [yes] }).map(({ status }) => status);
standing({ records: [wideNo], channel: "sms", purpose: "newsletter" });

const { key, kind } = normalise({ kind: "phone", value: "+44 7700 900123" });
key satisfies string;
kind satisfies "phone";
// @ts-expect-error no such kind
normalise({ kind: "postal", value: "1 High Street" });

const error: unknown = undefined;
if (error instanceof PlacetError && error.code === "bad_time") error.pointer satisfies string;
