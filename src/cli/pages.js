// A list, page by page. Each page is fetched whole, so a cut costs a page at most and a page is never told in part.

import { Ending, EXIT } from "./ending.js";
import { persistently } from "./retry.js";
import { size } from "./words.js";

/** Yields `{ bytes, next }` from `after` on; `next` is the cursor behind the page, null after the last one. */
export async function* pages(session, path, query, after = null) {
  const { service, progress } = session;
  const begin = Date.now();
  for (let got = 0; ; ) {
    const { headers, bytes } = await persistently(session, () => service.bytes(path, { ...query, after }));
    const next = cursorOf(headers.get("link"));
    if (next && next === after) throw new Ending(EXIT.refused, "the service answers the same page for ever");
    got += bytes.length;
    const seconds = (Date.now() - begin) / 1_000;
    progress.show(`Exporting  ${size(got)}${seconds > 1 ? `  ${size(got / seconds)}/s` : ""}`);
    yield { bytes, next };
    if (!next) return;
    after = next;
  }
}

/** The cursor in `Link: </v1/lists/…?after=…>; rel="next"`. The rest of the address we know, and go to no other. */
function cursorOf(link) {
  const [, address] = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? "") ?? [];
  return address ? new URL(address, "http://localhost").searchParams.get("after") : null;
}
