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
  return typeof value === "string" ? value.replaceAll("\0", "").trim() : "";
};

/** One line of the words, as storefront.d.ts defines it. */
const line = (element) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();

/**
 * What form.rs reads of a form, in one text: a page is read once for each submission, and each look from Rust costs bytes.
 * The scope is what offers the choices: the form itself, or an element in it that has words of its own. What is disabled is not
 * offered, unless the `whole` markup is asked for: the step of a checkout that comes later.
 */
export const describe = (form, locale, scope = form, whole) => {
  // An element in the form has a notice of its own.
  const notice = [...scope.querySelectorAll("[data-placet-notice]")].find((own) => scope !== form || !own.closest("placet-optin"));
  const { placetNotice, placetVersion } = notice?.dataset ?? {};
  const parts = ["form", form.dataset.placetForm || form.getAttribute("id"), placetNotice, placetVersion, notice?.closest("[lang]")?.getAttribute("lang") || locale, line(notice)];
  // The selector, unlike the property, knows of a disabled fieldset around a control.
  const offered = (controls, not = "x") => [...controls].filter((control) => !control.matches(not) && (whole || !control.matches(":disabled")));
  // `elements` and not a query below the form: a control may stand elsewhere and belong to it by its `form` attribute.
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
