// The asynchronous part of the storefront: it waits for forms, for the module, for the edge and for the network.
// Rust reads forms, checks submissions and decides; queue.js stores. The contract is storefront.d.ts.
import * as core from "./glue.js";
import { describe, PlacetError, text, watch } from "./page.js";
import { freshId, queueOf } from "./queue.js";
import { question } from "./words.js";

export { PlacetError };

/**
 * Longer words are not sent, only their hash: the edge accepts 8,000 bytes, and a character of JavaScript has at most
 * 3.
 */
const LONGEST_WORDS = 8000 / 3;
/**
 * The timeout of a request, in ms. It is shorter than the lease in queue.js, so that a slow request is not sent twice
 * at once.
 */
const PATIENCE = 30_000;

/** The pause before a choice is sent again that the shop's settings do not allow now, in ms. */
const OFF = 3_600_000;

const JSON_BODY = { "content-type": "application/json" };

const refusal = (status, answer) => {
  const words = [answer?.title, answer?.detail].filter(Boolean).join(": ");
  return new PlacetError("refused", words || `the edge answered ${status}`, { status, problem: answer });
};

/**
 * The bound forms or parts of forms in the page, and how to unbind each. Bound twice, a form would be captured twice.
 */
const bound = new WeakMap();

/** The WebAssembly module. All storefronts of a page share it. */
let module;

const load = async (given) => {
  const source = await (given ?? fetch(new URL("./storefront_bg.wasm", import.meta.url)));
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof URL || source instanceof Request) return load(fetch(source));
  if (!(source instanceof Response)) return WebAssembly.compile(source);
  if (!source.ok) throw new Error(`${source.url} answered ${source.status}`);
  // Streaming requires the type application/wasm, which some servers do not send.
  return WebAssembly.compileStreaming(source.clone()).catch(async () => WebAssembly.compile(await source.arrayBuffer()));
};

