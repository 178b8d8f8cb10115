#!/usr/bin/env node
// The command line of placet. Runs one command and reports how it ended: as text on stderr, and by the exit code.

import { readFileSync } from "node:fs";

import { OPTIONS, nearest, readArguments } from "./arguments.js";
import { connectionsCommand } from "./connections.js";
import { Cut, EXIT, Ending, Interrupted, Refused, WrongUsage } from "./ending.js";
import { readEnvironment } from "./environment.js";
import { exportCommand } from "./export.js";
import { floodCommand } from "./flood.js";
import { importCommand } from "./import.js";
import { journalCommand } from "./journal.js";
import { keysCommand } from "./keys.js";
import { listCommand } from "./list.js";
import { Progress } from "./progress.js";
import { Service } from "./service.js";
import { setupCommand } from "./setup.js";
import { USAGE } from "./usage.js";
import { printable } from "./words.js";

const COMMANDS = { import: importCommand, export: exportCommand, list: listCommand, setup: setupCommand, flood: floodCommand, connections: connectionsCommand, journal: journalCommand, keys: keysCommand };

/** The commands that ask no service. */
const LOCAL = new Set(["keys"]);

/** The state that commands share. `next` tells the person how to continue if the command ends now. */
const session = { signal: null, service: null, progress: new Progress(), quiet: false, json: false, next: "" };

const interruption = new AbortController();
session.signal = interruption.signal;
// Only once: a second Ctrl-C ends the process at once.
process.once("SIGINT", () => interruption.abort(new Interrupted("interrupted")));
process.stdout.on("error", (error) => {
  // The reader has stopped, as in `placet export … | head`.
  if (error.code === "EPIPE") interruption.abort(new Interrupted());
  else throw error;
});

// The exit code is set, and `process.exit` is not called, so that a slow pipe still receives all output.
process.exitCode = await run(process.argv.slice(2)).catch(explain);

async function run([command, ...args]) {
  if (command === "--version") return print(version());
  if (command === "--help" || command === "-h" || command === "help") return print(USAGE[args[0]] ?? USAGE.placet);
  if (!Object.hasOwn(COMMANDS, command ?? "")) throw new WrongUsage(unknown(command));
  const { options, positionals } = readArguments(command, args);
  if (options.help) return print(USAGE[command]);
  const { quiet = false, json = false, insecure } = options;
  const toStdout = (command === "export" || options.errors === true) && (options.output ?? "-") === "-";
  // A progress line would overwrite a list that is printed on the terminal.
  const progress = new Progress({ quiet: quiet || (toStdout && Boolean(process.stdout.isTTY)), terminalOnly: toStdout });
  const service = LOCAL.has(command) ? null : new Service(readEnvironment(process.env, { insecure }), version(), session.signal);
  Object.assign(session, { quiet, json, progress, service });
  const exit = await COMMANDS[command](session, options, positionals);
  progress.clear();
  return exit;
}

/**
 * Writes what went wrong and what to do. Returns the exit code. The text contains neither values of a row nor the key.
 */
function explain(error) {
  session.progress.clear();
  // After an interruption every other error is a consequence of it.
  const why = session.signal.aborted ? session.signal.reason : error.code === "EPIPE" ? new Interrupted() : error;
  const next = session.next ? `\n${session.next}` : "";
  if (why instanceof Refused) {
    const passes = why.status >= 500 || why.status === 429;
    return say(`the service refused the request: ${refusal(why)}${passes ? next : ""}`, why.exit);
  }
  // The reader has stopped, so there is nobody to tell.
  if (why instanceof Interrupted && !why.message) return why.exit;
  if (why instanceof Cut || why instanceof Interrupted) return say(`${sentence(why.message)}${next}`, why.exit);
  if (why instanceof WrongUsage) {
    const help = ["placet", why.command, "--help"].filter(Boolean).join(" ");
    return say(`${sentence(why.message)}${why.command === null ? "" : `\nSee ${help}.`}`, why.exit);
  }
  if (why instanceof Ending) return say(sentence(why.message), why.exit);
  // Network failures are a Cut. So this is a file that cannot be written, or a full disk; the error of a full disk has
  // no path.
  if (why.syscall) return why.path === undefined ? say(`${why.message}.${next}`, EXIT.usage) : say(`${printable(why.path)}: ${why.code}.`, EXIT.usage);
  return say(`this is a bug in placet, please report it.\n${why.stack ?? why}${next}`, EXIT.fault);
}

function refusal(why) {
  const { message, status, code, problem } = why;
  // The problem names one field's error twice; the line with the field's name is more helpful.
  const fields = (problem.errors ?? []).filter(({ pointer, parameter }) => pointer ?? parameter);
  const told = fields.map(({ pointer, parameter, detail }) => `${parameter ?? pointer}: ${detail}`);
  return [
    `${message} (${[code, status].filter(Boolean).join(", ")})`,
    !fields.some(({ detail }) => detail === problem.detail) && problem.detail, ...told,
    why.foreign && "This is not an answer of placet; is PLACET_URL correct?",
    why.advice, why.requestId && `request ${why.requestId}`,
  ].filter(Boolean).map(printable).join("\n  ");
}

function unknown(command) {
  if (command === undefined) return "a command is needed: import, export, list, setup, flood, connections, journal or keys.\nSee placet --help";
  const like = nearest(command, Object.keys(OPTIONS));
  return `there is no command ${printable(command)}${like ? `; did you mean ${like}?` : ""}\nSee placet --help`;
}

/** Returns the version of the package. In the repository there is no package, so it is "unreleased". */
function version() {
  try {
    return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
  } catch {
    return "unreleased";
  }
}

/** Adds a full stop if there is none. */
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
