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

/** The boxes that the person has changed by hand, each with the value that the person gave it. */
let touched = new WeakMap();

/** Remembers what the person changes by hand: a script or a server may draw a form again with ticked boxes. */
export const watch = () => {
  addEventListener("change", ({ target, isTrusted }) => isTrusted && touched.set(target, target.checked), true);
  // The next person may use the same form.
  addEventListener("reset", () => (touched = new WeakMap()), true);
};

const isShown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true;

/** Returns the words of a node that are shown in it. An image has its alternative text. */
const shownIn = (node, skips) => {
  if (node.nodeType === 3) return node.data;
  if (node.nodeType !== 1 || (skips && !isShown(node))) return "";
  return node.alt ?? [...node.childNodes].map((own) => shownIn(own, skips)).join("");
};

/**
 * Returns one line of the words, as storefront.d.ts defines it. Hidden words are left out, unless all of them are hidden
 * now, such as those of an earlier step of a checkout.
 */
const line = (element) => (element ? shownIn(element, isShown(element)) : "").replace(/\s+/g, " ").trim();

const isRadio = ({ type }) => type === "radio";

/** Returns the radio button of a group that stands for yes. Its partner stands for no. */
const yesOf = (radio, controls) => {
  const group = [...controls].filter((own) => isRadio(own) && own.name === radio.name);
  const find = (values) => group.find(({ value }) => values.test(value));
  const yes = find(/^(yes|true|1|opt_in)$/i);
  if (!yes || !find(/^(no|false|0|declined)$/i)) throw failure("single_radio", "radio buttons need the values yes and no: ", radio.name);
  return yes;
};

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
  const parts = ["form", form.dataset.placetForm || form.getAttribute("id"), placetNotice, placetVersion, (notice?.closest("[lang]")?.getAttribute("lang") || locale).replaceAll("_", "-"), line(notice)];
  // Unlike the property, the selector also matches a control in a disabled fieldset.
  const offered = (controls, not = "x") => [...controls].filter((control) => !control.matches(not) && (whole || !control.matches(":disabled")));
  // `form.elements` and not a query below the form: a control may stand elsewhere and belong to the form by its `form`
  // attribute.
  for (const control of offered(form.elements)) {
    const kind = control.dataset.placetAddress;
    if (/^(email|phone|country)$/.test(kind)) parts.push("", kind, text(control, "value"));
  }
  const boxes = scope === form ? offered(form.elements, "placet-optin *") : offered(scope.querySelectorAll("input"));
  const read = new Set();
  for (const own of boxes) {
    const { placetChannel, placetPurpose } = own.dataset;
    if (placetChannel === undefined) continue;
    const box = isRadio(own) ? yesOf(own, scope === form ? form.elements : scope.querySelectorAll("input")) : own;
    // Both radio buttons of a pair may have the attributes.
    if (read.has(box)) continue;
    read.add(box);
    const state = !box.checked ? "b" : touched.get(box) ?? !box.defaultChecked ? "c" : "d";
    parts.push(state, placetChannel, placetPurpose, line(box.labels?.[0]) || text(box, "ariaLabel"));
  }
  return parts.join("\0");
};
