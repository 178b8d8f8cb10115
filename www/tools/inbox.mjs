// The demo shop's inbox: the events that its server receives from placet, and the messages that it would send, as the
// person would receive them. It also represents the mail provider and the SMS provider. It is stored in memory only and
// never logged, because it is personal data.

import { randomUUID } from "node:crypto";

import { Webhook } from "standardwebhooks";

import { TOO_LARGE, askWorker, isObject, isOwnPage, parsed, perform, readBody, send, signedHeaders } from "./http.mjs";

const KEPT = 200;
/** Ids are remembered for longer than their events, so that a late repetition does not count as new. */
const IDS_REMEMBERED = 10 * KEPT;
const BEAT_MS = 10_000;
const PATIENCE_MS = 10_000;

// A mail may look as it likes, but it runs nothing and fetches nothing. It has the page's own origin, so that the page
// can measure it and open its links in new tabs, which are then normal pages.
const MAIL_POLICY = [
  "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

/**
 * @param {() => object | undefined} demo  returns the result of `seedDemo`, or undefined before there is one.
 * `webhookSecrets` are the secrets that events may be signed with, none if the worker has no outbox; `hook` is where an
 * SMS provider posts replies.
 * @returns {{answer(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse, path: string):
 *   Promise<boolean>}}  `answer` returns whether the path belongs to the inbox
 */
export function createInbox(demo) {
  // The numbers restart with the process, so a page that is older than it has to start again.
  const run = randomUUID();
  const kept = [];
  const seen = new Set();
  const watchers = new Set();
  let newest = 0;

  function keep(type, timestamp, data) {
    newest += 1;
    kept.push({ n: newest, type, timestamp, data });
    if (kept.length > KEPT) kept.shift();
    for (const tell of watchers) tell();
  }

  function state() {
    if (!demo()) return "starting";
    return demo().webhookSecrets?.length ? "ready" : "no_outbox";
  }

  /** Accepts an event: 204, also if it was received before; 401 if it has no valid signature. */
  async function takeEvent(request) {
    if (state() === "starting") return { status: 503, text: "the demo is not seeded yet" };
    const body = await readBody(request);
    if (body === undefined) return TOO_LARGE;
    if (!(demo().webhookSecrets ?? []).some((secret) => isSigned(secret, body, request.headers))) {
      return { status: 401, text: "the signature is not that of an event for this shop" };
    }
    const { type, timestamp, data } = parsed(body) ?? {};
    if (typeof type !== "string" || typeof timestamp !== "string" || !isObject(data)) return { status: 400, text: "this is no event" };
    const id = request.headers["webhook-id"];
    if (!seen.has(id)) {
      seen.add(id);
      if (seen.size > IDS_REMEMBERED) seen.delete(seen.values().next().value);
      keep(type, timestamp, data);
    }
    return { status: 204 };
  }

  /** Returns the events after the number `since`, oldest first. */
  function list(request) {
    const since = Number(new URL(request.url, "http://shop").searchParams.get("since") ?? 0);
    return { status: 200, json: { run, state: state(), replies: Boolean(demo()?.hook), newest, events: kept.filter(({ n }) => n > since) } };
  }

  /** Notifies the page that there are new events; the page then requests them. */
  function stream(request, response) {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const tell = () => response.write(`data: ${JSON.stringify({ run, state: state(), newest })}\n\n`);
    const beat = setInterval(tell, BEAT_MS);
    watchers.add(tell);
    response.on("close", () => {
      clearInterval(beat);
      watchers.delete(tell);
    });
    tell();
  }

  /** Returns the HTML of one mail as a separate document. */
  function mail(number) {
    const html = kept.find(({ n }) => n === number)?.data.html;
    if (typeof html !== "string") return { status: 404, text: "there is no such mail" };
    return { status: 200, html, headers: { "Content-Security-Policy": MAIL_POLICY } };
  }

  /**
   * Does what a mail provider does when its user presses "Unsubscribe" (RFC 8058): one POST, without cookies or a page.
   */
  async function oneClick({ url }) {
    const target = URL.canParse(url) ? new URL(url) : undefined;
    if (!demo() || target?.origin !== new URL(demo().endpoint).origin || !target.pathname.startsWith("/u/")) {
      return { status: 422, json: { detail: "this is no unsubscribe link of the worker's" } };
    }
    return passOn(target, { body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) });
  }

  /** Does what an SMS provider does when a person replies: sends a signed request to the hook. */
  async function reply({ from, channel, text }) {
    if (![from, channel, text].every((one) => typeof one === "string")) return { status: 422, json: { detail: "a reply has from, channel and text" } };
    const hook = demo()?.hook;
    if (!hook) return { status: 503, json: { detail: "the worker takes no replies" } };
    const body = JSON.stringify({ channel, from, text });
    const answer = await passOn(hook.url, { headers: signedHeaders(new Webhook(hook.secret), `in_${randomUUID()}`, body), body });
    if (answer.json.accepted) keep("phone.reply", new Date().toISOString(), { medium: channel, from, text });
    return answer;
  }

  /** Does what the shop's mailer does before it sends: asks whether it may, and for the links of the mail. */
  async function newsletter({ email }) {
    if (!demo()) return { status: 503, json: { detail: "the demo is not seeded yet" } };
    const decided = await ask("POST", "/v1/decisions", { channel: "email", purpose: "newsletter", contact: { email } });
    const { allow, reason } = decided.decision ?? { allow: false, reason: decided.detail };
    if (!allow) return { status: 200, json: { allow: false, reason } };
    const { links } = await ask("GET", `/v1/contacts/${decided.contact}/links?channel=email&purpose=newsletter`);
    const own = links.find(({ address }) => address === email) ?? links[0];
    keep("shop.newsletter", new Date().toISOString(), {
      medium: "email",
      to: email,
      subject: "This week: Windhover, fresh from the roaster",
      text: `Hello,\n\nthis week’s Windhover left the roaster on Tuesday: dark chocolate, roasted hazelnut, orange peel.\n\nYour choices: ${own.preferences}\n\nKestrel Coffee\n`,
      headers: own.headers,
    });
    return { status: 200, json: { allow: true } };
  }

  const ask = async (...request) => (await askWorker(demo(), ...request)).body;

  const acts = new Map([["/inbox/one-click", oneClick], ["/inbox/reply", reply], ["/inbox/newsletter", newsletter]]);

  async function answer(request, response, path) {
    const { method } = request;
    if (path === "/webhooks") {
      send(response, method === "POST" ? await takeEvent(request) : { status: 405, text: "this address takes events", headers: { Allow: "POST" } });
      return true;
    }
    const act = acts.get(path);
    const number = /^\/inbox\/mail\/(\d{1,9})$/.exec(path)?.[1];
    if (!act && !number && path !== "/inbox.json" && path !== "/inbox/stream") return false;

    const verb = act ? "POST" : "GET";
    if (!isOwnPage(request)) send(response, { status: 403, text: "the inbox is for its own page" });
    else if (method !== verb) send(response, { status: 405, text: `this address takes ${verb}`, headers: { Allow: verb } });
    else if (act) send(response, await perform(act, request));
    else if (number) send(response, mail(Number(number)));
    else if (path === "/inbox.json") send(response, list(request));
    else stream(request, response);
    return true;
  }
  return { answer };
}

/** Posts to the worker and returns the outcome. */
async function passOn(url, { headers, body }) {
  try {
    const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
    const problem = parsed(await answer.text());
    return { status: 200, json: { accepted: answer.ok, status: answer.status, detail: answer.ok ? undefined : problem?.detail } };
  } catch {
    return { status: 502, json: { detail: "the worker does not answer" } };
  }
}

function isSigned(secret, body, headers) {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
