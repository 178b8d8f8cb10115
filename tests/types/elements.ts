// Compiled, never run: what a shop may write with the elements, and what the compiler must stop.
import {
  addWords, define, type Chosen, type Defaults, type ElementEvents, type PlacetOptinElement, type PlacetPreferencesElement, type Words,
} from "placet/elements";
import { open, PlacetError, type Channel, type Choice, type Queued, type Receipt } from "placet/storefront";

declare const bytes: ArrayBuffer;
declare const token: string;

define();
define({ endpoint: "https://consent.example", key: "pk_1" });
define({ endpoint: "https://consent.example", key: "pk_1", identity: token, wasm: new URL("https://cdn.example/p.wasm") });
const defaults: Defaults = { wasm: bytes };
define(defaults);
const shop = { endpoint: "https://consent.example", key: "pk_1" } as const satisfies Defaults;
define(shop);
await open(shop);
// @ts-expect-error there is no such option
define({ endpoint: "https://consent.example", key: "pk_1", locale: "de" });
// @ts-expect-error that is an attribute
define({ "publishable-key": "pk_1" });
// @ts-expect-error the address is a text
define({ endpoint: new URL("https://consent.example") });
// @ts-expect-error so is the key
define({ key: 1 });
// @ts-expect-error not the path of the module: a URL, or what is behind it
define({ wasm: "/placet/storefront_bg.wasm" });
// @ts-expect-error nothing comes back
define().placet;

addWords("pt", { email: "E-mail", save: "Guardar", channels: { email: "por e-mail", sms: "por SMS" } });
addWords("en", { subscribe: "Join" });
addWords("da", {});
const all: Pick<Words, "title" | "save"> = { title: "Dine valg", save: "Gem" };
addWords("da", all);
// @ts-expect-error a language and its words
addWords("pt");
// @ts-expect-error no such word
addWords("pt", { submit: "Enviar" });
// @ts-expect-error words are texts
addWords("pt", { save: 1 });
// @ts-expect-error no such channel
addWords("pt", { channels: { fax: "por fax" } });
// @ts-expect-error not every word has to be there, but one that is has to say something
addWords("pt", { save: undefined });

const optin = document.querySelector("placet-optin");
optin satisfies PlacetOptinElement | null;
const preferences: PlacetPreferencesElement = document.createElement("placet-preferences");
preferences.setAttribute("identity", token);
document.querySelectorAll("placet-optin").forEach((each) => each.choices.length satisfies number);
// @ts-expect-error there may be none
document.querySelector("placet-optin").choices;
// @ts-expect-error a boolean attribute is set by its name, not as a property
document.createElement("placet-optin").shadow = true;
// @ts-expect-error there is no such element
document.createElement("placet-banner").choices;
// @ts-expect-error preferences are told by events alone
preferences.choices;

const made = document.createElement("placet-optin");
const choices: readonly Chosen[] = made.choices;
const wanted: Channel[] = choices.filter(({ choice }) => choice === "opt_in").map(({ channel }) => channel);
const said: Choice | undefined = choices[0]?.choice;
choices.map(({ purpose }) => purpose satisfies string);
// @ts-expect-error a page shows choices, it makes none
made.choices = [];
// @ts-expect-error nor adds to them
made.choices.push({ channel: "email", purpose: "newsletter", choice: "opt_in" });
// @ts-expect-error no such channel
made.choices.some(({ channel }) => channel === "fax");
// @ts-expect-error no such choice
made.choices.some(({ choice }) => choice === "yes");

made.addEventListener("placet:ready", ({ detail }) => detail satisfies null);
made.addEventListener("placet:change", ({ detail }) => detail.map(({ channel, purpose, choice }) => `${channel} ${purpose} ${choice}`));
made.addEventListener("placet:submitted", ({ detail }) => detail satisfies Receipt);
made.addEventListener("placet:queued", ({ detail }) => detail satisfies Queued);
made.addEventListener("placet:error", (event) => {
  event.preventDefault();
  if (event.detail.code === "refused") event.detail.status satisfies number | undefined;
  event.detail satisfies PlacetError;
});
// They bubble: whatever holds the element hears them too.
document.body.addEventListener("placet:change", ({ detail }) => detail.length satisfies number, { once: true });
const heard = (event: ElementEvents["placet:submitted"]): string => event.detail.received_at;
preferences.addEventListener("placet:submitted", heard);
preferences.removeEventListener("placet:submitted", heard);

// @ts-expect-error no such channel
made.addEventListener("placet:change", ({ detail }) => detail[0]?.channel === "fax");
// @ts-expect-error they are told, never set
made.addEventListener("placet:change", ({ detail }) => detail.sort());
// @ts-expect-error what waits has not been received
made.addEventListener("placet:queued", ({ detail }) => detail.received_at.length);
// @ts-expect-error no such code
made.addEventListener("placet:error", ({ detail }) => detail.code === "oops");
// @ts-expect-error it has nothing to say but that
made.addEventListener("placet:ready", ({ detail }) => detail.choices);
// @ts-expect-error of another event
made.addEventListener("placet:queued", heard);
// @ts-expect-error no event of ours, so just any
made.addEventListener("placet:sent", ({ detail }) => detail);
