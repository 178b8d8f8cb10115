// The demo shop's back office: its customers, and the API by which placet reads and writes them, which is the platform
// "custom" of the handbook. It is stored in memory only and never logged, because it is personal data.

import { randomUUID, timingSafeEqual } from "node:crypto";

import { Webhook } from "standardwebhooks";

import { TOO_LARGE, askWorker, isObject, isOwnPage, parsed, perform, readBody, send, signedHeaders } from "./http.mjs";

/** What the customers can choose, as the connection maps it. */
export const MAPPING = [
  { field: "newsletter", choices: [{ channel: "email", purpose: "newsletter" }] },
  { field: "texts", choices: [{ channel: "sms", purpose: "newsletter" }] },
];
const FIELDS = MAPPING.map(({ field }) => field);
const STATES = ["on", "out"];
const PAGE = 100;
const LOG = 100;
const CUSTOMERS = 1000;

/** Customers from before the shop used placet. */
const SAMPLES = [
  { id: "1001", name: "Mira Shah", email: "mira@example.com", phone: "+447700900201", fields: { newsletter: { state: "on", at: "2026-03-14T10:20:00Z" } } },
  { id: "1002", name: "Tom Okafor", email: "tom@example.com", phone: "+447700900202", fields: {} },
  { id: "1003", name: "Lena Roth", email: "lena@example.com", phone: null, fields: { newsletter: { state: "out", at: "2026-05-02T08:05:00Z" } } },
];

/**
 * @param {() => object | undefined} demo  returns the result of `seedDemo`, or undefined before there is one.
 * `connection` has the id, the token, the hook and its secret; it is missing if the worker has no connections.
 * @returns {{answer: (request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse, path: string) =>
 *   Promise<boolean>, order: (form: URLSearchParams) => void}}  `answer` returns whether the path belongs to the back office;
 * `order` takes an order of the shop's checkout
 */
