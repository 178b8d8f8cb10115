// Functions that build the pages of the inbox. All texts come from people and the shop, so they are written as text and
// never as markup.

/**
 * Creates an element with attributes and children. `true` sets an empty attribute; null, undefined and false set none.
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** Formats a time: the hour for today, the day for other days. */
export function time(timestamp) {
  const at = new Date(timestamp);
  if (Number.isNaN(at.getTime())) return element("span", {}, timestamp);
  const today = at.toDateString() === new Date().toDateString();
  return element("time", { datetime: at.toISOString() }, (today ? hour : day).format(at));
}

/** Returns a text in which web addresses are links that open new tabs. */
export function linked(text) {
  const parts = text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/);
  return parts.map((part, index) => (index % 2 ? outward(part, part) : part));
}

export function outward(href, words) {
  return element("a", { href, target: "_blank", rel: "noopener" }, words, element("span", { class: "unseen" }, " (opens in a new tab)"));
}

/** Creates an entry of a list: a button, with a mark as long as it is unread. */
export function row(title, aside, beneath, unread) {
  const mark = element("span", { class: "mark-unread" }, element("span", { class: "unseen" }, "Unread. "));
  mark.hidden = !unread;
  const button = element("button", { type: "button" }, mark, element("span", { class: "row-title" }, title), aside, element("span", { class: "row-beneath" }, beneath));
  return { item: element("li", {}, button), button, mark };
}

/** Shows one side of a program if there is no room for both, and moves the focus to it. */
export function open(client, back, ...content) {
  const reader = client.querySelector("[data-reader]");
  const leave = element("button", { type: "button", class: "back" }, "‹ Back");
  leave.addEventListener("click", () => {
    delete client.dataset.open;
    back.focus();
  });
  reader.replaceChildren(leave, ...content);
  client.dataset.open = "";
  for (const button of client.querySelectorAll("[data-rows] button")) {
    if (button === back) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

export function post(path, body) {
  return fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    .then((answer) => answer.json())
    .catch(() => ({ detail: "the shop’s server does not answer" }));
}
