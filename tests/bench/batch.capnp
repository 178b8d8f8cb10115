using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "placet", worker = .placet),
    (name = "disk", disk = (path = "data/batch", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "placet")],
);

const placet :Workerd.Worker = (
  modules = [
    (name = "batch.js", esModule = embed "batch.js"),
    (name = "index.js", esModule = embed "../../build/index.js"),
    (name = "./index_bg.wasm", wasm = embed "../../build/index_bg.wasm"),
  ],
  compatibilityDate = "2026-04-01",
  durableObjectNamespaces = [(className = "ShopObject", uniqueKey = "placet-bench", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    (name = "SHOPS", durableObjectNamespace = "ShopObject"),
    (name = "PLACET_MASTER_KEY", fromEnvironment = "PLACET_MASTER_KEY"),
    (name = "PLACET_ROOT_SECRET", fromEnvironment = "PLACET_ROOT_SECRET"),
  ],
);
