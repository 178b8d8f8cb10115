// `placet connections`: shows the connections to shop platforms and what they would do, and lets them begin, read or pause.

import { EXIT, WrongUsage } from "./ending.js";
import { persistently } from "./retry.js";
import { number, printable, table } from "./words.js";

const JSON_BODY = { "content-type": "application/json" };

/** What each action asks of the service. */
const ACTIONS = {
  show: { method: "GET", path: "" },
  preview: { method: "GET", path: "/preview" },
  conflicts: { method: "GET", path: "/conflicts" },
  approve: { method: "POST", path: "/approve" },
  sync: { method: "POST", path: "/sync" },
  pause: { method: "PATCH", path: "", body: { paused: true } },
  resume: { method: "PATCH", path: "", body: { paused: false } },
};

export async function connectionsCommand(session, _options, [id, action = "show", ...rest]) {
  if (rest.length) throw new WrongUsage("connections takes an id and one action", "connections");
  if (!Object.hasOwn(ACTIONS, action)) throw new WrongUsage(`there is no action ${printable(action)}; use ${Object.keys(ACTIONS).join(", ")}`, "connections");
  const { method, path, body } = ACTIONS[action];
  const of = id ? `/v1/connections/${encodeURIComponent(id)}${path}` : "/v1/connections";
  session.next = "Run the same command again.";
  const { value } = await persistently(session, () => session.service.json(method, of, body && { headers: JSON_BODY, body: JSON.stringify(body) }));
  if (session.json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else process.stdout.write(id ? shown(action, value) : overview(value.connections));
  return EXIT.done;
}

function overview(connections) {
  if (!connections.length) return "The shop has no connections.\n";
  const row = ({ id, platform, mode, state, read_at }) => [id, platform, mode, state, read_at ? `read ${read_at}` : "not read yet"];
  return `${table(connections.map(row))}\n`;
}

function shown(action, value) {
  if (action === "preview") return preview(value);
  if (action === "conflicts") return conflicts(value);
  const { id, platform, base, mode, state, fault, reading, read_at, next_read, approved } = value;
  const rows = [
    ["connection", id], ["platform", `${platform} at ${printable(base)}`], ["mode", mode], ["state", state],
    ...(fault ? [["fault", printable(fault)]] : []),
    ["reading", reading ? "now" : read_at ? `last ${read_at}, next ${next_read}` : `next ${next_read}`],
  ];
  const hint = state === "needs_approval" || !approved ? `See what it would do: placet connections ${id} preview\n` : "";
  return `${table(rows)}\n${hint}`;
}

function preview({ customers, ...directions }) {
  const words = {
    opt_ins_to_take: "opt-ins at the platform that the ledger does not have",
    opt_outs_to_take: "opt-outs at the platform that the ledger does not have",
    opt_ins_to_write: "customers to turn on at the platform",
    opt_outs_to_write: "customers to turn off at the platform",
  };
  const rows = Object.entries(words).map(([name, text]) => [number(directions[name].count), text, directions[name].ids.map(printable).join(" ")]);
  return `${number(customers)} customers of the platform were read.\n\n${table(rows, { indent: "  ", right: [0] })}\n`;
}

function conflicts({ conflicts, next }) {
  if (!conflicts.length) return "The platform and the ledger agree.\n";
  const row = ({ customer, on_against_opt_out, fault }) => [printable(customer), on_against_opt_out ? "on against an opt-out" : "", printable(fault ?? "")];
  return `${table(conflicts.map(row))}\n${next ? "There are more; --json shows the next page's place.\n" : ""}`;
}
