// The part of the storefront that waits: for the module, for the edge, for the network to come back.
// Rust reads forms, checks submissions and decides; queue.js keeps. The contract is storefront.d.ts.
import * as core from "./glue.js";
import { PlacetError, text } from "./page.js";
import { queueOf } from "./queue.js";
import { question } from "./words.js";

export { PlacetError };

/** How long the edge may take, in ms; shorter than the lease in queue.js, so that a slow request is not sent twice at once. */
const PATIENCE = 30_000;

/** One module for all that is opened in a page. */
let module;

const load = async (given) => {
  const source = await (given ?? fetch(new URL("./storefront_bg.wasm", import.meta.url)));
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof URL || source instanceof Request) return load(fetch(source));
  if (!(source instanceof Response)) return WebAssembly.compile(source);
  if (!source.ok) throw new Error(`${source.url} answered ${source.status}`);
  // Streaming asks for the type application/wasm, which some servers do not send.
  return WebAssembly.compileStreaming(source.clone()).catch(async () => WebAssembly.compile(await source.arrayBuffer()));
};

/** An address without query, fragment and final slash; nothing where fetch could not take it. */
const plain = (address) => {
  try {
    const { origin, pathname, protocol } = new URL(address);
    return /^https?:$/.test(protocol) ? (origin + pathname).replace(/\/+$/, "") : undefined;
  } catch {
    return undefined;
  }
};

