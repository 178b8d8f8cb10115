// Wires the pages to placet. Everything here may fail: the forms are plain HTML and go through without it.

/** The open placet module, or undefined where it is missing, blocked or beyond the browser. */
export const placet = start();

async function start() {
  try {
    const { open } = await import("/placet/storefront.js");
    const forms = document.querySelectorAll("form[data-placet-form]");
    // From here on nothing is missed, however soon somebody submits.
    const opened = await open({ ...shop(), locale: document.documentElement.lang, forms });
    for (const form of forms) form.dataset.bound = "";
    opened.on("submitted", () => say("Your choices are saved."));
    opened.on("queued", () => say("You seem to be offline. Your choices will be sent later."));
    opened.on("error", () => say("Your choices could not be saved. Everything else works as usual."));
    return opened;
  } catch (error) {
    console.warn("placet is not available; the shop works without it", error);
    return undefined;
  }
}

/** Where the worker is, and the key for pages: the shop's templates write both into the page. */
export function shop() {
  const { endpoint, key } = document.querySelector("meta[name=placet]").dataset;
  return { endpoint, key };
}

function say(words) {
  for (const region of document.querySelectorAll("[data-status]")) region.textContent = words;
}
