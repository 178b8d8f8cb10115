// Exchanges one request with the service: returns its whole answer, or throws the reason why there is none. retry.js
// repeats.

import { Cut, Ending, EXIT, Refused } from "./ending.js";

/** A connection without any data for this time counts as cut, in ms. */
const PATIENCE = 30_000;
/** Four mebibytes in this time are 35 KB a second. On a slower connection smaller pieces are sent, see upload.js. */
const PATIENCE_SENDING = 120_000;

export class Service {
  #url;
  #key;
  #agent;
  #signal;

  /** `signal` aborts the request that is in progress. */
  constructor({ url, key }, version, signal) {
    this.#url = url;
    this.#key = key;
    this.#agent = `placet-cli/${version}`;
    this.#signal = signal;
  }

  /** The values that distinguish this service and key from others, for a hash. Never print them. */
  get identity() {
    return [this.#url, this.#key];
  }

  /** The host of the service, to show to people. */
  get host() {
    return new URL(this.#url).host;
  }

  /** Returns the JSON of the answer: `{ status, headers, value }`. */
  json(method, path, options) {
    return this.exchange(method, path, options, async ({ status, headers, ...answer }) => {
      const value = parsed(await answer.text());
      if (value === undefined) throw this.#stranger();
      return { status, headers, value };
    });
  }

  /** Returns the import in the answer. */
  async import(method, path, options) {
    const answer = await this.json(method, path, options);
    if (typeof answer.value?.id !== "string" || typeof answer.value.state !== "string") throw this.#stranger();
    return answer;
  }

  /** Returns all bytes of the answer: `{ headers, bytes }`. */
  bytes(path, query) {
    return this.exchange("GET", path, { query }, async ({ headers, ...answer }) => ({ headers, bytes: await answer.bytes() }));
  }

  /**
   * Sends a request and passes the answer to `read` as `{ status, headers, text(), bytes(), chunks() }`. Rethrows what
   * `read` throws.
   *
   * @throws {Refused} if the status is not 2xx
   * @throws {Cut} if there is no answer, or only a part of one
   */
  async exchange(method, path, { query = {}, headers = {}, body } = {}, read) {
    this.#signal.throwIfAborted();
    const own = new AbortController();
    const abort = () => own.abort();
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(abort, body ? PATIENCE_SENDING : PATIENCE);
    };
    // Not AbortSignal.any: some versions of Node collect it as garbage too early.
    this.#signal.addEventListener("abort", abort, { once: true });
    alive();
    /** Only a network failure is a Cut; a full disk is not. */
    const guarded = async (work) => {
      try {
        return await work();
      } catch (error) {
        this.#signal.throwIfAborted();
        throw this.#cut(own.signal.aborted ? "no answer in time" : (error.cause?.code ?? error.code ?? error.cause?.message ?? "connection lost"));
      }
    };
    try {
      const response = await guarded(() =>
        fetch(`${this.#url}${path}${queryOf(query)}`, {
          method, body, signal: own.signal,
          headers: { ...headers, authorization: `Bearer ${this.#key}`, "user-agent": this.#agent },
          // Following a redirect would send the list and the key to another server.
          redirect: "manual",
        }),
      );
      const chunks = async function* () {
        const reader = response.body?.getReader();
        for (let chunk; reader && !(chunk = await guarded(() => reader.read())).done; alive()) {
          // The consumer of a chunk may be slow, so the timer stops meanwhile.
          clearTimeout(timer);
          yield chunk.value;
        }
      };
      const bytes = async () => {
        const all = [];
        for await (const chunk of chunks()) all.push(chunk);
        return Buffer.concat(all);
      };
      const text = async () => String(await bytes());
      if (!response.ok) throw await this.#refusal(response, text);
      return await read({ status: response.status, headers: response.headers, text, bytes, chunks });
    } finally {
      clearTimeout(timer);
      // After a complete answer this has no effect; otherwise it ends the transfer.
      abort();
      this.#signal.removeEventListener("abort", abort);
    }
  }

  async #refusal(response, text) {
    const { status, statusText, headers } = response;
    if (status >= 300 && status < 400) return new Ending(EXIT.refused, "PLACET_URL redirects to another address; set it to that address");
    const problem = parsed(await text());
    return new Refused({
      status, statusText,
      problem: typeof problem?.title === "string" ? problem : null,
      requestId: headers.get("request-id"),
      retryAfter: Number(headers.get("retry-after")) || 0,
    });
  }

  #cut(cause) {
    // A certificate error does not pass with time.
    return new Cut(this.host, cause, /CERT|TLS|SSL|UNABLE_TO/.test(cause));
  }

  #stranger() {
    return new Ending(EXIT.refused, `the server at ${this.host} does not answer like placet; is PLACET_URL correct?`);
  }
}

/** Returns the query string without absent values. */
function queryOf(query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
