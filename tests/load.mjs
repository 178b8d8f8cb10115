// A plain HTTP client, and the submissions that the fault test and the benchmarks send.

import { createHash, randomUUID } from "node:crypto";
import { Agent, request } from "node:http";

export const ORIGIN = "http://127.0.0.1:8788";
export const MASTER_KEY = "a master key for load tests, nowhere else used";
export const ROOT_SECRET = "root_secret_for_load_tests_nowhere_else_used";

const TEXT_SHA256 = createHash("sha256").update("We write about coffee.").digest("hex");

/** A persistent connection. */
export class Connection {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #url;

  constructor(url) {
    this.#url = new URL(url);
  }

  /**
   * Resolves to `{ status, text }`. Rejects if the connection breaks; then it is unknown whether the request was
   * served.
   */
  send(method, path, headers, body) {
    return new Promise((done, fail) => {
      const { hostname, port } = this.#url;
      const length = body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const outgoing = request({ agent: this.#agent, hostname, port, method, path, headers: { ...headers, ...length } }, (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk) => (text += chunk));
        answer.on("end", () => done({ status: answer.statusCode, text }));
        answer.on("error", fail);
      });
      outgoing.setTimeout(10_000, () => outgoing.destroy(new Error("no answer within 10 s")));
      outgoing.on("error", fail);
      outgoing.end(body);
    });
  }

  close() {
    this.#agent.destroy();
  }
}

/** Creates a shop. Returns the headers of its page and of its server. */
export async function createShop(url) {
  const connection = new Connection(url);
  const body = JSON.stringify({
    name: "Load", country: "GB", origins: [ORIGIN], channels: ["email", "sms", "whatsapp"], purposes: ["newsletter"],
    notices: [{ id: "checkout-optin", version: "1", locale: "en-GB", text: "We write about coffee." }],
    // The load must not be refused with 429.
    limits: { publishable: 10_000, secret: 10_000, visitor: 10_000, unproven_day: 10_000_000, messages: { hour: 10_000_000, day: 10_000_000, text_day: 10_000_000, country_day: 10_000_000 } },
  });
  const answer = await connection.send("POST", "/v1/shops", { authorization: `Bearer ${ROOT_SECRET}` }, body);
  connection.close();
  if (answer.status !== 201) throw new Error(`the shop was not created: ${answer.status} ${answer.text}`);
  const { publishable, secret } = JSON.parse(answer.text).keys;
  return {
    page: { authorization: `Bearer ${publishable}`, origin: ORIGIN },
    server: { authorization: `Bearer ${secret}` },
  };
}

let people = 0;

/** Returns a checkout submission of a new person: email ticked, SMS not. */
export function newSubmission() {
  const id = randomUUID();
  const email = `${id}@example.com`;
  const body = JSON.stringify({
    id,
    contact: { email, phone: `+44${`${++people}`.padStart(11, "0")}`, country: "GB" },
    choices: [
      { channel: "email", purpose: "newsletter", choice: "opt_in" },
      { channel: "sms", purpose: "newsletter", choice: "declined" },
    ],
    notice: { id: "checkout-optin", version: "1", locale: "en-GB", text_sha256: TEXT_SHA256 },
    source: { kind: "form", url: `${ORIGIN}/checkout.html`, form: "checkout" },
    occurred_at: new Date().toISOString(),
  });
  return { id, email, body };
}

/** Runs `work(connection)` repeatedly on `count` connections until `until()` returns true. */
export async function onConnections(count, url, until, work) {
  await Promise.all(
    Array.from({ length: count }, async () => {
      const connection = new Connection(url);
      while (!until()) await work(connection);
      connection.close();
    }),
  );
}
