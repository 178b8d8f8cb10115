// The demo shop's inbox: what its server is told by placet, and the messages that it would send, as the person would get them.
// Kept in memory alone, and never logged: it is people's data.

import { createHmac, randomUUID } from "node:crypto";

import { Webhook } from "standardwebhooks";

const EVENT_LIMIT = 64 * 1024;
const KEPT = 200;

/**
 * @param {() => object | undefined} demo  what `seedDemo` answers; `webhookSecrets` are those that events may be signed with
 */
export function createInbox(demo) {
  const events = [];
  const seen = new Set();
  const listeners = new Set();

  /** Takes an event: 204, also for one that came before; 401 where nobody who knows a secret signed it. */
  async function take(request) {
    const body = await read(request, EVENT_LIMIT);
    if (body === undefined) return { status: 413, text: "an event may have 64 KB at most" };
    const verified = (demo()?.webhookSecrets ?? []).some((secret) => isSigned(secret, body, request.headers));
    if (!verified) return { status: 401, text: "the signature is not ours" };
    const id = request.headers["webhook-id"];
    if (!seen.has(id)) {
      seen.add(id);
      const { type, timestamp, data } = JSON.parse(body.toString("utf8"));
      events.push({ id, type, timestamp, data });
      if (events.length > KEPT) seen.delete(events.shift().id);
      for (const tell of listeners) tell();
    }
    return { status: 204, text: "" };
  }

  /** All events, oldest first; an event source is told of each new one. */
  function list() {
    return { ready: Boolean(demo()?.webhookSecrets), events };
  }

  function stream(request, response) {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const tell = () => response.write(`data: ${events.length}\n\n`);
    tell();
    listeners.add(tell);
    request.on("close", () => listeners.delete(tell));
  }

  /** What a mail provider does when its user presses "Unsubscribe" (RFC 8058): one POST, without cookies or a page. */
  async function oneClick(request) {
    const { url } = JSON.parse((await read(request, EVENT_LIMIT)) ?? "{}");
    const target = ownAddress(url, /^\/u\//);
    if (!target) return { status: 400, text: "this is no unsubscribe link of the worker's" };
    const answer = await fetch(target, { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }), redirect: "error" });
    await answer.arrayBuffer();
    return { status: answer.status, text: "" };
  }

  /** What the shop's mailer does before it writes: asks whether it may, and for the links that belong into the mail. */
  async function newsletter(request) {
    const { email } = JSON.parse((await read(request, EVENT_LIMIT)) ?? "{}");
    const asked = { channel: "email", purpose: "newsletter", contact: { email } };
    const decided = await ask("POST", "/v1/decisions", asked);
    const { allow, reason } = decided.decision ?? { allow: false, reason: decided.detail };
    if (!allow) return { status: 200, json: { allow, reason } };
    const { links } = await ask("GET", `/v1/contacts/${decided.contact}/links?channel=email&purpose=newsletter`);
    return { status: 200, json: { allow, links: links.find(({ address }) => address === email) ?? links[0] } };
  }

  async function ask(method, path, body) {
    const { endpoint, secret } = demo();
    const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
    const answer = await fetch(`${endpoint}${path}`, { method, headers, body: body && JSON.stringify(body) });
    return answer.json();
  }

  /** What an SMS provider does when somebody writes back: a signed request to the hook. */
  async function reply(request) {
    const { from, channel, text } = JSON.parse((await read(request, EVENT_LIMIT)) ?? "{}");
    const hook = demo()?.hook;
    if (!hook) return { status: 503, text: "the worker knows no provider" };
    const body = JSON.stringify({ channel, from: String(from).replaceAll(" ", ""), text });
    const [id, time] = [`in_${randomUUID()}`, String(Math.floor(Date.now() / 1000))];
    const key = Buffer.from(hook.secret.replace("whsec_", ""), "base64");
    const signature = createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64");
    const answer = await fetch(hook.url, {
      method: "POST",
      headers: { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": time, "webhook-signature": `v1,${signature}` },
      body,
    });
    await answer.arrayBuffer();
    return { status: answer.status, text: "" };
  }

  /** An address of the worker's own; this server fetches no other. */
  function ownAddress(url, path) {
    if (!URL.canParse(url) || !demo()) return undefined;
    const parsed = new URL(url);
    return parsed.origin === new URL(demo().endpoint).origin && path.test(parsed.pathname) ? parsed : undefined;
  }

  /** The routes, by method and path. */
  const routes = new Map([
    ["POST /webhooks", take],
    ["POST /inbox/one-click", oneClick],
    ["POST /inbox/reply", reply],
    ["POST /inbox/newsletter", newsletter],
  ]);
  return { routes, list, stream };
}

function isSigned(secret, body, headers) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

async function read(request, limit) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
