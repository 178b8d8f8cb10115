// Wires the pages to placet. Everything here may fail: the forms are plain HTML and go through without it.

/** The open placet module, or undefined where it is missing, blocked or beyond the browser. */
export const placet = start();

async function start() {
  try {
    const [{ open }, { endpoint, key }] = await Promise.all([import("/placet/storefront.js"), readDemo()]);
    const opened = await open({ endpoint, key, locale: document.documentElement.lang });
    for (const form of document.querySelectorAll("form[data-placet-form]")) {
      opened.bind(form);
      form.dataset.bound = "";
    }
    opened.on("submitted", () => say("Your choices are saved."));
    opened.on("queued", () => say("You seem to be offline. Your choices will be sent later."));
    opened.on("error", () => say("Your choices could not be saved. Everything else works as usual."));
    return opened;
  } catch (error) {
    console.warn("placet is not available; the shop works without it", error);
    return undefined;
  }
}

/** Where the worker is, and the key for pages. */
export async function readDemo() {
  const answer = await fetch("/demo.json");
  // Read in any case: an unread body keeps its connection busy.
  const text = await answer.text();
  if (!answer.ok) throw new Error(`/demo.json answered ${answer.status}`);
  return JSON.parse(text);
}

function say(words) {
  for (const region of document.querySelectorAll("[data-status]")) region.textContent = words;
}
