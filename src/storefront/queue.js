// Stores the shop's data in this browser: submissions that the edge has not acknowledged, and choices that it has.
// The store is localStorage, or the page's memory if localStorage is blocked or full. Memory is lost with the page, but
// each submission is sent once before.

/** The maximum number of waiting submissions. */
export const CAPACITY = 50;

/**
 * The lease of a submission that is being sent, in ms: nobody else sends it meanwhile. entry.js ends a request earlier.
 */
const LEASE = 40_000;
/**
 * The longest pause, in ms, see sending.rs. A submission that waits for longer was postponed before the clock was set
 * back.
 */
const LONGEST_PAUSE = 3_600_000;

const memory = new Map();

/**
 * The identity tokens of this page's submissions. They are never stored: localStorage outlives a log-out, and every script
 * of the origin can read it.
 */
const tokens = new Map();

/** When this page made its ids, by its monotonic clock. Setting the device's clock meanwhile does not change it. */
const began = new Map();

/**
 * Returns the milliseconds since the person acted. The page of the act measures them; a later page has only the clock
 * of the device. The younger of the two counts: a wrong age must not make an opt-out lose.
 */
const ageOf = (id) => Math.round(Math.max(0, Math.min(performance.now() - (began.get(id) ?? -Infinity), Date.now() - timeOf(id))));

const storage = (use) => {
  try {
    return use(localStorage);
  } catch {
    return undefined;
  }
};

const get = (name) => memory.get(name) ?? storage((stored) => stored.getItem(name));

const set = (name, value) => {
  memory.set(name, value);
  storage((stored) => {
    stored.setItem(name, value);
    memory.delete(name);
  });
};

const remove = (name) => {
  memory.delete(name);
  storage((stored) => stored.removeItem(name));
};

/** Returns, in order, the rest of each stored name that begins with the prefix. */
const names = (prefix) =>
  [...new Set([...memory.keys(), ...(storage((stored) => Object.keys(stored)) ?? [])])]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .sort();

let latest = 0;

/**
 * Returns a UUID of version 7 (RFC 9562 §5.7) that is later than all before it in this page. Ids sort by time; the
 * first 48 bits are the milliseconds.
 */
export const freshId = () => {
  latest = Math.max(Date.now(), latest + 1);
  const chance = crypto.getRandomValues(new Uint8Array(10));
  chance[0] = 0x70 | (chance[0] & 0x0f);
  chance[2] = 0x80 | (chance[2] & 0x3f);
  const hex = latest.toString(16).padStart(12, "0") + [...chance].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  began.set(id, performance.now());
  return id;
};

/** Returns the time when an id was made, in ms. */
const timeOf = (id) => parseInt(`${id}`.replace("-", "").slice(0, 12), 16);

/** The numbers that known.rs uses for the choices of a page. */
const ACTS = { opt_in: 0, opt_out: 10, declined: 13, pre_ticked: 13 };

/**
 * Converts `channel:purpose:choice` and an id into an act: claimed (2), at the time of the id. An act that is not a
 * claim of this browser has its numbers written out, `channel:purpose:act:assurance:milliseconds`, and `*` for all
 * channels or all purposes.
 */
const track = (chosen, id) => {
  const [channel, purpose, act, assurance = 2, at = timeOf(id)] = chosen.split(":");
  return { channel, purpose, act: ACTS[act] ?? +act, assurance: +assurance, at: +at, id };
};

