// A fake WooCommerce, as a process over HTTP. It keeps what WooCommerce 10.5.0 was seen to do with customers and webhooks:
// deliveries that come late and together, ids that repeat, hidden keys, a webhook that is disabled after failures.

import { createHmac } from "node:crypto";
import { createServer } from "node:http";

const KEYS = "ck_test:cs_test";
const PAGE = 10;
/** WooCommerce disables a webhook at the seventh failure in a row. */
const FAILURES = 7;
const utc = (millis) => new Date(millis).toISOString().slice(0, 19);

export async function startWooCommerce() {
  const customers = new Map();
  /** The hooks that wait for the next run of the scheduler: topic and id, each once. */
  const waiting = new Map();
  const writes = [];
  const hooks = new Map();
  let clock = Date.parse("2026-11-30T10:00:00Z");

  const rest = ({ id, email, billing, meta, modified }) => ({
    id, email, date_modified_gmt: utc(modified), billing,
    // Keys that begin with a line are hidden.
    meta_data: [...meta].filter(([key]) => !key.startsWith("_")).map(([key, value], at) => ({ id: at + 1, key, value })),
    _links: {},
  });

  function changed(customer) {
    clock += 1000;
    customer.modified = clock;
    waiting.set(`customer.updated ${customer.id}`, { topic: "customer.updated", id: customer.id });
  }

  function answerHooks(method, id, body) {
    if (method === "GET") return { status: 200, body: [...hooks.values()] };
    const hook = hooks.get(id) ?? { id: hooks.size + 1, status: "active", failures: 0 };
    hooks.set(hook.id, Object.assign(hook, body));
    return { status: 201, body: hook };
  }

  function answer(method, url, body) {
    const id = Number(url.pathname.split("/")[5] ?? 0);
    if (url.pathname.split("/")[4] === "webhooks") return answerHooks(method, id, body);
    if (!id) {
      const all = [...customers.values()].filter(({ role }) => url.searchParams.get("role") === "all" || role === "customer");
      const size = Math.min(Number(url.searchParams.get("per_page")), PAGE);
      const page = Number(url.searchParams.get("page"));
      return { status: 200, body: all.slice((page - 1) * size, page * size).map(rest), headers: { "x-wp-totalpages": String(Math.ceil(all.length / size)) } };
    }
    const customer = customers.get(id);
    if (!customer) return { status: 404, body: { code: "woocommerce_rest_invalid_id" } };
    if (method === "PUT") {
      writes.push({ id, body });
      for (const { key, value } of body.meta_data) {
        // A hidden key is answered like any other and is not written.
        if (key.startsWith("_")) continue;
        if (value === null) customer.meta.delete(key);
        else customer.meta.set(key, value);
      }
      // The date moves even if nothing is different, and the webhook fires: the echo.
      changed(customer);
    }
    return { status: 200, body: rest(customer) };
  }

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.headers.authorization !== `Basic ${Buffer.from(KEYS).toString("base64")}`) return response.writeHead(401).end("{}");
    const text = Buffer.concat(chunks).toString();
    const { status, body, headers = {} } = answer(request.method, new URL(request.url, "http://shop"), text && JSON.parse(text));
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));

  /** Delivers to the hook of the topic. Returns its status; nothing if there is none that is active. */
  async function deliver(topic, body, secret) {
    const hook = [...hooks.values()].find((own) => own.topic === topic && own.status === "active");
    if (!hook) return undefined;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const headers = {
      "content-type": "application/json",
      "x-wc-webhook-topic": topic,
      "x-wc-webhook-signature": createHmac("sha256", secret ?? hook.secret).update(text).digest("base64"),
      // Deliveries within a second have the same id.
      "x-wc-webhook-delivery-id": createHmac("md5", "id").update(utc(clock)).digest("hex"),
    };
    const status = await fetch(hook.delivery_url, { method: "POST", headers, body: text }).then((got) => got.status, () => 0);
    // A redirect counts as success.
    hook.failures = status >= 200 && status <= 302 ? 0 : hook.failures + 1;
    if (hook.failures >= FAILURES) hook.status = "disabled";
    return status;
  }

  return {
    base: `http://127.0.0.1:${server.address().port}`,
    credentials: { consumer_key: "ck_test", consumer_secret: "cs_test" },
    customers,
    writes,
    hooks,
    /** WooCommerce pings when a webhook is saved, without a signature. */
    ping: () => fetch(hooks.get(1).delivery_url, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "webhook_id=1" }).then(({ status }) => status),
    add(id, email, { meta = {}, role = "customer" } = {}) {
      const customer = { id, email, role, meta: new Map(Object.entries(meta)), billing: { country: "GB", phone: "" }, modified: clock };
      customers.set(id, customer);
      // One act, two hooks.
      for (const topic of ["customer.created", "customer.updated"]) waiting.set(`${topic} ${id}`, { topic, id });
    },
    set(id, key, value) {
      customers.get(id).meta.set(key, value);
      changed(customers.get(id));
    },
    change(id, own) {
      Object.assign(customers.get(id), own);
      changed(customers.get(id));
    },
    remove(id) {
      customers.delete(id);
      waiting.set(`customer.deleted ${id}`, { topic: "customer.deleted", id });
    },
    /** Runs the scheduler, as a visit of the shop does: each hook with the state of now. */
    async visit() {
      const run = [...waiting.values()];
      waiting.clear();
      const statuses = [];
      for (const { topic, id } of run) statuses.push(await deliver(topic, topic === "customer.deleted" ? { id } : rest(customers.get(id))));
      return statuses;
    },
    deliver,
    /** An order: its update is delivered before its creation, with the same body. Returns both statuses and the body. */
    async order(order) {
      clock += 1000;
      const body = { id: 14, billing: {}, customer_id: 0, meta_data: [], date_created_gmt: utc(clock), created_via: "store-api", ...order };
      return { statuses: [await deliver("order.updated", body), await deliver("order.created", body)], body };
    },
    /** Sends messages with a wrong signature until the hook of customers is disabled. */
    async fail() {
      while (await deliver("customer.updated", { id: 0 }, "wrong"));
    },
    stop: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }),
  };
}
