// Compiled, never run: what a shop may write with the elements, and what the compiler must reject.
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
// @ts-expect-error that name is an attribute
define({ "publishable-key": "pk_1" });
// @ts-expect-error the endpoint is a string
define({ endpoint: new URL("https://consent.example") });
// @ts-expect-error the key is a string
define({ key: 1 });
// @ts-expect-error wasm takes a URL or its response, not a path
define({ wasm: "/placet/storefront_bg.wasm" });
// @ts-expect-error define returns nothing
define().placet;

addWords("pt", { email: "E-mail", save: "Guardar", channels: { email: "por e-mail", sms: "por SMS" } });
addWords("en", { subscribe: "Join" });
addWords("da", {});
const all: Pick<Words, "title" | "save"> = { title: "Dine valg", save: "Gem" };
addWords("da", all);
// @ts-expect-error the words are missing
addWords("pt");
// @ts-expect-error there is no such word
addWords("pt", { submit: "Enviar" });
// @ts-expect-error words are strings
addWords("pt", { save: 1 });
// @ts-expect-error there is no such channel
addWords("pt", { channels: { fax: "por fax" } });
// @ts-expect-error a word may be left out, but not be undefined
addWords("pt", { save: undefined });

const optin = document.querySelector("placet-optin");
optin satisfies PlacetOptinElement | null;
const preferences: PlacetPreferencesElement = document.createElement("placet-preferences");
preferences.setAttribute("identity", token);
document.querySelectorAll("placet-optin").forEach((each) => each.choices.length satisfies number);
// @ts-expect-error the element may be missing
document.querySelector("placet-optin").choices;
// @ts-expect-error a boolean attribute is set by its name, not as a property
document.createElement("placet-optin").shadow = true;
// @ts-expect-error there is no such element
document.createElement("placet-banner").choices;
// @ts-expect-error preferences are reported by events only
preferences.choices;

const made = document.createElement("placet-optin");
const choices: readonly Chosen[] = made.choices;
const wanted: Channel[] = choices.filter(({ choice }) => choice === "opt_in").map(({ channel }) => channel);
const said: Choice | undefined = choices[0]?.choice;
choices.map(({ purpose }) => purpose satisfies string);
// @ts-expect-error a page only reads choices
made.choices = [];
// @ts-expect-error a page cannot add choices
made.choices.push({ channel: "email", purpose: "newsletter", choice: "opt_in" });
// @ts-expect-error there is no such channel
made.choices.some(({ channel }) => channel === "fax");
// @ts-expect-error there is no such choice
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
// The events bubble: the elements around it receive them too.
document.body.addEventListener("placet:change", ({ detail }) => detail.length satisfies number, { once: true });
const heard = (event: ElementEvents["placet:submitted"]): string => event.detail.received_at;
preferences.addEventListener("placet:submitted", heard);
preferences.removeEventListener("placet:submitted", heard);

// @ts-expect-error there is no such channel
made.addEventListener("placet:change", ({ detail }) => detail[0]?.channel === "fax");
// @ts-expect-error choices in events are read-only
made.addEventListener("placet:change", ({ detail }) => detail.sort());
// @ts-expect-error a queued submission has no received_at
made.addEventListener("placet:queued", ({ detail }) => detail.received_at.length);
// @ts-expect-error there is no such code
made.addEventListener("placet:error", ({ detail }) => detail.code === "oops");
// @ts-expect-error this event has no detail
made.addEventListener("placet:ready", ({ detail }) => detail.choices);
// @ts-expect-error the listener is for another event
made.addEventListener("placet:queued", heard);
// @ts-expect-error placet has no such event, so detail is unknown
made.addEventListener("placet:sent", ({ detail }) => detail);
