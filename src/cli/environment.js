// Where the service is, and the key to it. From the environment alone: arguments are seen by everyone on the machine, and stay in
// the shell's history.

import { WrongUsage } from "./ending.js";

/** Addresses that never leave the machine. A name below localhost may be resolved elsewhere, so it is not one. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Answers `{ url, key }`; `url` has no slash at its end. */
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
    throw new WrongUsage("PLACET_URL is no address; it begins with https://");
  }
  // What is wrong is said without the address: a password may stand in it.
  if (!["http:", "https:"].includes(url.protocol)) throw new WrongUsage("PLACET_URL is no web address; it begins with https://");
  if (url.username || url.password) throw new WrongUsage("PLACET_URL has a user in it; the key goes into PLACET_KEY");
  if (url.search || url.hash) throw new WrongUsage("PLACET_URL has a ? or # in it; the bare address of the service is wanted");
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname) && !insecure) {
    throw new WrongUsage(`PLACET_URL is plain http, so everyone between here and ${url.host} could read the key and the list.
  Use https, or --insecure if the network is yours`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function secretKey(text) {
  if (text.startsWith("pk_")) throw new WrongUsage("PLACET_KEY is a publishable key (pk_…), which reads no lists; a secret one (sk_…) is needed");
  // Checked here since the runtime, where it refuses a header, would print it.
  if (!/^sk_[\x21-\x7e]+$/.test(text)) throw new WrongUsage("PLACET_KEY is no secret key; those begin with sk_");
  return text;
}
