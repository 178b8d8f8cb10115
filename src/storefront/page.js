// Small things that are JavaScript because there they are a tenth of what they are in Rust.

export class PlacetError extends Error {
  constructor(code, message, more) {
    super(message);
    this.name = "PlacetError";
    this.code = code;
    Object.assign(this, more);
  }
}

export const failure = (code, message, about) => new PlacetError(code, message + about);

/** A text of any object, trimmed; empty where there is none, whatever else is there. */
export const text = (object, name) => {
  const value = object?.[name];
  return typeof value === "string" ? value.trim() : "";
};

/** One line of the words, as storefront.d.ts defines it. */
export const line = (element) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();

export const label = (control) => line(control.labels?.[0]);

export const language = (element, otherwise) => element.closest("[lang]")?.getAttribute("lang") || otherwise;
