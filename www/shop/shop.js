// Connects the pages to placet. If anything here fails, the forms are plain HTML and still work.

/** The open storefront, or undefined if the module is missing, blocked or not supported by the browser. */
export const placet = start();

async function start() {
  try {
    const { open } = await import("/placet/storefront.js");
    const forms = document.querySelectorAll("form[data-placet-form]");
    // From here on every submission is captured, however early.
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

/** Reads the worker's address and the publishable key, which the shop's templates write into the page. */
export function shop() {
  const { endpoint, key } = document.querySelector("meta[name=placet]").dataset;
  return { endpoint, key };
}

function say(words) {
  for (const region of document.querySelectorAll("[data-status]")) region.textContent = words;
}
