// "Ask for your data": opens a request at placet with the page's own key. Whether the address is known, nobody is told.

const form = document.querySelector("[data-ask]");
const told = document.querySelector("[data-told]");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  told.textContent = "";
  const { endpoint, key } = await (await fetch("/demo.json")).json();
  const [kind, address] = ["kind", "address"].map((name) => form.elements[name].value.trim());
  const contact = address.includes("@") ? { email: address } : { phone: address };
  const answer = await fetch(`${endpoint}/v1/requests`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ kind, contact, locale: document.documentElement.lang }),
  }).catch(() => undefined);
  const body = await answer?.json();
  if (!answer?.ok) {
    told.textContent = body?.detail ? `That did not work: ${body.detail}.` : "That did not work. Try again later.";
  } else if (body.page) {
    location.assign(body.page);
  } else {
    told.textContent = "We have sent a link to this address, if a message can be sent to it. It is good for 30 minutes.";
  }
});
