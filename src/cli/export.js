// `placet export`: writes a list to stdout or to a file.

import { savePages, save } from "./download.js";
import { Cut, EXIT, WrongUsage } from "./ending.js";
import { pages } from "./pages.js";
import { persistently } from "./retry.js";
import { printable, size } from "./words.js";

export const LISTS = ["opted_in", "opted_out", "suppressed"];

/** The number of rows in a page: the maximum of the service. Tests set fewer. */
const limit = () => process.env.PLACET_PAGE ?? "10000";

export async function exportCommand(session, options, lists) {
  const [list] = lists;
  if (lists.length !== 1 || !LISTS.includes(list)) throw new WrongUsage(`export takes one of ${LISTS.join(", ")}`, "export");
  const { channel, purpose, basis, country, since, format, profile, cells, by, output, force } = options;
  const query = { channel, purpose, basis, country, since, decide: options.decide ? "true" : undefined, format, profile, cells, by };
  const path = `/v1/lists/${list}`;
  // A page of JSON is a complete document, and several cannot be joined into one.
  const whole = format === "json";
  if (output === undefined || output === "-") {
    session.next = "The output is incomplete. With -o FILE an export can be continued.";
    await (whole ? streamWhole(session, path, query) : streamPages(session, path, query));
    return EXIT.done;
  }
  session.next = whole ? "Run the same command again." : "Run the same command again: it continues where it stopped.";
  const bytes = await (whole ? save : savePages)(session, output, path, query, { force, limit: limit() });
  session.progress.say(`${printable(output)}: ${size(bytes)}.`);
  return EXIT.done;
}

async function streamPages(session, path, query) {
  for await (const { bytes } of pages(session, path, { ...query, limit: limit() })) await print(bytes);
}

/** Writes one answer to stdout. It cannot start again once a part is written. */
export async function streamWhole(session, path, query) {
  let begun = false;
  await persistently(session, async () => {
    try {
      await session.service.exchange("GET", path, { query }, async ({ chunks }) => {
        for await (const chunk of chunks()) {
          begun = true;
          await print(chunk);
        }
      });
    } catch (error) {
      if (begun && error instanceof Cut) error.hopeless = true;
      throw error;
    }
  });
}

/** Writes to stdout and waits until the reader has taken it. */
function print(bytes) {
  return new Promise((done, fail) => process.stdout.write(bytes, (error) => (error ? fail(error) : done())));
}
