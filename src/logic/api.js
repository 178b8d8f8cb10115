// The functions of the module. They throw real errors. Shared by default.js, node.js and workerd.js.
import * as glue from "./glue.js";

export class PlacetError extends Error {
  constructor({ code, message, pointer }) {
    super(pointer ? `${pointer}: ${message}` : message);
    this.name = "PlacetError";
    this.code = code;
    this.pointer = pointer;
  }
}

const guarded = (call) => (given) => {
  try {
    return call(given);
  } catch (thrown) {
    throw thrown?.code ? new PlacetError(thrown) : thrown;
  }
};

const encoder = new TextEncoder();

/**
 * Returns a call as JSON in bytes, because the glue code copies texts one character at a time. A call without JSON (a
 * BigInt, a cycle) becomes empty, which the module refuses like any other call that it cannot read.
 */
const json = (call) => {
  try {
    return encoder.encode(JSON.stringify(call));
  } catch {
    return new Uint8Array();
  }
};

export const decide = guarded((call) => JSON.parse(glue.decide(json(call))));
export const standing = guarded((call) => glue.standing(json(call)));
export const normalise = guarded(glue.normalise);
export const rules = guarded(glue.rules);
export const ages = guarded(glue.ages);
export const reasons = guarded(glue.reasons);
export { signIdentity } from "./identity.js";
export const verifyCertificate = guarded((call) => glue.verify_certificate(json(call)));
