// The floor: a plain JavaScript worker that does one insert into a Durable Object for each request, over the same two
// hops.

import { DurableObject } from "cloudflare:workers";

export default {
  fetch(request, env) {
    if (new URL(request.url).pathname === "/health") return new Response("ok");
    return env.PLAIN.get(env.PLAIN.idFromName("one")).fetch(request);
  },
};

export class PlainObject extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS submission (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID");
  }

  async fetch(request) {
    const body = await request.text();
    const { id } = JSON.parse(body);
    this.sql.exec("INSERT INTO submission (id, body) VALUES (?, ?)", id, body);
    return Response.json({ id, received_at: new Date().toISOString() }, { status: 201 });
  }
}
