// The functions of the module with their errors made real ones. Shared by default.js, node.js and workerd.js.
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

export const decide = guarded(glue.decide);
export const standing = guarded(glue.standing);
export const normalise = guarded(glue.normalise);
