// Cloudflare's runtime: it may not compile bytes, but it can import a compiled module.
import module from "./logic_bg.wasm";
import { initSync } from "./glue.js";

initSync({ module });

export * from "./api.js";
