// `make bench`: speeds as ratios to a floor, which the same client measures in the same run, in turns.
//
//   node tests/bench/main.mjs [logic] [batch] [rights] [outbox] [submissions] [storefront] [connections] [lists]
//       [--rounds 7]
//       [--seconds 4] [--rows 1000000] [--customers 100000]

import { parseArgs } from "node:util";

import { benchBatch } from "./batch.mjs";
import { benchConnections } from "./connections.mjs";
import { benchLists } from "./lists.mjs";
import { benchLogic } from "./logic.mjs";
import { benchOutbox } from "./outbox.mjs";
import { benchRefusals } from "./refusals.mjs";
import { benchRights } from "./rights.mjs";
import { benchStorefront } from "./storefront.mjs";
import { benchSubmissions } from "./submissions.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "4" },
    rows: { type: "string", default: "1000000" },
    customers: { type: "string", default: "100000" },
  },
});
const asked = (name) => !positionals.length || positionals.includes(name);

if (asked("logic")) benchLogic();
if (asked("batch")) await benchBatch();
if (asked("rights")) {
  await benchRefusals();
  await benchRights();
}
if (asked("outbox")) await benchOutbox(Number(values.rounds), Number(values.seconds));
if (asked("submissions")) await benchSubmissions(Number(values.rounds), Number(values.seconds));
if (asked("storefront")) await benchStorefront();
if (asked("connections")) await benchConnections(Number(values.customers), Number(values.rounds), Number(values.seconds));
if (asked("lists")) await benchLists(Number(values.rows));
