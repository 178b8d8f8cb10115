// Signs the identity token of a customer on the shop's server. It uses WebCrypto, which every supported runtime has;
// the same code in Rust would only add bytes.

const encoder = new TextEncoder();
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (character) => ({ "+": "-", "/": "_", "=": "" })[character]);

const USES = ["capture", "read"];

async function hmac(key, text) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text)));
}

export async function signIdentity({ email, phone, external }, secretKey, { lifetime = 3600, scope = "capture" } = {}) {
  if (!/^sk_[\w-]{64}([\w-]{2})?$/.test(secretKey)) throw new TypeError("sign with a secret key, sk_…, on the shop's server");
  if (!(email || phone || external)) throw new TypeError("name the customer by email, phone or external");
  if (!(lifetime > 0 && lifetime <= 86_400)) throw new RangeError("give it 1 to 86400 seconds");
  if (!scope.split(" ").every((use) => USES.includes(use))) throw new TypeError("use the scope capture, read, or both with a space between");
  const claims = { aud: "placet", scope, email, phone, external, exp: Math.floor(Date.now() / 1000 + lifetime) };
  const body = [{ alg: "HS256", typ: "JWT" }, claims].map((part) => base64url(encoder.encode(JSON.stringify(part)))).join(".");
  // The edge stores a hash of the secret key. The key that signs does not follow from that hash.
  const key = await hmac(encoder.encode(secretKey), "placet identity");
  return `${body}.${base64url(await hmac(key, body))}`;
}
