// Formats an import for people.

import { duration, moment, number, printable, size, table } from "./words.js";

const MEANING = {
  accepted: "recorded",
  unchanged: "already on record",
  outranked: "another record takes precedence",
  suppressed: "suppressed, must not be contacted",
  duplicate: "repeat an earlier row of the file",
  rejected: "cannot be read",
  no_choice: "contain neither an opt-in nor an opt-out",
  warned: "counted above; a cell that the row does not need could not be read",
};

const SEPARATORS = { "\t": "tab", ";": "semicolon", ",": "comma" };

/** Returns the complete summary: the import, what was found in the file, and what became of the rows. */
export function summary(one) {
  const head = [
    ["file", printable(one.name) || "unnamed"], ["size", size(one.received)], ["read as", readAs(one)],
    ["list", printable(one.list)], ["about", [one.channel, one.purpose].filter(Boolean).map(printable).join(", ")],
    ["began", moment(one.started_at ?? one.created_at)], ["took", took(one)], ["undone", moment(one.undone_at)],
  ].filter(([, value]) => value);
  return [
    `Import ${one.id}: ${one.state}${one.dry_run ? ", a dry run: nothing was stored" : ""}`,
    failure(one),
    table(head, { indent: "  " }),
    rows(one),
    columns(one),
  ].filter(Boolean).join("\n\n");
}

function readAs({ profile, format, separator }) {
  const by = separator && `separated by ${SEPARATORS[separator] ?? printable(separator)}`;
  return [format && [format, by].filter(Boolean).join(" "), profile && `profile ${profile}`].filter(Boolean).map(printable).join(", ");
}

function took({ started_at: begin, finished_at: end, progress }) {
  if (!begin || !end) return "";
  const seconds = (Date.parse(end) - Date.parse(begin)) / 1_000;
  const rate = progress?.rows_per_second;
  return `${seconds < 1 ? "less than a second" : duration(seconds)}${rate ? `, ${number(rate)} rows/s` : ""}`;
}

/** Returns why the import failed, without any value of the row. */
function failure({ failure: why }) {
  if (!why) return "";
  return `  ${printable(why.detail ?? why.code)}${why.line ? `, line ${number(why.line)}` : ""} (${printable(why.code)})`;
}

function rows({ progress, counts = {} }) {
  const told = Object.entries(counts).map(([name, count]) => [`  ${name}`, number(count), MEANING[name] ?? ""]);
  return table([["rows", number(progress?.rows), ""], ...told], { indent: "  ", right: [1] });
}

function columns({ columns: all }) {
  if (!all?.length) return "";
  return table([["column", "is read as"], ...all.map(({ header, field }) => [printable(header), field ?? "(not read)"])], { indent: "  " });
}
