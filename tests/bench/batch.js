// A shop's object that can also be filled at once, and asked for the bare look-up of some addresses: the floor for decisions.
// Everything else goes to placet's own object, over the same database.

import front, { ShopObject as Placet } from "./index.js";

export default front;

export class ShopObject {
  #placet;
  #sql;

  constructor(state, env) {
    this.#placet = new Placet(state, env);
    this.#sql = state.storage.sql;
  }

  async fetch(request) {
    const asked = request.headers.get("placet-bench");
    if (!asked) return this.#placet.fetch(request);
    const { contacts = 0 } = await request.json();
    return Response.json({ found: this[asked](contacts) });
  }

  /** So many contacts, each with a mailbox, two choices, and what the ledger keeps with them. */
  fill(contacts) {
    const run = (sql) => this.#sql.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${+contacts}) ${sql}`);
    const uuid = (kind, i) => `printf('%08x-0000-7000-8000-%04d%08x', ${i}, ${kind}, ${i})`;
    const columns = "channel, purpose, choice, ground, objection, assurance, effective_at";
    const yes = "'email', 'newsletter', 'opt_in', 'consent', 0, 'confirmed', 1790000000000";
    const no = "'email', 'offers', 'opt_out', '-', 0, 'confirmed', 1790000000000";
    run(`INSERT INTO contact (id, uuid, country, created_at) SELECT i, ${uuid(1, "i")}, 'FR', 0 FROM n`);
    run("INSERT INTO address (id, contact, kind, match_key, value, assurance, created_at) SELECT i, i, 'email', 'person' || i || '@example.com', 'person' || i || '@example.com', 'confirmed', 0 FROM n");
    run(`INSERT INTO submission (id, fingerprint, contact, received_at, notice_id, notice_version, notice_locale, notice_sha256, source_kind) SELECT ${uuid(2, "i")}, 'f', i, 0, 'n', '1', 'fr', 'h', 'form' FROM n`);
    for (const [kind, act] of [[3, yes], [4, no]]) {
      run(`INSERT INTO record (id, address, ${columns}, submission) SELECT ${uuid(kind, "i")}, i, ${act}, ${uuid(2, "i")} FROM n`);
      run(`INSERT INTO track (address, ${columns}, record) SELECT i, ${act}, ${uuid(kind, "i")} FROM n`);
    }
    return contacts;
  }

  /** The bare look-up, an address a statement. */
  each(contacts) {
    let found = 0;
    for (const { email } of contacts) {
      found += this.#sql.exec("SELECT a.id, a.contact, c.country FROM address a JOIN contact c ON c.id = a.contact WHERE a.kind = 'email' AND a.match_key = ?", email).toArray().length;
    }
    return found;
  }

  /** The bare look-up, all addresses in one statement. */
  atOnce(contacts) {
    const keys = JSON.stringify(contacts.map(({ email }) => email));
    return this.#sql
      .exec("SELECT a.id, a.contact, c.country FROM json_each(?) q CROSS JOIN address a ON a.kind = 'email' AND a.match_key = q.value CROSS JOIN contact c ON c.id = a.contact", keys)
      .toArray().length;
  }
}
