// Checks that today's storefront module reads what an earlier module stored in a visitor's browser.
//
//   node tests/kept-browser.mjs pkg/storefront
//
// The test needs no browser. The module gets a small page, a clock that stands still and fixed random numbers.
import { deepStrictEqual, ok } from "node:assert";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
const fixtures = new URL("fixtures/kept/", import.meta.url);
const kept = JSON.parse(readFileSync(new URL("kept.json", fixtures), "utf8"));
const key = kept.keys.page.key;
const settings = kept.reads.find((scene) => scene.name === "what its pages read").steps[0].answer.json;
const CLOCK = Date.parse(kept.clock);

// The parts of a page that the module uses.

const later = setTimeout;
const settle = () => new Promise((done) => later(done, 20));

class Storage {
  constructor(entries) {
    Object.assign(this, entries);
  }
  getItem(name) {
    return Object.hasOwn(this, name) ? this[name] : null;
  }
  setItem(name, value) {
    this[name] = `${value}`;
  }
  removeItem(name) {
    delete this[name];
  }
}

let chance = 0;
const bytes = (buffer) => buffer.map(() => (chance = (chance * 1103515245 + 12345) & 0x7fffffff) >> 16);
let clock = CLOCK;
Date.now = () => clock;
Object.defineProperty(globalThis, "crypto", { value: { getRandomValues: (buffer) => (buffer.set(bytes([...buffer])), buffer) }, configurable: true });
Object.defineProperty(globalThis, "navigator", { value: { globalPrivacyControl: true, locks: { request: (name, options, work) => work({ name }) } }, configurable: true });
Object.assign(globalThis, { document: {}, location: new URL("https://shop.example.com/checkout?secret-query=1#pay"), addEventListener() {}, HTMLFormElement: class {} });
// Timers never fire, so the module never sends a second time.
globalThis.setTimeout = () => 0;
globalThis.clearTimeout = () => {};

const script = pathToFileURL(resolve(folder, "storefront.js"));
const { open } = await import(script);
const wasm = readFileSync(resolve(folder, "storefront_bg.wasm"));

/** Opens the module with the stored entries. `answers` gets the id of a submission and returns the answer of the edge. */
const opened = async (entries, answers) => {
  globalThis.localStorage = new Storage(entries);
  const sent = [];
  globalThis.fetch = async (address, init) => {
    if (init?.method !== "POST") return Response.json(settings);
    sent.push({ path: new URL(address).pathname, authorization: init.headers.authorization, body: init.body });
    return answers(JSON.parse(init.body).id);
  };
  const placet = await open({ endpoint: "https://consent.example.com", key, locale: "en-GB", wasm: WebAssembly.compile(wasm) });
  await placet.config;
  await settle();
  return { placet, sent };
};

const stored = () => Object.fromEntries(Object.entries(localStorage).map(([name, value]) => [name, value]).sort());
const receipt = (id) => Response.json({ id, received_at: new Date(clock).toISOString() }, { status: 201 });
const offline = async () => {
  throw new TypeError("offline");
};

// The fields of a decision that do not depend on the shop's settings.
const short = ({ allow, reason, record, basis, dealing, rule, until }) => ({ allow, reason, record, basis, dealing, rule: rule.id, until });
const person = { country: "GB" };
const asked = [["email", "newsletter"], ["email", "offers"], ["sms", "offers"], ["whatsapp", "newsletter"]];
const decisions = (placet) => asked.map(([channel, purpose]) => ({ channel, purpose, decision: short(placet.decide(channel, purpose, person, kept.clock)) }));

/** Returns what the module does with a state: its decisions, the submissions that it sends, its decisions after them, and the entries at the end. */
const read = async (entries) => {
  clock = CLOCK + 7_200_000;
  chance = 1;
  const quiet = await opened(entries, offline);
  const knows = decisions(quiet.placet);
  chance = 1;
  const { placet, sent } = await opened(entries, receipt);
  return { knows, sends: sent, knows_then: decisions(placet), leaves: stored() };
};

