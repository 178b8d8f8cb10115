// Browsers and bundlers: the module is fetched from beside this file.
import init from "./glue.js";

await init({ module_or_path: new URL("./logic_bg.wasm", import.meta.url) });

export * from "./api.js";
