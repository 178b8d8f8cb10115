// The telephone of the inbox: one conversation for each number, with messages to it and its replies.

import { element, linked, open, post, row, time } from "./dom.js";

const MEDIA = { sms: "Text message", whatsapp: "WhatsApp", push: "Push message" };
const ANSWERED = ["sms", "whatsapp"];

export function createPhone(panel, read, count, takesReplies) {
  const client = panel.querySelector("[data-client]");
  const rows = panel.querySelector("[data-rows]");
  const talks = new Map();

  function add(event) {
    const { medium, to, from } = event.data;
    const number = to ?? from;
    const key = `${medium} ${number}`;
    if (!talks.has(key)) talks.set(key, begin(medium, number));
    talks.get(key).add(event);
    panel.querySelector("[data-nothing]").hidden = true;
    recount();
  }

  function recount() {
    count([...talks.values()].reduce((sum, talk) => sum + talk.unread(), 0));
  }

  function begin(medium, number) {
    const bubbles = element("ol", { class: "bubbles" });
    const title = element("h2", { tabindex: "-1" }, "Kestrel Coffee");
    const phone = element("div", { class: "phone" }, element("header", {}, title, element("p", {}, `${MEDIA[medium] ?? medium} to ${number}`)), bubbles);
    const fresh = new Set();
    let entry;
    let shown = false;

    function markRead(n) {
      fresh.delete(n);
      read.add(n);
    }

    function select() {
      for (const talk of talks.values()) talk.leave();
      shown = true;
      [...fresh].forEach(markRead);
      entry.mark.hidden = true;
      recount();
      open(client, entry.button, phone);
      phone.querySelector(".reply")?.remove();
      if (ANSWERED.includes(medium)) phone.append(takesReplies() ? replyForm(medium, number) : element("p", { class: "reply hint" }, "This worker takes no replies."));
      title.focus();
    }

    return {
      unread: () => fresh.size,
      leave: () => (shown = false),
      add({ n, timestamp, data }) {
        const own = data.from !== undefined;
        const words = element("div", { class: "text" }, element("span", { class: "unseen" }, own ? "You: " : "Kestrel Coffee: "), ...linked(data.text));
        bubbles.append(element("li", own ? { class: "own" } : {}, words, time(timestamp)));
        if (!own && !read.has(n)) fresh.add(n);
        // A message in the visible conversation is read when it arrives.
        if (shown && !panel.hidden) markRead(n);
        const focused = entry && document.activeElement === entry.button;
        const before = entry;
        entry = row(number, time(timestamp), data.text, fresh.size > 0);
        entry.button.addEventListener("click", select);
        if (before?.button.hasAttribute("aria-current")) entry.button.setAttribute("aria-current", "true");
        before?.item.remove();
        rows.prepend(entry.item);
        if (focused) entry.button.focus();
      },
    };
  }
  return { add };
}

function replyForm(medium, from) {
  const input = element("input", { id: "reply-text", name: "text", required: true, maxlength: "160", autocomplete: "off", "aria-describedby": "reply-hint" });
  const said = element("p", { class: "status", role: "status" });
  const form = element(
    "form",
    { class: "reply" },
    element("div", { class: "line" }, element("div", { class: "field" }, element("label", { for: "reply-text" }, "Write back"), input), element("button", { class: "button", type: "submit" }, "Send")),
    element("p", { class: "hint", id: "reply-hint" }, "YES confirms, STOP ends it, HELP asks what this is."),
    said,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    const { accepted, status, detail } = await post("/inbox/reply", { from, channel: medium, text: input.value });
    if (accepted) form.reset();
    said.textContent = accepted ? "Handed in to the worker." : `It could not be handed in: ${detail ?? `the worker answered ${status}`}.`;
  });
  return form;
}
