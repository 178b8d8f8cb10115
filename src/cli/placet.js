#!/usr/bin/env node
// The command line of placet. Runs one command, and says how it ended: in words on stderr, and by the exit code.

import { readFileSync } from "node:fs";

import { OPTIONS, nearest, readArguments } from "./arguments.js";
import { Cut, EXIT, Ending, Interrupted, Refused, WrongUsage } from "./ending.js";
import { readEnvironment } from "./environment.js";
import { exportCommand } from "./export.js";
import { importCommand } from "./import.js";
import { listCommand } from "./list.js";
import { Progress } from "./progress.js";
import { Service } from "./service.js";
import { USAGE } from "./usage.js";
import { printable } from "./words.js";

const COMMANDS = { import: importCommand, export: exportCommand, list: listCommand };

/** What commands share. `next` is how to go on, should it end here and now. */
const session = { signal: null, service: null, progress: new Progress(), quiet: false, json: false, next: "" };

const interruption = new AbortController();
session.signal = interruption.signal;
// Once: a second Ctrl-C ends it at once.
process.once("SIGINT", () => interruption.abort(new Interrupted("interrupted")));
process.stdout.on("error", (error) => {
  // `placet export … | head`: nobody reads on.
  if (error.code === "EPIPE") interruption.abort(new Interrupted());
  else throw error;
});

// Set and not called for: a pipe that is read slowly still gets all of it.
process.exitCode = await run(process.argv.slice(2)).catch(explain);

async function run([command, ...args]) {
  if (command === "--version") return print(version());
  if (command === "--help" || command === "-h" || command === "help") return print(USAGE[args[0]] ?? USAGE.placet);
  if (!Object.hasOwn(COMMANDS, command ?? "")) throw new WrongUsage(unknown(command));
  const { options, positionals } = readArguments(command, args);
  if (options.help) return print(USAGE[command]);
  const { quiet = false, json = false, insecure } = options;
  const toStdout = (command === "export" || options.errors === true) && (options.output ?? "-") === "-";
  // A list on the terminal is not to be drawn over.
  const progress = new Progress({ quiet: quiet || (toStdout && Boolean(process.stdout.isTTY)), terminalOnly: toStdout });
  Object.assign(session, { quiet, json, progress, service: new Service(readEnvironment(process.env, { insecure }), version(), session.signal) });
  const exit = await COMMANDS[command](session, options, positionals);
  progress.clear();
  return exit;
}

/** Says what went wrong, and what to do; answers the exit code. Never what a row held, nor the key. */
function explain(error) {
  session.progress.clear();
  // Whatever broke when it was interrupted broke because of that.
  const why = session.signal.aborted ? session.signal.reason : error.code === "EPIPE" ? new Interrupted() : error;
  const next = session.next ? `\n${session.next}` : "";
  if (why instanceof Refused) {
    const passes = why.status >= 500 || why.status === 429;
    return say(`the service refused it: ${refusal(why)}${passes ? next : ""}`, why.exit);
  }
  // Whoever stopped reading knows.
  if (why instanceof Interrupted && !why.message) return why.exit;
  if (why instanceof Cut || why instanceof Interrupted) return say(`${sentence(why.message)}${next}`, why.exit);
  if (why instanceof WrongUsage) {
    const help = ["placet", why.command, "--help"].filter(Boolean).join(" ");
    return say(`${sentence(why.message)}${why.command === null ? "" : `\n${help} says more.`}`, why.exit);
  }
  if (why instanceof Ending) return say(sentence(why.message), why.exit);
  // What the network does is a Cut, so this is a file that cannot be written, or a full disk; the latter is told without a path.
  if (why.syscall) return why.path === undefined ? say(`${why.message}.${next}`, EXIT.usage) : say(`${printable(why.path)}: ${why.code}.`, EXIT.usage);
  return say(`this is a fault of placet, please report it.\n${why.stack ?? why}${next}`, EXIT.fault);
}

function refusal(why) {
  const { message, status, code, problem } = why;
  // What is wrong with one field is told twice; with the field's name it says more.
  const fields = (problem.errors ?? []).filter(({ pointer, parameter }) => pointer ?? parameter);
  const told = fields.map(({ pointer, parameter, detail }) => `${parameter ?? pointer}: ${detail}`);
  return [
    `${message} (${[code, status].filter(Boolean).join(", ")})`,
    !fields.some(({ detail }) => detail === problem.detail) && problem.detail, ...told,
    why.foreign && "This is not how placet answers; is PLACET_URL right?",
    why.advice, why.requestId && `request ${why.requestId}`,
  ].filter(Boolean).map(printable).join("\n  ");
}

function unknown(command) {
  if (command === undefined) return "a command is wanted: import, export or list.\nplacet --help says more";
  const like = nearest(command, Object.keys(OPTIONS));
  return `there is no command ${printable(command)}${like ? `; did you mean ${like}?` : ""}\nplacet --help says more`;
}

/** The package's; beside the sources of the repository there is none. */
function version() {
  try {
    return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
  } catch {
    return "unreleased";
  }
}

/** With its full stop. */
function sentence(text) {
  return /[.?]$/.test(text) ? text : `${text}.`;
}

function print(text) {
  process.stdout.write(`${text}\n`);
  return EXIT.done;
}

function say(text, exit) {
  process.stderr.write(`placet: ${text}\n`);
  return exit;
}
