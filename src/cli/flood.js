// `placet flood`: shows the contacts that only anonymous forms have named and nobody has proven, and lets them go.

import { EXIT, WrongUsage } from "./ending.js";
import { persistently } from "./retry.js";
import { number, printable, table } from "./words.js";

export async function floodCommand(session, options, rest) {
  if (rest.length) throw new WrongUsage("flood takes no argument; use --since TIME", "flood");
  const { since, until, notice, network } = options;
  if (options.drop && !since) throw new WrongUsage("--drop needs --since TIME, the time at which the flood began", "flood");
  const query = Object.fromEntries(Object.entries({ since, until, notice, network }).filter(([, value]) => value !== undefined));
  session.next = "Run the same command again.";
  if (options.drop) return drop(session, query);
  const { value } = await persistently(session, () => session.service.json("GET", "/v1/unproven", { query }));
  process.stdout.write(session.json ? `${JSON.stringify(value, null, 2)}\n` : shown(value));
  return EXIT.done;
}

/** Repeats the request until there is nothing left. Each one looks at a bounded number of contacts. */
async function drop(session, query) {
  let dropped = 0;
  for (let since = query.since; since; ) {
    const { value } = await persistently(session, () => session.service.json("DELETE", "/v1/unproven", { query: { ...query, since } }));
    dropped += value.dropped;
    since = value.next;
    session.progress.say?.(`${number(dropped)} contacts are gone.`);
  }
  process.stdout.write(session.json ? `${JSON.stringify({ dropped })}\n` : `${number(dropped)} contacts are gone. Nothing of them is kept.\n`);
  return EXIT.done;
}

function shown({ count, next, by_day, by_notice, by_network }) {
  const most = next ? " or more" : "";
  const part = (title, counts, unknown) => {
    const rows = counts.map(({ of, count }) => [printable(of ?? unknown), number(count)]);
    return rows.length ? `\n${title}\n${table(rows, { indent: "  ", right: [1] })}\n` : "";
  };
  return [
    `${number(count)}${most} contacts that nobody has proven.\n`,
    part("by day (UTC)", by_day, "unknown"),
    part("by notice", by_notice, "no notice"),
    part("by network", by_network, "not stored"),
  ].join("");
}
