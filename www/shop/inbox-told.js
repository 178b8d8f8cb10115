// Shows the events that the shop's server received, besides messages, as readable rows.

import { element, time } from "./dom.js";

const TITLES = {
  "consent.changed": "A choice was made",
  "confirmation.requested": "A confirmation is awaited",
  "contact.erased": "A person was erased",
  "request.opened": "A person asked for something",
  "request.verified": "The person was verified",
  "request.reminder": "A request is due soon",
  "request.completed": "A request was completed",
  "message.requested": "A message is to be sent",
};

export function createTold(panel) {
  const rows = panel.querySelector("[data-rows]");
  return {
    add({ type, timestamp, data }) {
      const meta = element("p", { class: "told-meta" }, element("code", {}, type), time(timestamp), element("span", { class: "verified" }, "✓ Signature verified"));
      rows.prepend(element("li", {}, element("h3", {}, TITLES[type] ?? type), meta, table(data)));
      panel.querySelector("[data-nothing]").hidden = true;
    },
  };
}

function table(data) {
  return element("dl", {}, ...Object.entries(data).map(([name, value]) => element("div", {}, element("dt", {}, name.replaceAll("_", " ")), element("dd", {}, ...told(value)))));
}

function told(value) {
  if (value === null || value === undefined) return ["none"];
  if (Array.isArray(value)) return value.length === 0 ? ["none"] : value.map((one) => element("div", { class: "told-one" }, ...told(one)));
  return typeof value === "object" ? [table(value)] : [String(value)];
}
