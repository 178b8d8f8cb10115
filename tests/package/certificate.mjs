// A natively signed certificate of erasure, and a check of it that runs wherever placet/logic runs.

import { readFile } from "node:fs/promises";

/** `{ certificate, key, says }`. consent/certificate_tests.rs checks that it is what the edge signs. */
export const signed = JSON.parse(await readFile(new URL("../certificate.json", import.meta.url), "utf8"));

/** The check as source text, because it runs in other contexts and must not refer to anything outside. */
export const probe = String(({ PlacetError, verifyCertificate }, { certificate, key }) => {
  const accepted = [];
  const codes = new Set();
  const refused = (certificate) => {
    try {
      accepted.push([certificate, verifyCertificate({ certificate, key })]);
    } catch (error) {
      codes.add(error instanceof PlacetError ? error.code : String(error));
    }
  };
  for (let at = 0; at < certificate.length; at++) {
    const [before, after] = [certificate.slice(0, at), certificate.slice(at)];
    for (const other of ["A", "g", "-", ".", "=", "\0"]) {
      if (other !== after[0]) refused(before + other + after.slice(1));
    }
    refused(before + after.slice(1));
    refused(`${before}A${after}`);
    refused(before);
  }
  for (const more of ["A", ".", "=", " ", "\n"]) refused(certificate + more);
  return {
    says: [key, { keys: [{ kty: "RSA" }, key] }].map((key) => verifyCertificate({ certificate, key })),
    accepted,
    codes: [...codes].sort(),
  };
});

export const expected = {
  says: [signed.says, signed.says],
  accepted: [],
  codes: ["bad_certificate", "bad_signature", "wrong_key"],
};
