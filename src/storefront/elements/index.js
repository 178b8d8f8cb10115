// The entry of the elements. Importing it touches no global; `define` does.

import { baseClass, defaults } from "./base.js";
import { optinClass } from "./optin.js";
import { preferencesClass } from "./preferences.js";

export { addWords } from "./words.js";

/** Defines the elements in the page, once. Does nothing on a server, where frameworks run the same code. */
export const define = (given = {}) => {
  if (typeof customElements === "undefined") return;
  Object.assign(defaults, given);
  if (customElements.get("placet-optin")) return;
  const Base = baseClass();
  customElements.define("placet-optin", optinClass(Base));
  customElements.define("placet-preferences", preferencesClass(Base));
};
