// A proxy to a service whose connections can be disturbed, for tests.

import { createServer, request } from "node:http";

/**
 * Forwards requests from `url` to `service`, and stores the method, path, headers and size of each in `seen`.
 * `disturb(seen)`, if set, may return "cut" (the request is lost), "swallow" (the answer is lost), or a promise to wait
 * for.
 */
export async function layLine(service) {
  const line = { url: "", seen: [], disturb: null, close: () => server.close().closeAllConnections() };
  const server = createServer(async (incoming, answer) => {
    const chunks = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      return; // the process at the other end has ended
    }
    const body = Buffer.concat(chunks);
    const seen = { method: incoming.method, path: incoming.url, headers: incoming.headers, size: body.length };
    line.seen.push(seen);
    const fate = await line.disturb?.(seen);
    if (fate === "cut") return incoming.socket.destroy();
    const outgoing = request(`${service}${incoming.url}`, { method: incoming.method, headers: incoming.headers }, (told) => {
      if (fate === "swallow") return told.resume().on("end", () => incoming.socket.destroy());
      answer.writeHead(told.statusCode, told.headers);
      told.pipe(answer);
    });
    outgoing.on("error", () => incoming.socket.destroy());
    outgoing.end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  line.url = `http://127.0.0.1:${server.address().port}`;
  return line;
}
