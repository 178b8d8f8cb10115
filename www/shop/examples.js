// Shows the ways to embed placet side by side, and the events that a page receives from each.

import { dataLayerPush } from "/placet/adapters/datalayer.js";
import { googleConsent } from "/placet/adapters/google.js";
import { define } from "/placet/elements.js";
import { open } from "/placet/storefront.js";

const { endpoint, key } = document.querySelector("meta[name=placet]").dataset;
const log = document.querySelector("[data-log]");
let isEmpty = true;

function note(source, what) {
  if (isEmpty) log.replaceChildren();
  isEmpty = false;
  const entry = document.createElement("li");
  entry.textContent = `${source}: ${typeof what === "string" ? what : JSON.stringify(what)}`;
  log.append(entry);
}

for (const name of ["change", "submitted", "queued", "error"]) {
  document.addEventListener(`placet:${name}`, ({ detail }) => note(`placet:${name}`, detail?.code ?? detail?.id ?? detail));
}
define({ endpoint, key });

const plain = document.querySelector("#example-plain");
// The page does not change, so that the log can be read.
plain.addEventListener("submit", (event) => event.preventDefault());

try {
  const placet = await open({ endpoint, key, locale: "en-GB" });
  plain.addEventListener("submit", () => placet.capture(plain));
  for (const name of ["submitted", "queued"]) placet.on(name, ({ id }) => note(`placet.on("${name}")`, id));
  placet.on("error", ({ code }) => note('placet.on("error")', code));
  dataLayerPush(placet, { push: (entry) => note("data layer", entry) });
  googleConsent(placet, { ad_user_data: { channel: "email", purpose: "newsletter" } }, (...told) => note("gtag", told));
  const [react, vue] = await Promise.all([import("/examples/react.js"), import("/examples/vue.js")]);
  react.start(document.querySelector("[data-react]"), placet);
  vue.start(document.querySelector("[data-vue]"), { endpoint, key });
} catch (error) {
  note("placet is not available", error.message);
}
