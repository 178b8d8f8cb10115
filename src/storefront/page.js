// Small functions that take a tenth of the bytes in JavaScript that they would take in Rust.

export class PlacetError extends Error {
  constructor(code, message, more) {
    super(message);
    this.name = "PlacetError";
    this.code = code;
    Object.assign(this, more);
  }
}

export const failure = (code, message, about) => new PlacetError(code, message + about);

/** Returns a text property of an object, trimmed. Returns an empty text if the property is absent or not a text. */
export const text = (object, name) => {
  const value = object?.[name];
  return typeof value === "string" ? value.replaceAll("\0", "").trim() : "";
};

/** Returns one line of the words, as storefront.d.ts defines it. */
const line = (element) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();

/**
 * Returns the description of a form that form.rs reads, as one text. The page is read once for each submission, because
 * each access from Rust costs bytes. The scope contains the choices: the form itself, or an element in it that has its
 * own notice. Disabled controls are not offered, unless `whole` asks for all the markup, such as a later step of a
 * checkout.
 */
export const describe = (form, locale, scope = form, whole) => {
  // A `<placet-optin>` in the form has its own notice.
  const notice = [...scope.querySelectorAll("[data-placet-notice]")].find((own) => scope !== form || !own.closest("placet-optin"));
  const { placetNotice, placetVersion } = notice?.dataset ?? {};
  const parts = ["form", form.dataset.placetForm || form.getAttribute("id"), placetNotice, placetVersion, notice?.closest("[lang]")?.getAttribute("lang") || locale, line(notice)];
  // Unlike the property, the selector also matches a control in a disabled fieldset.
  const offered = (controls, not = "x") => [...controls].filter((control) => !control.matches(not) && (whole || !control.matches(":disabled")));
  // `form.elements` and not a query below the form: a control may stand elsewhere and belong to the form by its `form`
  // attribute.
  for (const control of offered(form.elements)) {
    const kind = control.dataset.placetAddress;
    if (/^(email|phone|country)$/.test(kind)) parts.push("", kind, text(control, "value"));
  }
  const boxes = scope === form ? offered(form.elements, "placet-optin *") : offered(scope.querySelectorAll("input"));
  for (const { dataset, checked, defaultChecked, labels } of boxes) {
    const { placetChannel, placetPurpose } = dataset;
    if (placetChannel !== undefined) parts.push(defaultChecked ? "d" : checked ? "c" : "b", placetChannel, placetPurpose, line(labels?.[0]));
  }
  return parts.join("\0");
};
