// Reads the address of the service and its key. They come only from the environment, because arguments are visible to
// everyone on the machine and stay in the shell's history.

import { WrongUsage } from "./ending.js";

/**
 * Addresses that never leave the machine. A name below localhost may be resolved elsewhere, so it is not one of them.
 */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Returns `{ url, key }`. `url` has no slash at its end. */
export function readEnvironment({ PLACET_URL, PLACET_KEY } = process.env, { insecure = false } = {}) {
  const missing = Object.entries({ PLACET_URL, PLACET_KEY }).filter(([, value]) => !value?.trim()).map(([name]) => name);
  if (missing.length) {
    throw new WrongUsage(`${missing.join(" and ")} must be set in the environment: the address of the service, such as
  https://consent.example, and a secret key (sk_…) with the scope lists`);
  }
  return { url: address(PLACET_URL.trim(), insecure), key: secretKey(PLACET_KEY.trim()) };
}

function address(text, insecure) {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new WrongUsage("PLACET_URL is not a valid address; it must begin with https://");
  }
  // These messages do not contain the address, because it may contain a password.
  if (!["http:", "https:"].includes(url.protocol)) throw new WrongUsage("PLACET_URL is not a web address; it must begin with https://");
  if (url.username || url.password) throw new WrongUsage("PLACET_URL has a user name in it; put the key into PLACET_KEY");
  if (url.search || url.hash) throw new WrongUsage("PLACET_URL contains a ? or #; give only the address of the service");
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname) && !insecure) {
    throw new WrongUsage(`PLACET_URL is plain http, so anyone between this machine and ${url.host} could read the key and the list.
  Use https, or --insecure if you trust the network`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function secretKey(text) {
  if (text.startsWith("pk_")) throw new WrongUsage("PLACET_KEY is a publishable key (pk_…), which cannot read lists; a secret key (sk_…) is needed");
  // Checked here, because the runtime prints a header that it refuses.
  if (!/^sk_[\x21-\x7e]+$/.test(text)) throw new WrongUsage("PLACET_KEY is not a secret key; secret keys begin with sk_");
  return text;
}
