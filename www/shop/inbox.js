// Shows what arrives. All texts are people's and the shop's own: they are written as text, never as markup.

const MEDIA = { email: "Mail", sms: "Text message", whatsapp: "WhatsApp", push: "Push message" };
const shown = new Set();
const one = (selector, root = document) => root.querySelector(selector);

new EventSource("/inbox/stream").onmessage = refresh;

async function refresh() {
  const { ready, events } = await (await fetch("/inbox.json")).json();
  if (!ready) return say("This worker sends no events.");
  let news = 0;
  for (const event of events.filter(({ id }) => !shown.has(id))) {
    shown.add(event.id);
    addEvent(event);
    if (event.type !== "message.requested") continue;
    news += 1;
    addMessage(event.data);
  }
  one("[data-empty]").hidden = one("[data-messages]").childElementCount > 0;
  if (news > 0) say(news === 1 ? "A new message has come." : `${news} new messages have come.`);
}

function addMessage(message) {
  const item = one("#message").content.cloneNode(true);
  one(".medium", item).textContent = MEDIA[message.medium] ?? message.medium;
  one("h3", item).textContent = message.subject ?? "Kestrel Coffee";
  one(".to", item).textContent = `To ${message.to}`;
  const text = one(".text", item);
  const [before, after] = message.link ? message.text.split(message.link, 2) : [message.text];
  text.append(before);
  if (message.link) {
    const link = Object.assign(document.createElement("a"), { href: message.link, textContent: message.link });
    text.append(link, after ?? "");
  }
  if (message.medium === "sms" || message.medium === "whatsapp") {
    const form = one(".reply", item);
    const said = one(".said", item);
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const reply = { from: message.to, channel: message.medium, text: form.elements.text.value };
      const answer = await post("/inbox/reply", reply);
      said.textContent = answer.ok ? `“${reply.text}” was handed in.` : "It could not be handed in.";
      form.reset();
    });
  }
  one("[data-messages]").prepend(item);
}

function addEvent({ type, timestamp, data }) {
  const { text, html, ...rest } = data;
  const row = document.createElement("tr");
  for (const content of [type, timestamp.replace("T", " ").slice(0, 19), JSON.stringify(rest)]) {
    row.append(Object.assign(document.createElement("td"), { textContent: content }));
  }
  one("[data-events]").prepend(row);
}

one("[data-send]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const email = event.target.elements.email.value;
  const sent = one("[data-sent]");
  const { allow, reason, links } = await (await post("/inbox/newsletter", { email })).json();
  sent.replaceChildren();
  if (!allow) {
    sent.append(Object.assign(document.createElement("p"), { textContent: `Not sent: ${reason}.` }));
    return;
  }
  const letter = one("#newsletter").content.cloneNode(true);
  one(".headers", letter).textContent = Object.entries(links.headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  one("[data-preferences]", letter).href = links.preferences;
  one("[data-leave]", letter).addEventListener("click", async ({ target }) => {
    const answer = await post("/inbox/one-click", { url: links.unsubscribe });
    target.replaceWith(answer.ok ? "You have left." : "That did not work.");
  });
  sent.append(letter);
});

function post(path, body) {
  return fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

function say(words) {
  one("[data-news]").textContent = words;
}
