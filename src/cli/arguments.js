// Parses the command line strictly: an unknown argument is an error that names it, and nothing is guessed.

import { parseArgs } from "node:util";

import { WrongUsage } from "./ending.js";
import { printable } from "./words.js";

const text = { type: "string" };
const flag = { type: "boolean" };

const COMMON = { quiet: flag, insecure: flag, help: { type: "boolean", short: "h" } };

/** The options of each command. --help explains them. */
export const OPTIONS = {
  import: {
    ...COMMON,
    list: text, channel: text, purpose: text, basis: text, country: text, profile: text, column: { type: "string", multiple: true }, no: text,
    "dry-run": flag, again: flag, errors: text, force: flag, json: flag, cancel: text, undo: text,
  },
  export: {
    ...COMMON,
    channel: text, purpose: text, basis: text, country: text, since: text, decide: flag, by: text,
    format: text, profile: text, cells: text, output: { type: "string", short: "o" }, force: flag,
  },
  list: { ...COMMON, json: flag, errors: flag, output: { type: "string", short: "o" }, force: flag, before: text },
  setup: { ...COMMON, json: flag },
  flood: { ...COMMON, json: flag, since: text, until: text, notice: text, network: text, drop: flag },
  connections: { ...COMMON, json: flag },
  journal: { ...COMMON, json: flag },
  keys: { help: COMMON.help },
};

/** Parses the arguments of a command. Returns `{ options, positionals }`. */
export function readArguments(command, args) {
  const options = OPTIONS[command];
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true, tokens: true });
  } catch (error) {
    if (!error.code?.startsWith("ERR_PARSE_ARGS_")) throw error;
    throw new WrongUsage(sentence(error, Object.keys(options)), command);
  }
  const given = parsed.tokens.filter(({ kind }) => kind === "option").map(({ name }) => name);
  const twice = given.find((name, index) => given.indexOf(name) !== index && !options[name].multiple && options[name].type === "string");
  if (twice) throw new WrongUsage(`--${twice} is given twice`, command);
  const empty = parsed.tokens.find(({ kind, value }) => kind === "option" && value === "");
  if (empty) throw new WrongUsage(`--${empty.name} is empty`, command);
  return { options: parsed.values, positionals: parsed.positionals };
}

/** Returns the runtime's message, which names the option, without the advice for programmers that follows. */
function sentence({ code, message }, known) {
  const [, name] = /'(-[^'\s,]*)/.exec(message) ?? [];
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION" && name) {
    const like = nearest(name.replace(/^-+/, ""), known);
    return `there is no option ${printable(name)}${like ? `; did you mean --${like}?` : ""}`;
  }
  const [first] = message.split(/\.\s|\n/);
  return printable(first.charAt(0).toLowerCase() + first.slice(1));
}

/** Returns the name that the person may have meant: at most two letters differ. */
export function nearest(word, known) {
  const [best] = known.map((name) => [distance(word, name), name]).sort(([a], [b]) => a - b);
  return best && best[0] <= 2 && best[0] < word.length ? best[1] : null;
}

/** Returns the Levenshtein distance: letters added, left out or changed. */
function distance(from, to) {
  let above = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const line = [row + 1];
    for (const [column, other] of [...to].entries()) {
      line.push(Math.min(above[column + 1] + 1, line[column] + 1, above[column] + (letter === other ? 0 : 1)));
    }
    above = line;
  }
  return above.at(-1);
}
