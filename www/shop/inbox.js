// The inbox: requests new events when the shop's server reports some, and passes them to its three parts.

import { createMail } from "./inbox-mail.js";
import { createPhone } from "./inbox-phone.js";
import { createTold } from "./inbox-told.js";

const STATES = {
  starting: "The demonstration is starting. Messages appear as soon as it is ready.",
  no_outbox: "This worker has no outbox: it sends no events, so no message can arrive here.",
  ready: "",
};
const PHONE = ["sms", "whatsapp", "push"];

const one = (selector, root = document) => root.querySelector(selector);
const tabs = [...document.querySelectorAll("[role=tab]")];
const server = { run: undefined, newest: 0, state: undefined, replies: false };

const counted = (tab) => (unread) => {
  one(`#${tab}-tab [data-count]`).replaceChildren(...(unread ? [String(unread), hidden(" unread")] : []));
};
const mail = createMail(one("#mail"), readBefore(), counted("mail"));
const phone = createPhone(one("#phone"), readBefore(), counted("phone"), () => server.replies);
const told = createTold(one("#told"));

const stream = new EventSource("/inbox/stream");
let asked = Promise.resolve();
stream.onmessage = ({ data }) => {
  const heard = JSON.parse(data);
  // One request after the other, so that nothing is shown twice.
  asked = asked.then(() => catchUp(heard)).catch(() => say("[data-state]", "The shop’s server does not answer."));
};
stream.onerror = () => say("[data-state]", "The shop’s server does not answer. Trying again …");

async function catchUp(heard) {
  // The server has restarted and has forgotten everything, so the page forgets everything too.
  if (server.run !== undefined && server.run !== heard.run) return location.reload();
  const first = server.run === undefined;
  if (!first && heard.newest <= server.newest && heard.state === server.state) return say("[data-state]", STATES[server.state]);
  const { events, ...now } = await (await fetch(`/inbox.json?since=${server.newest}`)).json();
  Object.assign(server, now);
  say("[data-state]", STATES[server.state]);
  const news = events.map(show).filter(Boolean);
  // Events from before the page was loaded are not announced.
  if (!first && news.length > 0) say("[data-news]", news.length === 1 ? news[0] : `${news.length} new messages.`);
}

/** Returns the announcement of an event if it is a message to a person. */
function show(event) {
  const { type, data } = event;
  if (type === "phone.reply") return phone.add(event);
  const readable = ["message.requested", "shop.newsletter"].includes(type) && typeof data.text === "string" && typeof data.to === "string";
  if (!readable) return told.add(event);
  if (PHONE.includes(data.medium)) {
    phone.add(event);
    return `New text message to ${data.to}.`;
  }
  mail.add(event);
  return `New mail: ${data.subject ?? "no subject"}.`;
}

/**
 * The numbers of the messages that were read before this page was loaded. The numbers belong to one run of the server.
 */
function readBefore() {
  const key = () => `inbox-read-${server.run}`;
  const stored = () => (sessionStorage.getItem(key()) ?? "").split(",");
  return {
    has: (n) => stored().includes(String(n)),
    add: (n) => sessionStorage.setItem(key(), [...new Set([...stored(), String(n)])].join(",")),
  };
}

function hidden(text) {
  return Object.assign(document.createElement("span"), { className: "unseen", textContent: text });
}

/** A live region is read aloud again when it receives the same text again, so the same text is not set twice. */
function say(region, words) {
  if (one(region).textContent !== words) one(region).textContent = words;
}

/* The tabs: one tab stop, arrow keys between them (ARIA Authoring Practices). */

function choose(tab, focus) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    one(`#${other.getAttribute("aria-controls")}`).hidden = !chosen;
  }
  if (focus) tab.focus();
}

for (const [index, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const to = { ArrowRight: index + 1, ArrowLeft: index + tabs.length - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(tabs[to % tabs.length], true);
  });
}

const fromAddress = () => tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === location.hash);
if (fromAddress()) choose(fromAddress());
