// Comparable consent modules, as a page would load them: their files and the smallest code that starts them. Each in
// the smallest way that it documents or ships, with its own box where it has one, and without it where possible.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { install } from "../tools/install.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const installed = join(here, "node_modules");

const HEADLESS = "headless: no box of its own";

/** The words of every box, and the two purposes it asks for. c15t knows purposes by these names only. */
const WORDS = {
  title: "Your choice", about: "May we use what we learn about you for two purposes? You can change your mind at any time.",
  measurement: "Statistics", marketing: "Advertising",
  yes: "Accept all", no: "Decline all", choose: "Choose", save: "Save", close: "Close",
};

/**
 * `start` is a module that starts the peer in a page. It imports its scripts by name from the same directory; the page
 * links its style sheets. `box` selects the element that then appears.
 */
const PEERS = [
  {
    name: "c15t",
    entry: "configureConsentManager + createConsentManagerStore, bundled",
    // Shipped unminified and with separate dependencies, so it is bundled here. The store, which alone remembers
    // choices, needs the client. The documented shortcut to both, getOrCreateConsentRuntime, is 3 % larger.
    bundled: `export { configureConsentManager, createConsentManagerStore } from "c15t";`,
    headless: HEADLESS,
    start: `
      import { configureConsentManager, createConsentManagerStore } from "./c15t.js";
      const store = createConsentManagerStore(configureConsentManager({ mode: "offline" }), {
        initialConsentCategories: ["necessary", "measurement", "marketing"],
      });
      const asks = () => store.getState().activeUI === "banner";
      if (!asks()) await new Promise((done) => store.subscribe(() => asks() && done()));`,
  },
  {
    name: "vanilla-cookieconsent",
    // The two files that its guide names. It also ships an undocumented core without a box (9.4 KB raw), which does not
    // work in this version: its `run` always throws.
    shipped: { js: "dist/cookieconsent.esm.js", css: "dist/cookieconsent.css" },
    box: "#cc-main .cm",
    // By default it hides from browsers driven by scripts.
    start: `
      import { run } from "./cookieconsent.esm.js";
      const words = ${JSON.stringify(WORDS)};
      const buttons = { acceptAllBtn: words.yes, acceptNecessaryBtn: words.no };
      await run({
        hideFromBots: false,
        categories: { measurement: {}, marketing: {} },
        language: {
          default: "en",
          translations: {
            en: {
              consentModal: { title: words.title, description: words.about, showPreferencesBtn: words.choose, ...buttons },
              preferencesModal: {
                title: words.title, savePreferencesBtn: words.save, closeIconLabel: words.close, ...buttons,
                sections: ["measurement", "marketing"].map((name) => ({ title: words[name], linkedCategory: name })),
              },
            },
          },
        },
      });`,
  },
  {
    name: "klaro",
    // Documented, and smaller than dist/klaro.js, which includes the same styles. There is no build without
    // translations: the one with that name contains them too.
    shipped: { js: "dist/klaro-no-css.js", css: "dist/klaro.min.css" },
    box: "#klaro .cookie-notice",
    start: `
      import "./klaro-no-css.js";
      const words = ${JSON.stringify(WORDS)};
      klaro.setup({
        version: 1,
        lang: "en",
        acceptAll: true,
        translations: {
          en: {
            consentNotice: { description: words.about + " ({purposes})", learnMore: words.choose },
            consentModal: { title: words.title, description: words.about },
            ok: words.yes, acceptAll: words.yes, decline: words.no, acceptSelected: words.save,
            purposes: { measurement: words.measurement, marketing: words.marketing },
          },
        },
        services: ["measurement", "marketing"].map((name) => ({ name, title: words[name], purposes: [name] })),
      });`,
  },
  {
    name: "klaro",
    // Documented as "only the consent manager (no UI components)".
    shipped: { js: "dist/cm.js" },
    headless: HEADLESS,
    start: `
      import "./cm.js";
      new cm.default({ services: ["measurement", "marketing"].map((name) => ({ name, purposes: [name] })) });`,
  },
];

/** Bundles in the same way as our own storefront (www/tools/dist.mjs). */
async function bundle(source) {
  const { build } = createRequire(new URL("../../www/package.json", import.meta.url))("esbuild");
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: here },
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    pure: ["console.warn"],
    logLevel: "silent",
  });
  return Buffer.from(outputFiles[0].contents);
}

/**
 * Returns the peers with their files. Installs them first if they are missing; fails if they cannot be installed. One
 * peer may occur twice, with a `box` and `headless`.
 *
 * @returns {Promise<{ name: string, version: string, license: string, entry: string, box?: string, headless?: string,
 *   start: string, files: { kind: "js" | "css", name: string, bytes: Buffer }[] }[]>}
 */
export async function peers() {
  install(here);
  return Promise.all(PEERS.map(async ({ name, entry, shipped = {}, bundled, ...rest }) => {
    const { version, license } = JSON.parse(readFileSync(join(installed, name, "package.json"), "utf8"));
    const files = Object.entries(shipped).map(([kind, path]) => ({ kind, name: basename(path), bytes: readFileSync(join(installed, name, path)) }));
    if (bundled) files.push({ kind: "js", name: `${name}.js`, bytes: await bundle(bundled) });
    return { name, version, license, entry: entry ?? Object.values(shipped).join(" + "), files, ...rest };
  }));
}
