// The mail program of the inbox.

import { element, linked, open, post, row, time } from "./dom.js";

const FROM = "Kestrel Coffee";

export function createMail(panel, read, count) {
  const client = panel.querySelector("[data-client]");
  const rows = panel.querySelector("[data-rows]");
  let unread = 0;

  function add(event) {
    const { n, timestamp, data } = event;
    const fresh = !read.has(n);
    const { item, button, mark } = row(data.subject ?? "(no subject)", time(timestamp), `To ${data.to}`, fresh);
    if (fresh) unread += 1;
    button.addEventListener("click", () => {
      if (!mark.hidden) unread -= 1;
      mark.hidden = true;
      read.add(n);
      count(unread);
      const title = element("h2", { tabindex: "-1" }, data.subject ?? "(no subject)");
      open(client, button, letter(event, title));
      title.focus();
    });
    rows.prepend(item);
    panel.querySelector("[data-nothing]").hidden = true;
    count(unread);
  }

  const sent = panel.querySelector("[data-sent]");
  panel.querySelector("[data-send]").addEventListener("submit", async (event) => {
    event.preventDefault();
    sent.textContent = "";
    const { allow, reason, detail } = await post("/inbox/newsletter", { email: event.target.elements.email.value.trim() });
    sent.textContent = allow ? "Sent: it is in the mail above." : `Not sent: ${reason ?? detail ?? "nobody knows why"}.`;
  });
  return { add };
}

function letter({ n, timestamp, data }, title) {
  const plain = element("div", { class: "text" }, ...linked(data.text));
  const formatted = data.html ? frame(n) : undefined;
  if (formatted) plain.hidden = true;
  return element(
    "article",
    { class: "letter" },
    element("header", {}, title, pairs([["From", FROM], ["To", data.to], ["Date", time(timestamp)]])),
    formatted,
    plain,
    element("div", { class: "letter-foot" }, formatted && formatSwitch(formatted, plain), headers(data.headers)),
  );
}

function pairs(list) {
  return element("dl", { class: "envelope" }, ...list.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

/** Shows the mail's HTML as a separate document that may not run scripts. Its links open new tabs. */
function frame(n) {
  const made = element("iframe", { src: `/inbox/mail/${n}`, title: "The mail", sandbox: "allow-same-origin allow-popups allow-popups-to-escape-sandbox" });
  made.addEventListener("load", () => {
    const inside = made.contentDocument;
    if (!inside) return;
    for (const link of inside.links) Object.assign(link, { target: "_blank", rel: "noopener" });
    const fit = () => made.style.setProperty("height", `${inside.documentElement.offsetHeight + 2}px`);
    new ResizeObserver(fit).observe(inside.documentElement);
    fit();
  });
  return made;
}

function formatSwitch(formatted, plain) {
  const button = element("button", { type: "button", class: "small" }, "Show as plain text");
  button.addEventListener("click", () => {
    [formatted.hidden, plain.hidden] = [plain.hidden, formatted.hidden];
    button.textContent = plain.hidden ? "Show as plain text" : "Show formatted";
  });
  return button;
}

/**
 * Shows the headers that the mail program uses and the person does not see, and the actions that the program offers for
 * them.
 */
function headers(sent) {
  if (!sent || Object.keys(sent).length === 0) return undefined;
  const names = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]));
  const url = /<(https?:[^>]+)>/.exec(names["list-unsubscribe"] ?? "")?.[1];
  const details = element("details", {}, element("summary", {}, "Show headers"), element("p", { class: "headers" }, Object.entries(sent).map(([name, value]) => `${name}: ${value}`).join("\n")));
  if (!url || !names["list-unsubscribe-post"]) return details;
  const button = element("button", { type: "button", class: "small", "data-leave": true }, "Unsubscribe as a mail program would (one-click POST)");
  const said = element("p", { class: "status", role: "status" });
  button.addEventListener("click", async () => {
    said.textContent = "";
    const { accepted, status, detail } = await post("/inbox/one-click", { url });
    said.textContent = accepted ? `You are unsubscribed: the worker answered ${status}.` : `That did not work: ${detail ?? `the worker answered ${status}`}.`;
  });
  details.append(button, said);
  return details;
}
