// Solves the proof of work that a shop can require of anonymous submissions (`limits.presence` is "altcha"). A page loads
// this file only if its shop does.

import { solveChallenge } from "altcha-lib/v1";

/** Returns the value of the field `presence`. Needs a page from https or localhost, for `crypto.subtle`. */
export const solve = async (endpoint, key) => {
  const response = await fetch(`${endpoint}/v1/storefront/${key}/challenge`, { credentials: "omit" });
  const { maxnumber, ...given } = await response.json();
  const { number } = await solveChallenge(given.challenge, given.salt, given.algorithm, maxnumber).promise;
  return btoa(JSON.stringify({ ...given, number }));
};

/** For `open({ presence })`: solves the proof of work if the shop requires it. */
export const presence = async (endpoint, key, config) => {
  if ((await config)?.presence === "altcha") return solve(endpoint, key);
};
