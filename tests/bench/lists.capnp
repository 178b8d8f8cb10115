using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "plain", worker = .plain),
    (name = "disk", disk = (path = "data/lists", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "plain")],
);

const plain :Workerd.Worker = (
  modules = [(name = "lists.js", esModule = embed "lists.js")],
  compatibilityDate = "2026-04-01",
  durableObjectNamespaces = [(className = "ListObject", uniqueKey = "plain-lists", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "LISTS", durableObjectNamespace = "ListObject")],
);
