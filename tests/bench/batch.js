// A Durable Object that can also be filled with test data, and can look up addresses with bare SQL: the floor for
// decisions. All other requests go to placet's own object, over the same database.

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
    const { contacts = 0, from = 1 } = await request.json();
    return Response.json({ found: this[asked](contacts, from) });
  }

  /**
   * Inserts contacts, numbered from `from`, as the ledger would store them: each with two addresses, three choices of
   * one submission, an external id, a disclosure, an export and its line in the audit log.
   */
  fill(contacts, from) {
    const run = (sql) => this.#sql.exec(`WITH RECURSIVE n (i) AS (SELECT ${+from} UNION ALL SELECT i + 1 FROM n WHERE i < ${from + contacts - 1}) ${sql}`);
    // Ids ascend with time, so the rows of each table are in key order.
    const at = "(1790000000000 + i)";
    const uuid = (kind) => `printf('%08x-%04x-7000-8000-%04d%08x', ${at} >> 16, ${at} & 65535, ${kind}, i)`;
    const [contact, submission, email, phone] = [uuid(1), uuid(2), "2 * i - 1", "2 * i"];
    const columns = "channel, purpose, choice, ground, objection, assurance, effective_at";
    run(`INSERT INTO contact (id, uuid, country, created_at) SELECT i, ${contact}, 'FR', ${at} FROM n`);
    const address = (id, kind, value) =>
      run(`INSERT INTO address (id, contact, kind, match_key, value, assurance, created_at) SELECT ${id}, i, '${kind}', ${value}, ${value}, 'confirmed', ${at} FROM n`);
    address(email, "email", "'person' || i || '@example.com'");
    address(phone, "phone", "printf('+336%08d', i)");
    run(`INSERT INTO external_id (value, contact, created_at) SELECT printf('shopify:%010d', i), i, ${at} FROM n`);
    run(`INSERT INTO submission (id, fingerprint, contact, received_at, occurred_at, notice_id, notice_version, notice_locale, notice_sha256, source_kind, source_url, source_form) SELECT ${submission}, printf('%043d', i), i, ${at}, ${at}, 'checkout-optin', '1', 'fr', printf('%064d', 1), 'form', 'https://shop.example/checkout.html', 'checkout' FROM n`);
    for (const [kind, address, act] of [
      [3, email, "'email', 'newsletter', 'opt_in', 'consent'"],
      [4, email, "'email', 'offers', 'opt_out', '-'"],
      [5, phone, "'sms', 'newsletter', 'declined', '-'"],
    ]) {
      const all = `${act}, 0, 'confirmed', ${at}`;
      run(`INSERT INTO record (id, address, ${columns}, submission) SELECT ${uuid(kind)}, ${address}, ${all}, ${submission} FROM n`);
      run(`INSERT INTO track (address, ${columns}, record) SELECT ${address}, ${all}, ${uuid(kind)} FROM n`);
    }
    run(`INSERT INTO disclosure (contact, recipient, data, first_at, last_at, times) SELECT i, 'mailer', '["email"]', ${at}, ${at}, 1 FROM n`);
    run(`INSERT INTO rights_act (id, contact, kind, at, key, detail) SELECT ${uuid(6)}, i, 'exported', ${at}, ${uuid(7)}, '{"format":"json"}' FROM n`);
    run(`INSERT INTO audit (id, at, key, method, route, contact, status, outcome) SELECT ${uuid(8)}, ${at}, ${uuid(7)}, 'GET', '/v1/contacts/{id}/export', ${contact}, 200, 'ok' FROM n`);
    return contacts;
  }

  /** Looks the addresses up with one SQL statement for each. */
  each(contacts) {
    let found = 0;
    for (const { email } of contacts) {
      found += this.#sql.exec("SELECT a.id, a.contact, c.country FROM address a JOIN contact c ON c.id = a.contact WHERE a.kind = 'email' AND a.match_key = ?", email).toArray().length;
    }
    return found;
  }

  /** Looks all addresses up with one SQL statement. */
  atOnce(contacts) {
    const keys = JSON.stringify(contacts.map(({ email }) => email));
    return this.#sql
      .exec("SELECT a.id, a.contact, c.country FROM json_each(?) q CROSS JOIN address a ON a.kind = 'email' AND a.match_key = q.value CROSS JOIN contact c ON c.id = a.contact", keys)
      .toArray().length;
  }
}
