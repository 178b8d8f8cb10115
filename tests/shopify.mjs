// Every GraphQL document that a connection sends to Shopify, against the official schema of each supported version.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";

import { adminSchema } from "./tools/shopify.mjs";

const require = createRequire(new URL("../www/package.json", import.meta.url));
const { coerceInputValue, getNamedType, parse, typeFromAST, validate } = require("graphql");

/** The version that placet asks for is 2026-07: what it reads of a customer has WhatsApp, which exists from there on. */
const VERSIONS = ["2025-10", "2026-01", "2026-04", "2026-07", "2026-10"];
const requests = JSON.parse(await readFile(new URL("fixtures/platforms/requests.json", import.meta.url), "utf8"));
const documents = Object.entries(requests)
  .filter(([, { url }]) => url.endsWith("/graphql.json"))
  .map(([name, { body }]) => ({ name, ...JSON.parse(body) }));

for (const version of VERSIONS) {
  test(`Admin API ${version}`, async () => {
    const schema = await adminSchema(version);
    let checked = 0;
    for (const { name, query, variables } of documents) {
      if (/whatsapp/i.test(query) && version < "2026-07") continue;
      const document = parse(query);
      assert.deepEqual(validate(schema, document).map(String), [], name);
      // The variables too: a field that the version does not have is refused.
      for (const { variable, type } of document.definitions[0].variableDefinitions) {
        const declared = typeFromAST(schema, type);
        assert.ok(getNamedType(declared), name);
        coerceInputValue(variables[variable.name.value], declared, (path, _, error) => assert.fail(`${name}: ${path.join(".")}: ${error.message}`));
      }
      checked += 1;
    }
    assert.ok(checked > (version < "2026-07" ? 1 : 7), `${checked}`);
  });
}
