// Signs the identity token of a customer on the shop's server. It uses WebCrypto, which every supported runtime has;
// the same code in Rust would only add bytes.

const encoder = new TextEncoder();
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (character) => ({ "+": "-", "/": "_", "=": "" })[character]);

export async function signIdentity({ email, phone, external }, secretKey, lifetime = 3600) {
  if (!/^sk_[\w-]{64}$/.test(secretKey)) throw new TypeError("sign with a secret key, sk_…, on the shop's server");
  if (!(email || phone || external)) throw new TypeError("name the customer by email, phone or external");
  if (!(lifetime > 0 && lifetime <= 86_400)) throw new RangeError("give it 1 to 86400 seconds");
  const claims = { email, phone, external, exp: Math.floor(Date.now() / 1000 + lifetime) };
  const body = [{ alg: "HS256", typ: "JWT" }, claims].map((part) => base64url(encoder.encode(JSON.stringify(part)))).join(".");
  // The edge stores only the hash of a key, so the hash is the signing key.
  const hash = [...new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(secretKey)))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const key = await crypto.subtle.importKey("raw", encoder.encode(hash), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `${body}.${base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(body))))}`;
}
