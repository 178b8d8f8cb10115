// The elements. Importing this touches no global; `define` does.

import { baseClass, defaults } from "./base.js";
import { optinClass } from "./optin.js";
import { preferencesClass } from "./preferences.js";

export { addWords } from "./words.js";

/** Makes the elements known to the page, once. */
export const define = (given = {}) => {
  Object.assign(defaults, given);
  if (customElements.get("placet-optin")) return;
  const Base = baseClass();
  customElements.define("placet-optin", optinClass(Base));
  customElements.define("placet-preferences", preferencesClass(Base));
};
