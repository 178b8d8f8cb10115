// A fake shop platform that speaks placet's own protocol, as a process over HTTP. It can fail, be slow, and lose answers.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const require = createRequire(new URL("../../www/package.json", import.meta.url));
const { Webhook } = require("standardwebhooks");

const TOKEN = "the-token-of-the-platform";
const PAGE = 100;

/**
 * Starts a platform. `trouble` returns what goes wrong with a request: nothing, "failure", "throttled", or "silence", which
 * does what was asked and breaks the connection.
 */
export async function startPlatform({ trouble = () => undefined, onWrite = () => {} } = {}) {
  const customers = new Map();
  let hook, hooks = 0;

  const written = (id) => {
    const { email, state, modified } = customers.get(id);
    return { id, email, country: "GB", modified_at: new Date(modified).toISOString(), fields: state ? { newsletter: { state } } : {} };
  };

  function answer(method, url, body) {
    const id = decodeURIComponent(url.pathname.split("/")[3] ?? "");
    if (method === "GET" && !id) {
      const after = url.searchParams.get("after") ?? "";
      const left = [...customers.keys()].filter((own) => own > after).sort();
      const page = left.slice(0, PAGE);
      return [200, { customers: page.map(written), next: left.length > PAGE ? page.at(-1) : null }];
    }
    if (!customers.has(id)) return [404, {}];
    if (method === "PATCH") {
      const { state } = body.fields.newsletter;
      onWrite(id, state);
      set(id, state);
    }
    return [200, written(id)];
  }

  function set(id, state) {
    const own = customers.get(id);
    Object.assign(own, { state, modified: Math.max(Date.now(), own.modified + 1) });
  }

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return response.writeHead(401).end();
    const what = trouble();
    if (what === "failure") return response.writeHead(500).end();
    if (what === "throttled") return response.writeHead(429, { "retry-after": "1" }).end();
    const text = Buffer.concat(chunks).toString();
    const [status, found] = answer(request.method, new URL(request.url, "http://platform"), text && JSON.parse(text));
    if (what === "silence") return request.socket.destroy();
    await sleep(1);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(found));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));

  return {
    base: `http://127.0.0.1:${server.address().port}/placet`,
    token: TOKEN,
    customers,
    add: (id, email, state) => customers.set(id, { email, state, modified: Date.now() - 1000 }),
    set,
    /** Sets where and with which secret the platform signs its messages. */
    connect: (url, secret) => { hook = { url, signer: new Webhook(secret) }; },
    /** Tells placet of a customer. Returns the status; nothing if placet does not answer. */
    async tell(id) {
      const body = JSON.stringify({ customers: [written(id)] });
      const [own, now] = [`msg_${++hooks}`, new Date()];
      const headers = {
        "content-type": "application/json",
        "webhook-id": own,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
        "webhook-signature": hook.signer.sign(own, now, body),
      };
      return fetch(hook.url, { method: "POST", headers, body }).then(({ status }) => status, () => undefined);
    },
    stop: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }),
  };
}