export async function open(options) {
  if (typeof document === "undefined") throw new PlacetError("no_page", "open placet in a page");
  const endpoint = plain(text(options, "endpoint"));
  if (!endpoint) throw new PlacetError("bad_endpoint", "give the address of the edge as endpoint");
  const key = text(options, "key");
  if (!/^pk_[!-~]+$/.test(key)) throw new PlacetError("bad_key", "give a publishable key, pk_…, never a secret one");
  const locale = text(options, "locale");
  try {
    core.initSync({ module: await (module ??= load(options.wasm)) });
  } catch (cause) {
    // Forgotten, so that a later try may succeed.
    module = undefined;
    throw new PlacetError("wasm_failed", "the module could not be loaded or run", { cause });
  }

  const queue = queueOf(key);
  const bound = new WeakMap();
  const listeners = {};
  /** What the edge has told of the shop, once it has. */
  let settings;

  const emit = (event, detail) => {
    const told = listeners[event] ?? [];
    // A mistake that nobody listens for would stay unseen for ever.
    if (event === "error" && !told.length) console.error(detail);
    for (const listener of [...told]) {
      try {
        listener(detail);
      } catch (mistake) {
        // The listener's own mistake is the page's to hear of; it must not stop the others.
        setTimeout(() => { throw mistake; });
      }
    }
  };
  const report = (error) => emit("error", error);

  const request = (path, init) =>
    fetch(endpoint + path, {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...init?.headers },
      credentials: "omit",
      signal: AbortSignal.timeout?.(PATIENCE),
    });

  /** One attempt to hand one submission over. Resolves to what became of it, throws only what the edge refused. */
  const attempt = async (id, keepalive) => {
    const found = queue.entry(id);
    // Another tab was quicker.
    if (!found) return;
    let response, answer;
    try {
      response = await request("/v1/consents", { method: "POST", headers: { "content-type": "application/json" }, body: found.body, keepalive });
      answer = await response.json();
    } catch {
      // No answer, or none that can be read; the status, where there is one, says enough.
    }
    const asked = +response?.headers.get("retry-after") || 0;
    // Only a receipt for this very submission acknowledges it; any page can answer 200.
    const status = response?.ok && answer?.id !== id ? 0 : (response?.status ?? 0);
    const pause = core.pause(status, found.attempts, asked);
    const refused = () => {
      const words = [answer?.title, answer?.detail].filter(Boolean).join(": ");
      return new PlacetError("refused", words || `the edge answered ${status}`, { status, problem: answer });
    };
    if (pause) {
      queue.postpone(id, pause * 1000);
      // Kept, but somebody has to mend it.
      if (status === 401 || (status > 402 && status < 406)) report(refused());
      return { id, queued: true };
    }
    if (!response.ok) {
      queue.forget(id);
      emit("change");
      throw refused();
    }
    queue.acknowledge(id);
    const receipt = { id, received_at: answer?.received_at };
    emit("submitted", receipt);
    return receipt;
  };

  /**
   * A fresh submission goes out at once, past those that wait: the page may be about to go away, and to the law of
   * standings the order of arrival does not matter.
   */
  const dispatch = async (id) => {
    const sending = attempt(id, true);
    emit("change");
    const outcome = (await sending) ?? { id, queued: true };
    if (outcome.queued) {
      emit("queued", outcome);
      plan();
    } else {
      flush(true);
    }
    return outcome;
  };

  let timer, flushing;
  const plan = () => {
    clearTimeout(timer);
    const wait = queue.wait();
    if (wait !== undefined) timer = setTimeout(flush, Math.max(wait, 1000));
  };

  /** Sends what waits, oldest first, until something has to wait longer. */
  const drain = async (eager) => {
    for (let id; (id = queue.lease(eager)); ) {
      try {
        if ((await attempt(id))?.queued) break;
      } catch (error) {
        report(error);
      }
    }
  };

  const flush = async (eager = false) => {
    if (flushing) return;
    flushing = true;
    try {
      // One tab of the shop at a time. Where there are no locks, or they are refused, the edge keeps one of two equal ones.
      await navigator.locks.request(`placet:${key}`, { ifAvailable: true }, (lock) => lock && drain(eager));
    } catch {
      await drain(eager);
    }
    flushing = false;
    plan();
  };

  /** What Rust may ask of this half. */
  const page = {
    report,
    keep(submission) {
      const [email, phone, country, notice, version, locale, text_sha256, kind, form, choices] = submission.split("\0");
      const chosen = choices.trim();
      const { id, dropped } = queue.push(
        {
          contact: { email, phone, country },
          choices: chosen.split(" ").map((one) => {
            const [channel, purpose, choice] = one.split(":");
            return { channel, purpose, choice };
          }),
          notice: { id: notice, version, locale, text_sha256 },
          // Neither the query nor the fragment: either may tell more about the person than we need.
          source: { kind, url: location.protocol.startsWith("http") ? location.origin + location.pathname : "", form },
        },
        chosen,
      );
      if (dropped) report(new PlacetError("queue_full", "too much waits; the oldest submission was dropped"));
      return dispatch(id);
    },
  };

  const config = request("/v1/storefront")
    .then((response) => (response.ok ? response.json() : null))
    .then((answer) => {
      settings = answer;
      emit("change");
      return answer;
    })
    .catch(() => null);
  addEventListener("online", () => flush(true));
  flush();

  return {
    config,
    bind(form) {
      // Bound twice a form would be captured twice.
      bound.get(form)?.();
      // Nobody awaits what a form sends; who awaits what a script sends hears of a refusal there.
      const binding = core.bind({ report, keep: (submission) => { page.keep(submission).catch(report); } }, form, locale);
      const unbind = () => core.unbind(binding);
      bound.set(form, unbind);
      return unbind;
    },
    async submit(submission) {
      const { contact, choices, notice, source } = submission ?? {};
      return core.submit(
        page,
        [
          text(source, "kind") === "form" ? "form" : "script", text(source, "form"),
          text(notice, "id"), text(notice, "version"), text(notice, "locale") || locale, text(notice, "text"),
          text(contact, "email"), text(contact, "phone"), text(contact, "country"),
          Array.isArray(choices) ? choices.map((one) => [text(one, "channel"), text(one, "purpose"), text(one, "choice")].join(":")).join(" ") : "",
        ].join("\0"),
      );
    },
    decide(channel, purpose, person, at) {
      const time = Date.parse(new Date(at ?? Date.now()).toISOString());
      // As things stood then.
      const tracks = queue.tracks().filter((own) => ["*", channel].includes(own.channel) && ["*", purpose].includes(own.purpose) && own.at <= time);
      return core.decide(question(settings, tracks, channel, purpose, person, time), `${channel}:${purpose}:opt_in`);
    },
    on(event, listener) {
      (listeners[event] ??= []).push(listener);
      return () => {
        listeners[event] = listeners[event].filter((own) => own !== listener);
      };
    },
  };
}
