// The form "Ask for your data": opens a subject request at placet with the page's publishable key. The answer does not
// reveal whether the address is known.

import { shop } from "./shop.js";

const form = document.querySelector("[data-ask]");
const told = document.querySelector("[data-told]");
const button = form.querySelector("button");

form.hidden = false;
// The browser could not scroll to the form while it was hidden.
if (location.hash === "#ask") document.querySelector("#ask").scrollIntoView();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  told.textContent = "";
  button.disabled = true;
  try {
    await ask();
  } catch {
    told.textContent = "That did not work. Please try again later.";
  } finally {
    button.disabled = false;
  }
});

async function ask() {
  const { endpoint, key } = shop();
  const [kind, address] = ["kind", "address"].map((name) => form.elements[name].value.trim());
  const contact = address.includes("@") ? { email: address } : { phone: address };
  const answer = await fetch(`${endpoint}/v1/requests`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ kind, contact, locale: document.documentElement.lang }),
  });
  const body = await answer.json();
  if (!answer.ok) {
    told.textContent = `That did not work: ${(body.detail ?? "please try again later").replace(/\.$/, "")}.`;
  } else if (body.check === "code" && new URL(body.page).origin === new URL(endpoint).origin) {
    location.assign(body.page);
  } else {
    const inbox = Object.assign(document.createElement("a"), { href: "/inbox.html", textContent: "your inbox" });
    told.replaceChildren("We have sent a link to this address, if a message can be sent to it. It is good for 30 minutes. In this demonstration it comes to ", inbox, ".");
  }
}