const trackId = "019aa0c0-0000-7000-8000-0000000000aa";
const RECENT = Date.parse("2026-11-20T10:00:00Z");
/** A stored choice in its long form, with numbers. The module reads this form and never writes it. */
const spelled = (channel, purpose, act, assurance, at, id = trackId) => ({ [`placet:${key}:track:${channel}:${purpose}:${act}:${assurance}:${at}`]: id });
const before = (channel, purpose, act, at) => spelled(channel, purpose, act, 3, Date.parse(at), "019aa0c0-0000-7000-8000-0000000000a0");

/** The situations: the question, the country, and the other stored choices. The names are in the fixture. */
const situations = [
  { name: "alone, in GB", channel: "email", purpose: "newsletter", country: "GB", beside: {} },
  { name: "alone, in CA", channel: "email", purpose: "newsletter", country: "CA", beside: {} },
  { name: "alone, of a purpose that is no advertising", channel: "email", purpose: "order_updates", country: "GB", beside: {} },
  { name: "alone, by letter", channel: "post", purpose: "offers", country: "GB", beside: {} },
  { name: "beside a yes of long ago", channel: "email", purpose: "newsletter", country: "GB", beside: before("email", "newsletter", 0, "2022-12-01T10:00:00Z") },
  { name: "beside a yes of long ago that is forgotten unless it is used, by phone in DE", channel: "phone", purpose: "offers", country: "DE", beside: { ...before("phone", "offers", 0, "2021-01-01T10:00:00Z"), ...before("phone", "offers", 15, "2026-09-01T10:00:00Z") } },
  { name: "beside a ground that needs a look-up in a register, by phone in IT", channel: "phone", purpose: "offers", country: "IT", beside: before("phone", "offers", 8, "2026-09-01T10:00:00Z") },
  { name: "beside a fresh yes", channel: "email", purpose: "newsletter", country: "GB", beside: before("email", "newsletter", 0, "2026-09-01T10:00:00Z") },
];

const table = async () => {
  const rows = [];
  const { acts, assurances } = kept.acts;
  for (const { name, channel, purpose, country, beside } of situations) {
    for (const act of [...acts.keys(), acts.length, "x"]) {
      // The assurance matters to an opt-in and to an opt-out.
      const each = (act === 0 || act === 10) && /alone, in GB|fresh/.test(name) ? [...assurances.keys(), assurances.length] : [3];
      for (const assurance of each) {
        const { placet } = await opened({ ...beside, ...spelled(channel, purpose, act, assurance, RECENT) }, offline);
        const { allow, reason, record, basis, dealing, until } = placet.decide(channel, purpose, { country }, kept.clock);
        rows.push({ situation: name, act, assurance, means: acts[act] ?? "nothing", by: assurances[assurance] ?? "nobody", decision: { allow, reason, record, basis, dealing, until } });
      }
    }
  }
  return rows;
};

globalThis.console.error = () => {};
const { states, numbers } = JSON.parse(readFileSync(new URL("browser.json", fixtures), "utf8"));
// A submission contains the version of the module, which changes with each release. An earlier module did not send the age.
// It stored identity tokens, and today's module sends only the one that the page has now: what an earlier visitor of a
// shared computer left behind must not speak for the person.
const comparable = (reads) =>
  JSON.parse(JSON.stringify(reads).replace(/(\\"module\\":\\")[^"\\]+/g, "$1*").replace(/,\\"age_ms\\":\d+/g, "").replace(/,\\"identity\\":\\"[^"\\]+\\"/g, ""));
for (const [name, { stored, reads }] of Object.entries(states)) {
  const now = await read(stored);
  deepStrictEqual(comparable(now), comparable(reads), name);
  ok(!JSON.stringify(now).includes("identity"), `${name}: no identity token of before`);
  for (const body of (now.sends ?? []).map((sent) => JSON.parse(sent.body ?? "{}")).filter((body) => body.occurred_at)) {
    deepStrictEqual(body.age_ms, clock - Date.parse(body.occurred_at), `${name}: the age`);
  }
}
clock = CLOCK;
deepStrictEqual(JSON.parse(JSON.stringify(await table())), numbers, "the numbers of acts and assurances");
console.log("the module reads what an earlier module stored");
process.exit(0);
