// A fake Shopify, as a process over HTTP: it executes what it is sent against the official schema of the Admin API, so that a
// field or an argument that the version does not have is refused. The rules of consent are those of Shopify's reference.

import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const require = createRequire(new URL("../../www/package.json", import.meta.url));
const { buildClientSchema, execute, parse, validate } = require("graphql");

const SCHEMAS = fileURLToPath(new URL("../../www/node_modules/@shopify/dev-mcp/dist/data", import.meta.url));
const SECRET = "the-client-secret";
const PAGE = 10;

/** Reads the schema of a version of the Admin API. */
export async function adminSchema(version) {
  const read = JSON.parse(gunzipSync(await readFile(join(SCHEMAS, `admin_${version}.json.gz`))));
  return buildClientSchema(read.data ?? read);
}

export async function startShopify(version) {
  const schema = await adminSchema(version);
  const customers = new Map();
  const documents = [];
  const hooks = new Map();
  let hook, tokens = 0, token = "", throttled = 0, secret = SECRET, ids = 0;

  const gid = (id) => `gid://shopify/Customer/${id}`;
  const address = (own, name, given) => own && { [given]: own.value, marketingState: own.state, marketingUpdatedAt: own.at, __typename: name };
  const written = ({ id, email, phone, modified }) => ({
    id: gid(id),
    updatedAt: modified,
    defaultEmailAddress: address(email, "CustomerEmailAddress", "emailAddress"),
    defaultPhoneNumber: phone && { ...address(phone, "CustomerPhoneNumber", "phoneNumber"), whatsAppMarketingConsent: phone.whatsapp ?? null },
  });
  const found = (own) => customers.get(String(own).split("/").pop());

  /** Sets consent. Shopify ignores what is older than what it holds, and does not say so. */
  function consent(kind, { customerId, ...rest }) {
    const { marketingState: state, consentUpdatedAt: at } = rest[`${kind}MarketingConsent`];
    const customer = found(customerId);
    const own = customer?.[kind === "email" ? "email" : "phone"];
    if (!own) return { customer: null, userErrors: [{ field: ["input"], message: "the customer has no such address" }] };
    if (!own.at || at > own.at) {
      Object.assign(own, { state, at });
      customer.modified = new Date().toISOString();
    }
    return { customer: written(customer), userErrors: [] };
  }

  const root = {
    customers({ first, after }) {
      const all = [...customers.values()].filter(({ id }) => !after || id.length > after.length || (id.length === after.length && id > after));
      const page = all.slice(0, Math.min(first, PAGE));
      return { nodes: page.map(written), pageInfo: { hasNextPage: all.length > page.length, hasPreviousPage: false, endCursor: page.at(-1)?.id ?? null } };
    },
    customer: ({ id }) => found(id) && written(found(id)),
    customerEmailMarketingConsentUpdate: ({ input }) => consent("email", input),
    customerSmsMarketingConsentUpdate: ({ input }) => consent("sms", input),
    webhookSubscriptions: ({ uri }) => ({ nodes: [...hooks].filter(([, to]) => to === uri).map(([topic]) => ({ topic })) }),
    webhookSubscriptionCreate({ topic, webhookSubscription: { uri } }) {
      hooks.set(topic, uri);
      return { userErrors: [] };
    },
    customerRequestDataErasure: ({ customerId }) => ({ customerId, userErrors: [] }),
  };

  async function graphql({ query, variables }) {
    if (throttled > 0) {
      throttled -= 1;
      return { errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }] };
    }
    documents.push(query);
    const document = parse(query);
    const errors = validate(schema, document);
    return errors.length ? { errors: errors.map(({ message }) => ({ message })) } : execute({ schema, document, rootValue: root, variableValues: variables });
  }

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const reply = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.url === "/admin/oauth/access_token") {
      const form = new URLSearchParams(text);
      if (form.get("grant_type") !== "client_credentials" || form.get("client_secret") !== secret) return reply(400, { error: "invalid_client" });
      token = `shpat_${++tokens}`;
      return reply(200, { access_token: token, scope: "write_customers", expires_in: 86_399 });
    }
    if (request.url !== `/admin/api/${version}/graphql.json`) return reply(404, {});
    if (request.headers["x-shopify-access-token"] !== token) return reply(401, { errors: "[API] Invalid API key or access token" });
    reply(200, await graphql(JSON.parse(text)));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));

  return {
    base: `http://127.0.0.1:${server.address().port}`,
    credentials: { client_id: "the-client-id", client_secret: SECRET },
    customers,
    documents,
    hooks,
    add(id, email, state, { at = "2026-10-01T10:00:00Z", phone, whatsapp } = {}) {
      customers.set(id, { id, email: { value: email, state, at }, phone: phone && { value: phone, state: "NOT_SUBSCRIBED", at: null, whatsapp }, modified: at });
    },
    /** Changes the consent to e-mail as the shop's administration does. */
    set(id, state, at = new Date().toISOString()) {
      const customer = customers.get(id);
      Object.assign(customer.email, { state, at });
      customer.modified = at;
    },
    connect: (url) => { hook = url; },
    throttle: (times) => { throttled = times; },
    /** Ends all tokens, as an app that was installed again. */
    endTokens: () => { token = ""; },
    tokens: () => tokens,
    /** Sends a webhook. A text such as "#7" is written as a number. Shopify repeats it with the same id if it is not answered. */
    async tell(topic, body, { id = `hook-${++ids}`, with: key = SECRET, domain } = {}) {
      // Ids are numbers above 2^53, which JavaScript cannot write.
      const text = JSON.stringify(body).replace(/"#(\d+)"/g, "$1");
      const headers = {
        "content-type": "application/json",
        "x-shopify-topic": topic,
        "x-shopify-webhook-id": id,
        ...(domain && { "x-shopify-shop-domain": domain }),
        "x-shopify-hmac-sha256": createHmac("sha256", key).update(text).digest("base64"),
      };
      return fetch(hook, { method: "POST", headers, body: text }).then(({ status }) => status);
    },
    /** Returns the body of a webhook about the consent to e-mail. */
    event(id) {
      const { email } = customers.get(id);
      return { customer_id: `#${id}`, email_address: email.value, email_marketing_consent: { state: email.state.toLowerCase(), opt_in_level: "single_opt_in", consent_updated_at: email.at } };
    },
    stop: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }),
  };
}