/** Returns an address without query, fragment and final slash, or nothing if fetch cannot use it. */
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
  if (!endpoint) throw new PlacetError("bad_endpoint", "give the edge URL as endpoint");
  const key = text(options, "key");
  if (!/^pk_[!-~]+$/.test(key)) throw new PlacetError("bad_key", "give a publishable key, pk_…");
  const locale = text(options, "locale");
  const queue = queueOf(key);
  const listeners = {};
  let identity = text(options, "identity");
  /** The shop's settings, once the edge has sent them. */
  let settings;
  /** Whether the module has loaded, so that forms can be read. */
  let ready;
  /** The act that is being captured: its id (which contains the time), the page and the identity token. */
  let act;

  const emit = (event, detail) => {
    const told = listeners[event] ?? [];
    // An error without a listener would never be noticed.
    if (event === "error" && !told.length) console.error(detail);
    for (const listener of [...told]) {
      try {
        listener(detail);
      } catch (mistake) {
        // The listener's own error is reported to the page. It must not stop the other listeners.
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

  /** Sends one submission once. Resolves to the outcome. Throws only if the edge refused it. */
  const attempt = async (id, keepalive) => {
    const found = queue.entry(id);
    // Another tab has sent it already.
    if (!found) return;
    let response, answer;
    try {
      const presence = await options.presence?.(endpoint, key, config);
      response = await request("/v1/consents", { method: "POST", headers: JSON_BODY, body: queue.sent(id, presence), keepalive });
      answer = await response.json();
    } catch {
      // There is no answer, or it is not JSON. The status, if there is one, is sufficient.
    }
    const asked = +response?.headers.get("retry-after") || 0;
    // Only a receipt for this very submission acknowledges it, because any page can answer 200.
    const status = response?.ok && answer?.id !== id ? 0 : (response?.status ?? 0);
    // An invalid identity token is the shop's mistake and must not lose the choice: it is sent again without the token,
    // as a claim.
    const isOff = (problem) => /:(channel_off|unknown_purpose)$/.test(problem?.type);
    const unsigned = status === 422 && answer?.errors?.[0]?.pointer === "/identity" && queue.strip(id);
    const pause = core.pause(status, found.attempts, asked);
    const refused = refusal(status, answer);
    if (unsigned) {
      report(refused);
      return attempt(id, keepalive);
    }
    if (pause) {
      queue.postpone(id, pause * 1000);
      // The submission stays in the queue, but the shop must correct its settings.
      if (status > 400 && status < 406) report(refused);
      return { id, queued: true };
    }
    if (!response.ok) {
      // The shop may use the channel or the purpose again soon.
      if (isOff(answer) && queue.retries(id, OFF)) report(refused);
      else queue.forget(id);
      emit("change");
      if (queue.entry(id)) return { id, queued: true };
      throw refused;
    }
    // The edge takes what it can. It says of each other choice why it was refused.
    const off = (answer.choices ?? []).filter(({ outcome }) => outcome === "refused");
    for (const { problem } of off) report(refusal(422, problem));
    queue.acknowledge(id, off, off.filter(({ problem }) => isOff(problem)), OFF);
    const receipt = { id, received_at: answer.received_at, choices: answer.choices };
    emit("submitted", receipt);
    return receipt;
  };

  /**
   * Sends a new submission at once, before those that wait: the page may be about to close, and the order of arrival
   * does not change a standing.
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

  let timer, flushing, again;
  const plan = () => {
    clearTimeout(timer);
    const wait = queue.wait();
    if (wait !== undefined) timer = setTimeout(flush, Math.max(wait, 1000));
  };

  /** Sends the waiting submissions, oldest first, until one has to wait longer. */
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
    // The network comes back only once, so an eager call is carried out later, never left out.
    again ||= eager;
    if (flushing) return;
    flushing = true;
    again = false;
    try {
      // One tab of the shop sends at a time. An eager call waits for the tab that sends now, because that tab may obey
      // the pauses. If locks are missing or refused, or if the other tab sleeps, the edge stores only one of two equal
      // submissions.
      await navigator.locks.request(`placet:${key}`, eager ? { signal: AbortSignal.timeout?.(PATIENCE) } : { ifAvailable: true }, async (lock) => {
        // What another tab has just stored arrives in this tab's localStorage a moment later than the lock.
        if (eager) await new Promise((done) => setTimeout(done, 99));
        return lock && drain(eager);
      });
    } catch {
      await drain(eager).catch(report);
    } finally {
      flushing = false;
    }
    if (again) return flush(true);
    plan();
  };

  /** The methods that Rust may call. */
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
            // The words are sent if they are not one of the shop's published notices.
            text: words.length > LONGEST_WORDS || settings?.notices?.some((own) => own.text === words && own.id === notice && own.version === version && own.locale === locale) ? "" : words,
          },
          source: { kind, url, form, module: VERSION, gpc: navigator.globalPrivacyControl === true || "" },
          identity,
        },
        chosen,
      );
      if (dropped) report(new PlacetError("queue_full", "the oldest one was dropped"));
      return dispatch(id);
    },
  };

  const begin = () => {
    act = {
      id: freshId(),
      // Without query and fragment: either may contain more about the person than is needed.
      url: location.protocol.startsWith("http") ? location.origin + location.pathname : "",
      identity,
    };
  };

  /** Captures a form. It is stored before this function returns, and read later if the module has not loaded yet. */
  const capture = async (form, scope) => {
    begin();
    const described = describe(form, locale, scope);
    if (ready) return core.capture(page, described);
    queue.draft(act.id, { ...act, described });
  };

  const listen = (form, scope = form, told = (outcome) => outcome.catch(report)) => {
    bound.get(scope)?.();
    // At the window all listeners of the page have run: one may fill a field in, or prevent the submission. The event
    // does not leave a shadow tree.
    const root = form.getRootNode();
    const host = root.host ? root : window;
    const listener = ({ target, defaultPrevented }) => {
      if (!defaultPrevented && target === form) told(capture(form, scope));
    };
    host.addEventListener("submit", listener);
    const unbind = () => {
      host.removeEventListener("submit", listener);
      bound.delete(scope);
    };
    bound.set(scope, unbind);
    return unbind;
  };

  /** Why the settings have not arrived. */
  let why;
  /** Asks for the shop's settings. If the edge cannot answer now, it is asked again, each time after a longer pause. */
  const ask = async (pause = 2000) => {
    let status = 0;
    why = new PlacetError("unreachable", `cannot reach ${endpoint}: see network, CORS, CSP`);
    try {
      // The key is in the path and not in a header, so that the browser sends no CORS preflight first.
      const response = await fetch(`${endpoint}/v1/storefront/${key}`, { credentials: "omit", signal: AbortSignal.timeout?.(PATIENCE) });
      ({ status } = response);
      const answer = await response.json();
      if (response.ok) {
        settings = answer;
        config = Promise.resolve(answer);
        emit("change");
        return answer;
      }
      why = refusal(status, answer);
    } catch {
      // There is no answer, or it is not JSON.
    }
    if (!status || status === 429 || status > 499) setTimeout(ask, pause, Math.min(pause * 2, 60_000));
    return null;
  };
  let config = ask();
  watch();
  if (typeof options.forms === "string") {
    const all = options.forms;
    addEventListener("submit", ({ target, defaultPrevented }) => {
      if (!defaultPrevented && target.matches(all) && !bound.has(target)) capture(target).catch(report);
    });
  } else {
    for (const form of options.forms ?? []) listen(form);
  }
  try {
    core.initSync({ module: await (module ??= load(options.wasm)) });
  } catch (cause) {
    // Reset, so that a later call may succeed.
    module = undefined;
    throw new PlacetError("wasm_failed", "the module did not load", { cause });
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
  // Engines compile a function at its first call. This call makes them do so while the page is idle, and not when the
  // visitor presses a button.
  globalThis.requestIdleCallback?.(() => core.submit({ keep() {} }, "script\0\0n\u00001\0en\0w\0a@b.c\0\0\0email:a:opt_in"));

  return {
    get config() {
      return config;
    },
    /** For the elements: returns why the settings have not arrived. */
    why: () => why,
    bind(form, scope = form, told) {
      if (!(form instanceof HTMLFormElement)) throw new PlacetError("not_a_form", "bind a <form> of this page");
      core.check(page, describe(form, locale, scope, true));
      return listen(form, scope, told);
    },
    capture,
    /** For the elements: sends a request with the page's key to the edge. */
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
      // Only acts up to the time asked about count.
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
