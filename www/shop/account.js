// The account page: a logged-in customer sees and changes their choices. The shop's server signs who the customer is.

import { define } from "/placet/elements.js";

const form = document.querySelector("[data-sign-in]");
const told = form.querySelector("[data-told]");
const preferences = document.querySelector("placet-preferences");

define();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch("/identity", { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => undefined);
  if (!answer?.ok) {
    told.textContent = "That did not work. Please try again later.";
    return;
  }
  const { identity } = await answer.json();
  preferences.setAttribute("identity", identity);
  told.textContent = "You are logged in. These are your choices.";
});
