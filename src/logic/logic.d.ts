/** The logic of placet over plain objects. Pure: the same call always has the same answer, and nothing is kept. */

/** A way to reach a person. */
export type Channel = "email" | "sms" | "phone" | "whatsapp" | "push" | "post";
/** What a person chose. */
export type Choice = "opt_in" | "opt_out" | "declined";
/** The ground on which an opt-in rests. */
export type Basis = "consent" | "soft_opt_in" | "implied" | "legitimate_interest" | "contract";
/** How we know that the person acted. */
export type Assurance = "listed" | "reported" | "claimed" | "confirmed" | "authenticated" | "staff";
/** Why a message may not be sent. */
export type Reason = "never_asked" | "declined" | "opted_out" | "objected" | "awaiting_confirmation";
/** What people see. */
export type Status = "opted_in" | "awaiting_confirmation" | "opted_out" | "declined" | "never_asked";

interface Evidence {
  /** A UUID. Of two records of one time the one with the greater id wins; without ids, the later in the list. */
  id?: string;
  assurance: Assurance;
  /** When the person acted, RFC 3339; counts unless it lies in the future of `received_at`. */
  occurred_at?: string;
  /** When the record came in, RFC 3339. */
  received_at: string;
}

/** One act of one person about one address. An opt-out may be wide: what it leaves open stands for all, also those to come. */
export type ConsentRecord =
  | (Evidence & { choice: "opt_in"; channel: Channel; purpose: string; basis?: Basis })
  | (Evidence & { choice: "opt_out"; channel?: Channel; purpose?: string; objection?: boolean })
  | (Evidence & { choice: "declined"; channel: Channel; purpose: string });

export interface Policy {
  /** The channels on which an opt-in from an anonymous form waits until its address confirms it; all where no policy is given. */
  confirmation: readonly Channel[];
}

/** With the id of the record that decided, where it has one. */
export type Decision =
  | { allow: true; reason?: undefined; record?: string }
  | { allow: false; reason: Reason; record?: string };

export interface Standing {
  channel: Channel;
  purpose: string;
  status: Status;
  record?: string;
}

/** May we send this? @throws {PlacetError} */
export function decide(call: {
  records: readonly ConsentRecord[];
  policy?: Policy;
  channel: Channel;
  purpose: string;
}): Decision;

/**
 * What the records amount to: for the channel and purpose asked for or, where they are left open, for each that the records
 * name. @throws {PlacetError}
 */
export function standing(call: {
  records: readonly ConsentRecord[];
  policy?: Policy;
  channel?: Channel;
  purpose?: string;
}): Standing[];

/** An address as it is shown (`value`) and as it is matched (`key`). @throws {PlacetError} */
export function normalise<K extends "email" | "phone">(call: { kind: K; value: string }): { kind: K; value: string; key: string };

export type ErrorCode =
  | "bad_input" | "unknown_field"
  | "unknown_channel" | "unknown_choice" | "unknown_basis" | "unknown_assurance" | "unknown_kind"
  | "bad_purpose" | "bad_id" | "bad_time" | "bad_email" | "bad_phone"
  | "not_specific" | "does_not_apply";

export class PlacetError extends Error {
  readonly code: ErrorCode;
  /** Where in the call, RFC 6901; empty for the call as a whole. */
  readonly pointer: string;
}
