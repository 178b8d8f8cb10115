// Measures how long it takes to refuse a key or a link token, by how much of it is right. The time must not tell an
// attacker how far a guess is right. The front worker refuses every invalid MAC at one cost. A valid MAC reaches the
// shop's object, which refuses later, and later still for a revoked key, because it logs the use: nobody gets there
// without the master key or a key they once had.

import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { startWorkerd } from "../../www/tools/workerd.mjs";
import { Connection, MASTER_KEY, ROOT_SECRET, createShop } from "../load.mjs";
import { median, shuffled } from "./numbers.mjs";

const WARM_UP = 1_000;
/**
 * The number of bytes of a key that encode the shop, and the number up to the end of the random part. The MAC follows.
 */
const [SHOP, SIGNED] = [16, 32];
const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export async function benchRefusals(rounds = 4_000) {
  const data = await mkdtemp(join(tmpdir(), "placet-bench-"));
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
  const config = fileURLToPath(new URL("../../src/edge/workerd.capnp", import.meta.url));
  const workerd = await startWorkerd({ config, port: 0, data, env, quiet: true });
  const connection = new Connection(workerd.url);
  const { server } = await createShop(workerd.url);
  const secret = server.authorization.slice("Bearer sk_".length);

  const body = JSON.stringify({ kind: "sk", name: "revoked", scopes: ["read"] });
  const made = JSON.parse((await connection.send("POST", "/v1/keys", server, body)).text);
  assert.equal((await connection.send("DELETE", `/v1/keys/${made.id}`, server)).status, 200);

  const link = preferences(secret);
  const key = (text) => ({ path: "/v1/statistics", headers: { authorization: `Bearer ${text}` }, refused: 401 });
  const page = (token) => ({ path: `/p/${token}`, headers: {}, refused: 404 });
  const ways = {
    first: () => key(`sk_${wrongFrom(secret, 0)}`),
    chance: () => key(`sk_${wrongFrom(secret, 22)}`),
    proof: () => key(`sk_${wrongFrom(secret, 43)}`),
    last: () => key(`sk_${wrongFrom(secret, 63)}`),
    unknown: () => key(minted(secret)),
    revoked: () => key(made.key),
    linkFirst: () => page(wrongFrom(link, 0)),
    linkProof: () => page(wrongFrom(link, 43)),
    linkLast: () => page(wrongFrom(link, 63)),
  };
  const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const way of shuffled(Object.keys(ways))) {
      const { path, headers, refused } = ways[way]();
      const begin = performance.now();
      const { status, text } = await connection.send("GET", path, headers);
      const took = performance.now() - begin;
      assert.equal(status, refused, text);
      if (round >= 0) times[way].push(took);
    }
  }
  connection.close();
  await workerd.stop();
  await rm(data, { recursive: true, force: true });

  const line = (name, way, floor) =>
    `  ${name.padEnd(40)}${`${(median(times[way]) * 1000).toFixed(0)} µs`.padStart(8)}   ratio ${(median(times[way]) / median(times[floor])).toFixed(3)}`;
  console.log(`
keys refused, medians of ${rounds.toLocaleString("en")} rounds in an order of chance
  at the front door
  ${line("wrong from the first character on", "first", "first")}
  ${line("the shop is right, the rest wrong", "chance", "first")}
  ${line("all right but the proof", "proof", "first")}
  ${line("wrong in the last character alone", "last", "first")}
  in the shop's object
  ${line("of right proof, never issued", "unknown", "unknown")}
  ${line("revoked", "revoked", "unknown")}
links refused, at the front door
  ${line("wrong from the first character on", "linkFirst", "linkFirst")}
  ${line("all right but the proof", "linkProof", "linkFirst")}
  ${line("wrong in the last character alone", "linkLast", "linkFirst")}`);
}

/** Returns the key with every character from a place on changed. */
function wrongFrom(key, place) {
  const other = (character) => CHARACTERS[(CHARACTERS.indexOf(character) + 1 + Math.floor(Math.random() * 63)) % 64];
  return key.slice(0, place) + key.slice(place).replace(/./g, other);
}

/** Returns the token of a preference page of the same shop. */
function preferences(key) {
  const signed = Buffer.concat([Buffer.from(key, "base64url").subarray(0, SHOP), randomBytes(SIGNED - SHOP)]);
  const proof = createHmac("sha256", MASTER_KEY).update("link p\0").update(signed).digest().subarray(0, 16);
  return Buffer.concat([signed, proof]).toString("base64url");
}

/** Returns a key of the same shop that was never issued. */
function minted(key) {
  const signed = Buffer.concat([Buffer.from(key, "base64url").subarray(0, SHOP), randomBytes(SIGNED - SHOP)]);
  const proof = createHmac("sha256", MASTER_KEY).update("sk\0").update(signed).digest().subarray(0, 16);
  return `sk_${Buffer.concat([signed, proof]).toString("base64url")}`;
}
