// What this browser keeps for the shop: submissions that the edge has not acknowledged, and the choices that it has.
// Kept in localStorage, or in this page's memory where that is blocked or full. Gone with the page then, but sent once.

/** How many submissions wait at most. */
export const CAPACITY = 50;

/** For so long nobody else sends what is being sent, in ms. entry.js gives up a request before that. */
const LEASE = 40_000;
/** No pause is longer, see sending.rs. What is put off further was put off by a clock that has been set back since. */
const LONGEST_PAUSE = 3_600_000;

const memory = new Map();

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

/** What follows the prefix in every name that has it, in order. */
const names = (prefix) =>
  [...new Set([...memory.keys(), ...(storage((stored) => Object.keys(stored)) ?? [])])]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .sort();

let latest = 0;

/**
 * A UUID of version 7 (RFC 9562 §5.7), later than every one before it in this page: the order of ids is that of time, and
 * its first 48 bits are the milliseconds.
 */
export const freshId = () => {
  latest = Math.max(Date.now(), latest + 1);
  const chance = crypto.getRandomValues(new Uint8Array(10));
  chance[0] = 0x70 | (chance[0] & 0x0f);
  chance[2] = 0x80 | (chance[2] & 0x3f);
  const hex = latest.toString(16).padStart(12, "0") + [...chance].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

/** When an id was made, in ms. */
const timeOf = (id) => parseInt(`${id}`.replace("-", "").slice(0, 12), 16);

/** The numbers that known.rs has for what a page can choose. */
const ACTS = { opt_in: 0, opt_out: 10, declined: 13 };

/**
 * An act, of `channel:purpose:choice` and its id: claimed (2), when the id was made. What is no claim of this browser has its
 * numbers spelled out, `channel:purpose:act:assurance:milliseconds`, and `*` for all channels or purposes.
 */
const track = (chosen, id) => {
  const [channel, purpose, act, assurance = 2, at = timeOf(id)] = chosen.split(":");
  return { channel, purpose, act: ACTS[act] ?? +act, assurance: +assurance, at: +at, id };
};

/** The queue and the memory of one shop. Two shops of one origin stay apart by their keys. */
export const queueOf = (key) => {
  const waiting = `placet:${key}:queue:`;
  const acknowledged = `placet:${key}:track:`;
  const unread = `placet:${key}:draft:`;

  /** Anyone may write to localStorage; what is not of our making is as good as absent. */
  const entry = (id) => {
    try {
      const { attempts, notBefore, chosen, body } = JSON.parse(get(waiting + id));
      return { attempts: +attempts, notBefore: +notBefore, chosen: `${chosen}`, body: `${body}` };
    } catch {
      remove(waiting + id);
      return undefined;
    }
  };

  // Every submission has a name of its own, so two tabs never overwrite each other's.
  const put = (id, changed) => set(waiting + id, JSON.stringify(changed));
  /** Makes room for one more. Tells whether the oldest had to go for it. */
  const room = (prefix) => {
    const [oldest, ...others] = names(prefix);
    const full = others.length >= CAPACITY - 1;
    if (full) remove(prefix + oldest);
    return full;
  };
  /** Milliseconds until it may be sent. */
  const ahead = (id) => {
    const left = entry(id).notBefore - Date.now();
    return left > LONGEST_PAUSE ? 0 : left;
  };

  return {
    entry,

    /** Keeps what a person did before there was anything to read it with. */
    draft(id, seen) {
      room(unread);
      set(unread + id, JSON.stringify(seen));
    },

    /** Hands every draft to who can read it, and lets it go. */
    drafts(read) {
      for (const id of names(unread)) {
        try {
          read(id, JSON.parse(get(unread + id)));
        } catch {
          // Not of our making.
        }
        remove(unread + id);
      }
    },

    /** Keeps a submission, leased to the caller, who sends it now. Tells whether an older one had to go for it. */
    push(id, content, chosen) {
      // What is empty is left out: the edge refuses what says nothing.
      const body = JSON.stringify({ id, ...content, occurred_at: new Date(timeOf(id)).toISOString() }, (_, value) => (value === "" ? undefined : value));
      const dropped = room(waiting);
      put(id, { attempts: 0, notBefore: Date.now() + LEASE, chosen, body });
      return dropped;
    },

    /** Takes out of a submission who the person is said to be. Tells whether anything was said. */
    strip(id) {
      const found = entry(id);
      const { identity, ...rest } = JSON.parse(found?.body ?? "{}");
      if (identity) put(id, { ...found, body: JSON.stringify(rest) });
      return !!identity;
    },

    /**
     * Leases the oldest that may be sent now to the caller. Eager skips the pause after a failure, not a first lease: the
     * network came back, or the edge just answered.
     */
    lease(eager) {
      const id = names(waiting).filter(entry).find((id) => ahead(id) <= 0 || (eager && entry(id).attempts));
      if (id) put(id, { ...entry(id), notBefore: Date.now() + LEASE });
      return id;
    },

    /** Milliseconds until one may be sent; nothing when none waits. */
    wait() {
      const waits = names(waiting).filter(entry).map(ahead);
      return waits.length ? Math.min(...waits) : undefined;
    },

    postpone(id, pause) {
      const found = entry(id);
      if (found) put(id, { ...found, attempts: found.attempts + 1, notBefore: Date.now() + pause });
    },

    forget(id) {
      remove(waiting + id);
    },

    /** Remembers what the edge has acknowledged. Ids order as their times do; of one track the latest stays. */
    acknowledge(id) {
      for (const chosen of entry(id)?.chosen.split(" ") ?? []) {
        if (!(get(acknowledged + chosen) > id)) set(acknowledged + chosen, id);
      }
      remove(waiting + id);
    },

    /** All acts; those that still wait count as well. In the order of their times and ids. */
    tracks() {
      return [
        ...names(acknowledged).map((chosen) => track(chosen, get(acknowledged + chosen))),
        ...names(waiting).flatMap((id) => (entry(id)?.chosen.split(" ") ?? []).map((chosen) => track(chosen, id))),
      ].sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
    },
  };
};
