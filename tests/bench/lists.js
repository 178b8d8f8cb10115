// The floor for lists: a plain JavaScript worker over placet's own tables. For an import it only inserts, for an export
// it only reads: rows arrive parsed, no address is looked up and no row is judged.

import { DurableObject } from "cloudflare:workers";

/** The number of rows written or read at once: the same as in placet. */
const AT_ONCE = 500;

export default {
  fetch(request, env) {
    if (new URL(request.url).pathname === "/health") return new Response("ok");
    return env.LISTS.get(env.LISTS.idFromName("one")).fetch(request);
  },
};

export class ListObject extends DurableObject {
  #sql;
  #people = 0;
  #addresses = 0;

  constructor(state, env) {
    super(state, env);
    this.#sql = state.storage.sql;
  }

  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/list") return new Response(this.#list(), { headers: { "content-type": "application/json" } });
    const given = await request.json();
    if (pathname === "/tables") {
      for (const statement of given) this.#sql.exec(statement);
    } else {
      for (let from = 0; from < given.length; from += AT_ONCE) this.#insert(given.slice(from, from + AT_ONCE));
    }
    return Response.json({ done: given.length });
  }

  /** Inserts rows of email address, phone number, country, choice, time, origin. */
  #insert(rows) {
    const now = Date.now();
    const [contacts, addresses, submissions, records] = [[], [], [], []];
    for (const [email, phone, country, choice, at, origin] of rows) {
      const [contact, submission] = [++this.#people, nextId(now)];
      contacts.push([contact, nextId(now), country]);
      const address = ++this.#addresses;
      addresses.push([address, contact, "email", email]);
      if (phone) addresses.push([++this.#addresses, contact, "phone", phone]);
      submissions.push([submission, contact, at, contact]);
      const ground = choice === "opt_in" ? "consent" : "-";
      records.push([nextId(now), address, choice, ground, at, submission, JSON.stringify({ origin })]);
    }
    this.ctx.storage.transactionSync(() => {
      this.#sql.exec(CONTACTS, now, JSON.stringify(contacts));
      this.#sql.exec(ADDRESSES, now, JSON.stringify(addresses));
      this.#sql.exec(SUBMISSIONS, now, JSON.stringify(submissions));
      const written = JSON.stringify(records);
      this.#sql.exec(RECORDS, written);
      this.#sql.exec(TRACKS, written);
    });
  }

  /** Returns all opt-ins as JSON, page by page. */
  #list() {
    const encoder = new TextEncoder();
    let after = 0;
    return new ReadableStream({
      pull: (controller) => {
        // A page of opt-outs alone is empty. A stream that enqueues nothing is not pulled again, so continue with the
        // next page.
        for (;;) {
          const { page, seen, last } = this.#sql.exec(PAGE, after, AT_ONCE).one();
          after = last;
          if (page !== "[]") controller.enqueue(encoder.encode(page));
          if (seen < AT_ONCE) return controller.close();
          if (page !== "[]") return;
        }
      },
    });
  }
}

/** Returns a UUID of version 7. */
function nextId(now) {
  const [time, random] = [now.toString(16).padStart(12, "0"), crypto.randomUUID()];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

const CONTACTS = `INSERT INTO contact (created_at, id, uuid, country)
  SELECT ?, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)`;

const ADDRESSES = `INSERT INTO address (created_at, id, contact, kind, match_key, value, assurance, linked)
  SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 3, 'listed', 1 FROM json_each(?)`;

const SUBMISSIONS = `INSERT INTO submission (received_at, id, contact, occurred_at, import_row, fingerprint,
    notice_id, notice_version, notice_locale, notice_sha256, source_kind, import)
  SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, '', '', '', '', '', 'import', 'an import' FROM json_each(?)`;

const RECORDS = `INSERT INTO record (id, address, channel, purpose, choice, ground, objection, assurance, effective_at, submission,
    evidence)
  SELECT value ->> 0, value ->> 1, 'email', 'newsletter', value ->> 2, value ->> 3, 0, 'listed', value ->> 4, value ->> 5,
    value ->> 6 FROM json_each(?)`;

const TRACKS = `INSERT INTO track (address, channel, purpose, choice, ground, objection, assurance, effective_at, record)
  SELECT value ->> 1, 'email', 'newsletter', value ->> 2, value ->> 3, 0, 'listed', value ->> 4, value ->> 0 FROM json_each(?)`;

// The `+` keeps SQLite from using the index on `kind`, which would sort all addresses of the kind for each page.
const PAGE = `SELECT coalesce(json_group_array(json_array(a.value, 'email', 'newsletter', t.choice, t.ground, t.assurance,
      t.effective_at, c.country, c.region, c.uuid)) FILTER (WHERE t.choice = 'opt_in'), '[]') AS page,
    count(*) AS seen, max(a.id) AS last
  FROM (SELECT id, contact, value FROM address WHERE id > ? AND +kind = 'email' ORDER BY id LIMIT ?) a
  CROSS JOIN contact c ON c.id = a.contact
  CROSS JOIN track t ON t.address = a.id AND t.channel = 'email' AND t.purpose = 'newsletter'`;
