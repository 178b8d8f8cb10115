// The back office: shows the customers of the shop's platform and the connection to placet, and lets an employee change them.

import { element, post, time } from "./dom.js";

const EVERY_MS = 500;
const FIELDS = [["newsletter", "newsletter by email"], ["texts", "newsletter by text message"]];
const STATES = {
  ok: "In step: what changes on one side is written to the other.",
  paused: "Paused.",
  needs_credentials: "The platform refused the token. Restart the demonstration.",
  needs_approval: "placet has read the customers and has changed nothing yet. See below what it would do, then approve.",
};
const COUNTS = [
  ["opt_ins_to_take", "opt-ins to take over"],
  ["opt_outs_to_take", "opt-outs to take over"],
  ["opt_ins_to_write", "opt-ins to write here"],
  ["opt_outs_to_write", "opt-outs to write here"],
];
const WORDS = { on: "on", out: "opted out" };
const ACTS = { approve: "Approved.", sync: "placet reads all customers.", resync: "The other app has written its list." };

const one = (selector) => document.querySelector(selector);
const drawn = new Map();
let asked;

/** Draws a part again only if it differs, so that the focus stays where it is. */
function draw(part, data, children) {
  const now = JSON.stringify(data);
  if (drawn.get(part) === now) return;
  drawn.set(part, now);
  one(part).replaceChildren(...children());
}

async function refresh() {
  try {
    const answer = await fetch("/office.json");
    show(await answer.json());
  } catch {
    one("[data-state]").textContent = "The shop’s server does not answer. Trying again …";
  }
}

function show({ customers, log, busy, connection }) {
  const names = new Map(customers.map(({ id, name }) => [id, name]));
  const named = (id) => names.get(id) ?? "a customer who is gone";
  showConnection(connection, named);
  showCustomers(customers);
  one("[data-busy]").checked = busy;
  draw("[data-log]", log, () => (log.length ? log.map(happened(named)) : [element("li", {}, "Nothing yet.")]));
}

function showConnection(connection, named) {
  const state = connection ? (connection.reading ? "placet is reading the customers." : STATES[connection.state]) : "The worker does not answer, or has no connection.";
  if (one("[data-state]").textContent !== state) one("[data-state]").textContent = state;
  one("[data-act=approve]").hidden = connection?.state !== "needs_approval" || connection.reading;
  const preview = connection?.preview;
  const counts = preview ? [["customers that placet has read", preview.customers], ...COUNTS.map(([name, words]) => [words, preview[name].count])] : [];
  draw("[data-counts]", counts, () => counts.map(([words, count]) => element("div", {}, element("dt", {}, words), element("dd", {}, String(count)))));
  const conflicts = (connection?.conflicts ?? []).filter((conflict) => conflict.on_against_opt_out || conflict.fault);
  const written = ({ customer, on_against_opt_out, fault }) =>
    element("li", {}, `${named(customer)}: ${on_against_opt_out ? "on here, although they have opted out" : "a write was refused"}${fault ? ` (${fault})` : ""}.`);
  draw("[data-conflicts]", conflicts.map(written).map(({ textContent }) => textContent), () => (conflicts.length ? conflicts.map(written) : [element("li", {}, "None.")]));
}

/** Keeps the focus on the button of the same customer and field. */
function showCustomers(customers) {
  const focused = document.activeElement?.dataset.key;
  draw("[data-customers]", customers, () => customers.map(row));
  if (focused && document.activeElement === document.body) one(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function row(customer) {
  const { id, name, email, phone, fields } = customer;
  const who = element("th", { scope: "row" }, name, element("span", {}, email), phone && element("span", {}, phone));
  return element("tr", { "data-customer": email }, who, ...FIELDS.map(([field, words]) => element("td", {}, ...cell(id, name, field, words, fields[field]?.state))));
}

function cell(customer, name, field, words, state) {
  const wanted = state === "on" ? "out" : "on";
  const rest = element("span", { class: "unseen" }, ` the ${words} for ${name}`);
  const button = element("button", { type: "button", class: "small", "data-key": `${customer} ${field}` }, wanted === "on" ? "Turn on" : "Turn off", rest);
  button.addEventListener("click", () => act(button, "set", { customer, field, state: wanted }, `The ${words} of ${name} is ${WORDS[wanted]}.`));
  return [element("span", { class: `state ${state ?? ""}`, "data-field": field }, WORDS[state] ?? "nothing chosen"), button];
}

const happened = (named) => ({ at, who, customer, what }) => element("li", {}, time(at), element("span", {}, `${named(customer)}: `, element("strong", {}, what), ` by ${who}`));

async function act(button, name, body, done) {
  button.setAttribute("aria-busy", "true");
  const { detail } = await post(`/office/${name}`, body);
  button.removeAttribute("aria-busy");
  one("[data-told]").textContent = detail ? `That did not work: ${detail}.` : done;
  await refresh();
}

for (const button of document.querySelectorAll("[data-act]")) {
  const name = button.dataset.act;
  button.addEventListener("click", () => act(button, name, {}, ACTS[name]));
}
one("[data-busy]").addEventListener("change", ({ target }) => act(target, "busy", { busy: target.checked }, target.checked ? "The platform is busy." : "The platform answers again."));

// One request after the other; none while nobody looks.
async function watch() {
  if (!document.hidden) await refresh();
  asked = setTimeout(watch, EVERY_MS);
}
addEventListener("pagehide", () => clearTimeout(asked));
addEventListener("pageshow", ({ persisted }) => persisted && watch());
watch();
