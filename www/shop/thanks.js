// Shows placet's current decision for each newsletter channel, in words that the visitor understands.

import { placet } from "./shop.js";

const WORDS = {
  never_asked: ["Not asked yet.", "You have told us nothing about this, so we do not write."],
  declined: ["No.", "You left the box unticked, so we do not write."],
  opted_out: ["No.", "You asked us to stop, so we do not write."],
  objected: ["No.", "You objected to advertising, so we do not write."],
  awaiting_confirmation: ["Almost.", "Your address has yet to confirm this. Until then we do not write."],
};
const YES = ["Yes.", "We may write to you. You can withdraw at any time."];
const OTHER_NO = ["No.", "We may not write to you."];

const panel = document.querySelector("[data-choices]");
const opened = await placet;
if (opened) {
  show();
  opened.on("change", show);
}

function show() {
  let awaiting = false;
  for (const row of panel.querySelectorAll("[data-choice-channel]")) {
    const { choiceChannel, choicePurpose } = row.dataset;
    const { allow, reason } = opened.decide(choiceChannel, choicePurpose);
    awaiting ||= !allow && reason === "awaiting_confirmation";
    const [short, long] = allow ? YES : (WORDS[reason] ?? OTHER_NO);
    row.querySelector("strong").textContent = short;
    row.querySelector("span").textContent = long;
  }
  panel.querySelector("[data-awaiting]").hidden = !awaiting;
  panel.hidden = false;
}
