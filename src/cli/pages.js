// Reads a list page by page. Each page is read completely, so a lost connection repeats at most one page, and no page
// is written in part.

import { Ending, EXIT } from "./ending.js";
import { persistently } from "./retry.js";
import { size } from "./words.js";

/** Yields `{ bytes, next }` from `after` on. `next` is the cursor after the page, or null after the last page. */
export async function* pages(session, path, query, after = null) {
  const { service, progress } = session;
  const begin = Date.now();
  for (let got = 0; ; ) {
    const { headers, bytes } = await persistently(session, () => service.bytes(path, { ...query, after }));
    const next = cursorOf(headers.get("link"));
    if (next && next === after) throw new Ending(EXIT.refused, "the service returns the same page again and again");
    got += bytes.length;
    const seconds = (Date.now() - begin) / 1_000;
    progress.show(`Exporting  ${size(got)}${seconds > 1 ? `  ${size(got / seconds)}/s` : ""}`);
    yield { bytes, next };
    if (!next) return;
    after = next;
  }
}

/**
 * Returns the cursor in `Link: </v1/lists/…?after=…>; rel="next"`. Only the cursor is taken from the address, so no
 * other server is used.
 */
function cursorOf(link) {
  const [, address] = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? "") ?? [];
  return address ? new URL(address, "http://localhost").searchParams.get("after") : null;
}
