# The edge on plain workerd, self-hosted: the same worker as on Cloudflare, with its data on a disk of yours.
#
#   PLACET_MASTER_KEY=… PLACET_ROOT_SECRET=… workerd serve src/edge/workerd.capnp --directory-path disk=/var/lib/placet
#
# workerd runs one process and is no hardened sandbox of its own: put a TLS proxy in front and it into a container or VM.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "placet", worker = .placet),
    # The ledger: one SQLite file a shop. Back up by SQLite's own means (`sqlite3 FILE .backup`), or stop the process and copy
    # the directory: a copy of files in use may be torn.
    (name = "disk", disk = (path = "data/disk", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "placet")],
);

const placet :Workerd.Worker = (
  # Made by `make dist`, or by worker-build alone.
  modules = [
    (name = "index.js", esModule = embed "../../build/index.js"),
    (name = "./index_bg.wasm", wasm = embed "../../build/index_bg.wasm"),
  ],
  compatibilityDate = "2026-04-01",
  # uniqueKey is a part of every object's id and thus of the files' names: once data is there, never change it.
  durableObjectNamespaces = [(className = "ShopObject", uniqueKey = "placet-shops", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    (name = "SHOPS", durableObjectNamespace = "ShopObject"),
    (name = "PLACET_MASTER_KEY", fromEnvironment = "PLACET_MASTER_KEY"),
    (name = "PLACET_ROOT_SECRET", fromEnvironment = "PLACET_ROOT_SECRET"),
    # The header that your proxy writes the client's address into, such as x-real-ip: it must overwrite what clients send.
    # Without one, visitors are not told apart, and only the limits of keys hold.
    (name = "PLACET_CLIENT_ADDRESS_HEADER", fromEnvironment = "PLACET_CLIENT_ADDRESS_HEADER"),
    # What links begin with, such as https://consent.example.
    (name = "PLACET_PUBLIC_URL", fromEnvironment = "PLACET_PUBLIC_URL"),
    # 1 lets events go to http and to private addresses, see local.capnp.
    (name = "PLACET_LOCAL_WEBHOOKS", fromEnvironment = "PLACET_LOCAL_WEBHOOKS"),
  ],
);