export function createBackOffice(demo) {
  const customers = new Map(structuredClone(SAMPLES).map((one) => [one.id, { ...one, country: "GB", modified_at: new Date().toISOString() }]));
  const log = [];
  let busy = false;

  function happened(who, customer, what) {
    log.unshift({ at: new Date().toISOString(), who, customer, what });
    log.length = Math.min(log.length, LOG);
  }

  /** Changes fields of a customer as somebody at the shop does. */
  function change(who, customer, fields) {
    // Two changes within a millisecond are two versions.
    const modified = Math.max(Date.now(), Date.parse(customer.modified_at) + 1);
    customer.modified_at = new Date(modified).toISOString();
    for (const [field, state] of Object.entries(fields)) {
      customer.fields[field] = { state, at: customer.modified_at };
      happened(who, customer.id, `${field} ${state}`);
    }
  }

  /** Tells placet, as a platform does: once. A message that is lost is found when placet reads all customers. */
  async function tell(changed) {
    const { connection } = demo() ?? {};
    if (!connection || changed.length === 0) return;
    const body = JSON.stringify({ customers: changed.map(written) });
    const headers = signedHeaders(new Webhook(connection.hook_secret), `hook_${randomUUID()}`, body);
    await fetch(connection.hook_url, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) }).catch(() => {});
  }

  /** Opens an account for whoever ordered. The boxes of the checkout are placet's; the shop's platform does not see them. */
  function order(form) {
    const [email, name, phone, country] = ["email", "name", "phone", "country"].map((field) => form.get(field)?.trim().slice(0, 200) ?? "");
    if (!email.includes("@") || customers.size >= CUSTOMERS) return;
    const known = [...customers.values()].find((one) => one.email.toLowerCase() === email.toLowerCase());
    const customer = known ?? { id: randomUUID(), email, fields: {}, modified_at: new Date(0).toISOString() };
    Object.assign(customer, { name: name || email, phone: phone || null, country });
    customers.set(customer.id, customer);
    change("the checkout", customer, {});
    happened("the checkout", customer.id, known ? "ordered again" : "ordered; the account is new");
    tell([customer]);
  }

  /* The API that placet uses. */

  function asked(method, path, query, body) {
    const id = decodeURIComponent(path.split("/")[3] ?? "");
    if (method === "GET" && !id) {
      const left = [...customers.keys()].sort().filter((own) => own > (query.get("after") ?? ""));
      const page = left.slice(0, PAGE);
      return { status: 200, json: { customers: page.map((own) => written(customers.get(own))), next: left.length > PAGE ? page.at(-1) : null } };
    }
    const customer = customers.get(id);
    if (!customer) return { status: 404, json: { detail: "there is no such customer" } };
    if (method === "PATCH") {
      const fields = Object.entries(isObject(body?.fields) ? body.fields : {});
      if (!fields.every(([field, own]) => FIELDS.includes(field) && STATES.includes(own?.state))) return { status: 422, json: { detail: "no such field or state" } };
      change("placet", customer, Object.fromEntries(fields.map(([field, { state }]) => [field, state])));
    }
    if (method === "DELETE") {
      customers.delete(id);
      happened("placet", id, "erased");
      return { status: 204 };
    }
    return { status: 200, json: written(customer) };
  }

  async function platform(request, path) {
    const { connection } = demo() ?? {};
    if (!connection) return { status: 503, text: "the demo is not seeded yet", headers: { "Retry-After": "1" } };
    if (!isEqual(request.headers.authorization ?? "", `Bearer ${connection.token}`)) return { status: 401, text: "the token is not that of the connection" };
    if (busy) return { status: 429, text: "this platform is busy", headers: { "Retry-After": "1" } };
    const body = await readBody(request);
    if (body === undefined) return TOO_LARGE;
    return asked(request.method, path, new URL(request.url, "http://shop").searchParams, parsed(body));
  }

  /* What the page shows and does. */

  async function shown() {
    const { connection } = demo() ?? {};
    const all = [...customers.values()].sort((one, other) => one.name.localeCompare(other.name));
    const own = { customers: all, log, busy };
    if (!connection) return { status: 200, json: { ...own, connection: null } };
    try {
      const at = `/v1/connections/${connection.id}`;
      const [state, preview, conflicts] = await Promise.all(["", "/preview", "/conflicts"].map((part) => askWorker(demo(), "GET", `${at}${part}`)));
      const answers = [state, preview, conflicts].every(({ ok }) => ok);
      return { status: 200, json: { ...own, connection: answers ? { ...state.body, preview: preview.body, conflicts: conflicts.body.conflicts } : null } };
    } catch {
      return { status: 200, json: { ...own, connection: null } };
    }
  }

  const done = { status: 200, json: {} };
  const acts = {
    async set({ customer, field, state }) {
      const own = customers.get(customer);
      if (!own || !FIELDS.includes(field) || !STATES.includes(state)) return { status: 422, json: { detail: "there is no such customer, field or state" } };
      change("an employee", own, { [field]: state });
      await tell([own]);
      return done;
    },
    /** Another app writes its old list over everybody, and the platform takes it for a choice of now. */
    async resync() {
      const all = [...customers.values()];
      for (const own of all) {
        if (own.fields.newsletter?.state !== "on") change("another app", own, { newsletter: "on" });
      }
      await tell(all);
      return done;
    },
    async busy({ busy: wanted }) {
      busy = wanted === true;
      return done;
    },
    approve: () => toWorker("approve"),
    sync: () => toWorker("sync"),
  };

  async function toWorker(act) {
    const { connection } = demo() ?? {};
    if (!connection) return { status: 503, json: { detail: "the demo is not seeded yet" } };
    try {
      const { ok, status, body } = await askWorker(demo(), "POST", `/v1/connections/${connection.id}/${act}`);
      return { status, json: ok ? {} : { detail: body.detail } };
    } catch {
      return { status: 502, json: { detail: "the worker does not answer" } };
    }
  }

  async function answer(request, response, path) {
    if (path.startsWith("/platform/customers")) {
      send(response, await platform(request, path));
      return true;
    }
    const name = /^\/office\/(\w+)$/.exec(path)?.[1];
    if (!Object.hasOwn(acts, name ?? "") && path !== "/office.json") return false;
    const act = acts[name];
    const verb = act ? "POST" : "GET";
    if (!isOwnPage(request)) send(response, { status: 403, text: "the back office is for its own page" });
    else if (request.method !== verb) send(response, { status: 405, text: `this address takes ${verb}`, headers: { Allow: verb } });
    else send(response, act ? await perform(act, request) : await shown());
    return true;
  }
  return { answer, order };
}

/** Returns a customer as the protocol writes them. */
function written({ id, email, phone, country, modified_at, fields }) {
  return { id, email, phone, country, modified_at, fields };
}

function isEqual(given, expected) {
  const [one, other] = [given, expected].map((text) => Buffer.from(text));
  return one.length === other.length && timingSafeEqual(one, other);
}