/** Returns the queue and the acknowledged choices of one shop. The key separates two shops on the same origin. */
export const queueOf = (key) => {
  const waiting = `placet:${key}:queue:`;
  const acknowledged = `placet:${key}:track:`;
  const unread = `placet:${key}:draft:`;

  /** Returns a waiting submission. Any script may write to localStorage, so an invalid entry is deleted. */
  const entry = (id) => {
    try {
      const { attempts, notBefore, chosen, body } = JSON.parse(get(waiting + id));
      return { attempts: +attempts, notBefore: +notBefore, chosen: `${chosen}`, body: `${body}` };
    } catch {
      remove(waiting + id);
      return undefined;
    }
  };

  // Each submission has its own name, so two tabs never overwrite each other's.
  const put = (id, changed) => set(waiting + id, JSON.stringify(changed));
  /** Makes room for one more. Returns whether the oldest was deleted for it. */
  const room = (prefix) => {
    const [oldest, ...others] = names(prefix);
    const full = others.length >= CAPACITY - 1;
    if (full) remove(prefix + oldest);
    return full;
  };
  /** Returns the milliseconds until a submission may be sent. */
  const ahead = (id) => {
    const left = entry(id).notBefore - Date.now();
    return left > LONGEST_PAUSE ? 0 : left;
  };

  return {
    entry,

    /** Stores the description of a form that was submitted before the module had loaded. */
    draft(id, { identity, ...seen }) {
      tokens.set(id, identity);
      room(unread);
      set(unread + id, JSON.stringify(seen));
    },

    /** Passes each draft of the last day to `read`, then deletes it. */
    drafts(read) {
      for (const id of names(unread)) {
        try {
          const seen = JSON.parse(get(unread + id));
          if (timeOf(id) > Date.now() - 864e5) read(id, { ...seen, identity: tokens.get(id) });
        } catch {
          // The entry is invalid: another script wrote it.
        }
        remove(unread + id);
      }
    },

    /**
     * Stores a submission and leases it to the caller, who sends it now. Returns whether an older one was deleted for
     * it.
     */
    push(id, { identity, ...content }, chosen) {
      tokens.set(id, identity);
      // Empty values are left out, because the edge refuses them.
      const body = JSON.stringify({ id, ...content, occurred_at: new Date(timeOf(id)).toISOString() }, (_, value) => (value === "" ? undefined : value));
      const dropped = room(waiting);
      put(id, { attempts: 0, notBefore: Date.now() + LEASE, chosen, body });
      return dropped;
    },

    /**
     * Returns a submission as it is sent: with its age now, by which the edge knows when the person acted, and with the
     * identity token if this page still has it and the proof that somebody sits at it.
     */
    sent(id, presence) {
      const body = entry(id)?.body;
      return body && JSON.stringify({ ...JSON.parse(body), age_ms: ageOf(id), identity: tokens.get(id) || undefined, presence });
    },

    /** Removes the identity token from a submission. Returns whether there was one. */
    strip: (id) => tokens.delete(id),

    /**
     * Leases the oldest submission that may be sent now to the caller, and returns its id. `eager` ignores the pause
     * after a failure, but not a first lease: the network is back, or the edge has just answered.
     */
    lease(eager) {
      const id = names(waiting).filter(entry).find((id) => ahead(id) <= 0 || (eager && entry(id).attempts));
      if (id) put(id, { ...entry(id), notBefore: Date.now() + LEASE });
      return id;
    },

    /** Returns the milliseconds until a submission may be sent, or nothing if none waits. */
    wait() {
      const waits = names(waiting).filter(entry).map(ahead);
      return waits.length ? Math.min(...waits) : undefined;
    },

    postpone(id, pause) {
      const found = entry(id);
      if (found) put(id, { ...found, attempts: found.attempts + 1, notBefore: Date.now() + pause });
    },

    forget(id) {
      began.delete(id);
      tokens.delete(id);
      remove(waiting + id);
    },

    /**
     * Stores the choices of an acknowledged submission, without those that were refused, and removes it from the queue.
     * Ids sort by time; the latest id of each choice stays. The choices in `later` become a submission of their own, with
     * the time of this one.
     */
    acknowledge(id, refused, later, pause) {
      const { chosen, body } = entry(id) ?? {};
      const isIn = (list) => (one) => list.some(({ channel, purpose }) => one.startsWith(`${channel}:${purpose}:`));
      const all = chosen?.split(" ") ?? [];
      for (const one of all) {
        if (!isIn(refused)(one) && !(get(acknowledged + one) > id)) set(acknowledged + one, id);
      }
      const rest = all.filter(isIn(later));
      if (rest.length) {
        const own = id.slice(0, 13) + freshId().slice(13);
        tokens.set(own, tokens.get(id));
        const { choices, ...content } = JSON.parse(body);
        const kept = choices.filter((one) => rest.some(isIn([one])));
        put(own, { attempts: 1, notBefore: Date.now() + pause, chosen: rest.join(" "), body: JSON.stringify({ ...content, id: own, choices: kept }) });
      }
      this.forget(id);
    },

    /** Postpones a submission that was refused, at most for a day. Returns whether it stays. */
    retries(id, pause) {
      const stays = entry(id)?.attempts < 24;
      if (stays) this.postpone(id, pause);
      return stays;
    },

    /** Returns all acts, including those that wait, ordered by time and id. */
    tracks() {
      return [
        ...names(acknowledged).map((chosen) => track(chosen, get(acknowledged + chosen))),
        ...names(waiting).flatMap((id) => (entry(id)?.chosen.split(" ") ?? []).map((chosen) => track(chosen, id))),
      ].sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
    },
  };
};
