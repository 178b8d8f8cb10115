// The part of the storefront that waits: for forms, for the module, for the edge, for the network to come back.
// Rust reads forms, checks submissions and decides; queue.js keeps. The contract is storefront.d.ts.
import * as core from "./glue.js";
import { describe, PlacetError, text } from "./page.js";
import { freshId, queueOf } from "./queue.js";
import { question } from "./words.js";

export { PlacetError };

/** Longer words do not travel along with their hash: the edge takes 8,000 bytes, and a character of JavaScript has at most 3. */
const LONGEST_WORDS = 8000 / 3;
/** How long the edge may take, in ms; shorter than the lease in queue.js, so that a slow request is not sent twice at once. */
const PATIENCE = 30_000;

const JSON_BODY = { "content-type": "application/json" };

const refusal = (status, answer) => {
  const words = [answer?.title, answer?.detail].filter(Boolean).join(": ");
  return new PlacetError("refused", words || `the edge answered ${status}`, { status, problem: answer });
};

/** What listens to a form or a part of it, in the whole page: listened to twice it would be captured twice. */
const bound = new WeakMap();

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
  const queue = queueOf(key);
  const listeners = {};
  let identity = text(options, "identity");
  /** What the edge has told of the shop, once it has. */
  let settings;
  /** Whether forms can be read. */
  let ready;
  /** The act that is being read: its id, and with it its time, the page, and who it is by. */
  let act;

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
      response = await request("/v1/consents", { method: "POST", headers: JSON_BODY, body: found.body, keepalive });
      answer = await response.json();
    } catch {
      // No answer, or none that can be read; the status, where there is one, says enough.
    }
    const asked = +response?.headers.get("retry-after") || 0;
    // Only a receipt for this very submission acknowledges it; any page can answer 200.
    const status = response?.ok && answer?.id !== id ? 0 : (response?.status ?? 0);
    // The shop's mistake costs nobody a choice: it is a claim like any other then.
    const unsigned = status === 422 && answer?.errors?.[0]?.pointer === "/identity" && queue.strip(id);
    const pause = core.pause(status, found.attempts, asked);
    const refused = () => refusal(status, answer);
    if (unsigned) {
      report(refused());
      return attempt(id, keepalive);
    }
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
      await drain(eager).catch(report);
    } finally {
      flushing = false;
    }
    plan();
  };

  /** What Rust may ask of this half. */
  const page = {
    report,
    keep(submission) {
      const [email, phone, country, notice, version, locale, text_sha256, kind, form, words, choices] = submission.split("\0");
      const chosen = choices.trim();
      const { id, url, identity } = act;
      const dropped = queue.push(
        id,
        {
          contact: { email, phone, country },
          choices: chosen.split(" ").map((one) => {
            const [channel, purpose, choice] = one.split(":");
            return { channel, purpose, choice };
          }),
          notice: {
            id: notice, version, locale, text_sha256,
            // Words that the shop has not told the edge go along.
            text: words.length > LONGEST_WORDS || settings?.notices?.some((own) => own.text === words && own.id === notice && own.version === version && own.locale === locale) ? "" : words,
          },
          source: { kind, url, form, module: VERSION, gpc: navigator.globalPrivacyControl === true || "" },
          identity,
        },
        chosen,
      );
      if (dropped) report(new PlacetError("queue_full", "too much waits; the oldest submission was dropped"));
      return dispatch(id);
    },
  };

  const begin = () => {
    act = {
      id: freshId(),
      // Neither the query nor the fragment: either may tell more about the person than we need.
      url: location.protocol.startsWith("http") ? location.origin + location.pathname : "",
      identity,
    };
  };

  /** Takes what a person did with a form. It is kept before this returns, to be read later where the module is not there yet. */
  const capture = async (form, scope) => {
    begin();
    const described = describe(form, locale, scope);
    if (ready) return core.capture(page, described);
    queue.draft(act.id, { ...act, described });
  };

  const listen = (form, scope = form, told = (outcome) => outcome.catch(report)) => {
    bound.get(scope)?.();
    const listener = () => { told(capture(form, scope)); };
    form.addEventListener("submit", listener);
    const unbind = () => form.removeEventListener("submit", listener);
    bound.set(scope, unbind);
    return unbind;
  };

  // The key in the path and no header: so a browser asks at once, without asking first whether it may.
  const config = fetch(`${endpoint}/v1/storefront/${key}`, { credentials: "omit", signal: AbortSignal.timeout?.(PATIENCE) })
    .then((response) => (response.ok ? response.json() : null))
    .then((answer) => {
      settings = answer;
      emit("change");
      return answer;
    })
    .catch(() => null);
  for (const form of options.forms ?? []) listen(form);
  try {
    core.initSync({ module: await (module ??= load(options.wasm)) });
  } catch (cause) {
    // Forgotten, so that a later try may succeed.
    module = undefined;
    throw new PlacetError("wasm_failed", "the module could not be loaded or run", { cause });
  }
  ready = true;
  queue.drafts((id, { url, identity, described }) => {
    act = { id, url: text({ url }, "url"), identity: text({ identity }, "identity") };
    try {
      core.capture(page, described)?.catch(report);
    } catch (error) {
      report(error);
    }
  });
  addEventListener("online", () => flush(true));
  flush();
  // Engines compile a function when it is first called. Not when somebody presses a button: now, when nobody does anything.
  globalThis.requestIdleCallback?.(() => core.submit({ keep() {} }, "script\0\0n\u00001\0en\0w\0a@b.c\0\0\0email:a:opt_in"));

  return {
    config,
    bind(form, scope = form, told) {
      if (!(form instanceof HTMLFormElement)) throw new PlacetError("not_a_form", "bind a <form> of this page");
      core.check(page, describe(form, locale, scope, true));
      return listen(form, scope, told);
    },
    capture,
    /** Of the elements: asks the edge something with the page's key. */
    async ask(path, body) {
      const response = await request(path, { method: "POST", headers: JSON_BODY, body: JSON.stringify(body) });
      const answer = await response.json();
      if (!response.ok) throw refusal(response.status, answer);
      return answer;
    },
    identify(token) {
      identity = text({ token }, "token");
    },
    async submit(submission) {
      const { contact, choices, notice, source } = submission ?? {};
      begin();
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
