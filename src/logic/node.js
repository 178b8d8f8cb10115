// Node.js: the module is a file beside this one. It is read from disk, because fetch does not read files.
import { readFileSync } from "node:fs";
import { initSync } from "./glue.js";

initSync({ module: readFileSync(new URL("./logic_bg.wasm", import.meta.url)) });

export * from "./api.js";
