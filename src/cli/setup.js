// `placet setup`: shows what is missing for the shop to work as a whole.

import { EXIT, WrongUsage } from "./ending.js";
import { persistently } from "./retry.js";
import { number, printable } from "./words.js";

export async function setupCommand(session, options, rest) {
  if (rest.length) throw new WrongUsage("setup takes no argument", "setup");
  session.next = "Run the same command again.";
  const { value } = await persistently(session, () => session.service.json("GET", "/v1/shop"));
  const missing = value.setup ?? [];
  if (session.json) process.stdout.write(`${JSON.stringify(missing, null, 2)}\n`);
  else process.stdout.write(missing.length ? missing.map(line).join("") : "Nothing is missing.\n");
  return missing.length ? EXIT.rejected : EXIT.done;
}

function line({ code, detail, count }) {
  return `${printable(code)}${count ? ` (${number(count)})` : ""}: ${printable(detail)}\n`;
}
