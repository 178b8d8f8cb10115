// One exchange with the service: its whole answer, or why there is none. Trying again is retry.js.

import { Cut, Ending, EXIT, Refused } from "./ending.js";

/** Without a sign of life for so long, a connection counts as cut. In ms. */
const PATIENCE = 30_000;
/** Four mebibytes in this time are 35 KB a second. What is slower is sent in smaller pieces, see upload.js. */
const PATIENCE_SENDING = 120_000;

export class Service {
  #url;
  #key;
  #agent;
  #signal;

  /** `signal` aborts whatever is under way. */
  constructor({ url, key }, version, signal) {
    this.#url = url;
    this.#key = key;
    this.#agent = `placet-cli/${version}`;
    this.#signal = signal;
  }

  /** What sets this service and key apart from others, for a hash. Not to be printed. */
  get identity() {
    return [this.#url, this.#key];
  }

  /** Where it is, as people are told. */
  get host() {
    return new URL(this.#url).host;
  }

  /** The answer's JSON: `{ status, headers, value }`. */
  json(method, path, options) {
    return this.exchange(method, path, options, async ({ status, headers, ...answer }) => {
      const value = parsed(await answer.text());
      if (value === undefined) throw this.#stranger();
      return { status, headers, value };
    });
  }

  /** The import of this id, or whatever `method` and `path` make of it. */
  async import(method, path, options) {
    const answer = await this.json(method, path, options);
    if (typeof answer.value?.id !== "string" || typeof answer.value.state !== "string") throw this.#stranger();
    return answer;
  }

  /** The answer's bytes, all of them: `{ headers, bytes }`. */
  bytes(path, query) {
    return this.exchange("GET", path, { query }, async ({ headers, ...answer }) => ({ headers, bytes: await answer.bytes() }));
  }

  /**
   * Sends a request and has its answer read. `read` gets `{ status, headers, text(), bytes(), chunks() }`, and everything it throws
   * comes out again.
   *
   * @throws {Refused} for an answer that is not 2xx
   * @throws {Cut} where there is no answer, or a part of one
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
    // By hand: AbortSignal.any has been collected as garbage too early in some versions of Node.
    this.#signal.addEventListener("abort", abort, { once: true });
    alive();
    /** Only what the network does is a cut; a full disk, say, is not. */
    const guarded = async (work) => {
      try {
        return await work();
      } catch (error) {
        this.#signal.throwIfAborted();
        throw this.#cut(own.signal.aborted ? "no sign of life" : (error.cause?.code ?? error.code ?? error.cause?.message ?? "broken off"));
      }
    };
    try {
      const response = await guarded(() =>
        fetch(`${this.#url}${path}${queryOf(query)}`, {
          method, body, signal: own.signal,
          headers: { ...headers, authorization: `Bearer ${this.#key}`, "user-agent": this.#agent },
          // To follow one would hand list and key to whoever is there.
          redirect: "manual",
        }),
      );
      const chunks = async function* () {
        const reader = response.body?.getReader();
        for (let chunk; reader && !(chunk = await guarded(() => reader.read())).done; alive()) {
          // Whoever takes it may take their time.
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
      // Nothing after the whole answer; else it ends what nobody reads to its end.
      abort();
      this.#signal.removeEventListener("abort", abort);
    }
  }

  async #refusal(response, text) {
    const { status, statusText, headers } = response;
    if (status >= 300 && status < 400) return new Ending(EXIT.refused, "PLACET_URL leads on to another address; set it to that one");
    const problem = parsed(await text());
    return new Refused({
      status, statusText,
      problem: typeof problem?.title === "string" ? problem : null,
      requestId: headers.get("request-id"),
      retryAfter: Number(headers.get("retry-after")) || 0,
    });
  }

  #cut(cause) {
    // A certificate does not get better by waiting.
    return new Cut(this.host, cause, /CERT|TLS|SSL|UNABLE_TO/.test(cause));
  }

  #stranger() {
    return new Ending(EXIT.refused, `what is at ${this.host} does not answer as placet does; is PLACET_URL right?`);
  }
}

/** The query without what was not given. */
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
