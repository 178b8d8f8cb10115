using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "plain", worker = .plain),
    (name = "disk", disk = (path = "data/plain", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "plain")],
);

const plain :Workerd.Worker = (
  modules = [(name = "plain.js", esModule = embed "plain.js")],
  compatibilityDate = "2026-04-01",
  durableObjectNamespaces = [(className = "PlainObject", uniqueKey = "plain", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "PLAIN", durableObjectNamespace = "PlainObject")],
);
