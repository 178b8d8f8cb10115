# The edge on plain workerd, self-hosted: the same worker as on Cloudflare, with its data on your own disk.
#
#   PLACET_MASTER_KEY=… PLACET_ROOT_SECRET=… workerd serve src/edge/workerd.capnp --directory-path disk=/var/lib/placet
#
# workerd runs as one process and is not a hardened sandbox. Put a TLS proxy in front of it, and run it in a container
# or VM.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "placet", worker = .placet),
    (name = "assets", worker = .assets),
    # The ledger: one SQLite file per shop. For a backup use SQLite's own tools (`sqlite3 FILE .backup`), or stop the
    # process and copy the directory: a copy of files in use may be inconsistent.
    (name = "disk", disk = (path = "data/disk", writable = true)),
    # Webhooks reach public addresses only. workerd checks the address after the name is resolved. The ranges lead to
    # private networks by translation (RFC 6052, RFC 8215, RFC 3056) or are for tests inside one (RFC 2544).
    (name = "internet", network = (
      allow = ["public"],
      deny = ["64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "198.18.0.0/15"],
      tlsOptions = (trustBrowserCas = true),
    )),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "placet")],
);

const placet :Workerd.Worker = (
  # Built by `make dist`, or by worker-build alone.
  modules = [
    (name = "index.js", esModule = embed "../../build/index.js"),
    (name = "./index_bg.wasm", wasm = embed "../../build/index_bg.wasm"),
  ],
  compatibilityDate = "2026-04-01",
  # The uniqueKey is part of every object's id and so of the file names. Never change it once there is data.
  durableObjectNamespaces = [(className = "ShopObject", uniqueKey = "placet-shops", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    (name = "SHOPS", durableObjectNamespace = "ShopObject"),
    (name = "ASSETS", service = "assets"),
    (name = "PLACET_MASTER_KEY", fromEnvironment = "PLACET_MASTER_KEY"),
    # The key that names the shops' objects. Needed once PLACET_MASTER_KEY has ids; `placet keys rotate` prints it.
    (name = "PLACET_NAMING_KEY", fromEnvironment = "PLACET_NAMING_KEY"),
    (name = "PLACET_ROOT_SECRET", fromEnvironment = "PLACET_ROOT_SECRET"),
    # The header in which your proxy writes the client's IP address, such as x-real-ip. The proxy must overwrite what
    # clients send. Without it, visitors cannot be distinguished, and only the rate limits of keys apply.
    (name = "PLACET_CLIENT_ADDRESS_HEADER", fromEnvironment = "PLACET_CLIENT_ADDRESS_HEADER"),
    # The URL at the start of every link, such as https://consent.example.
    (name = "PLACET_PUBLIC_URL", fromEnvironment = "PLACET_PUBLIC_URL"),
    # The secret of a Cloudflare Turnstile widget, for shops that set limits.presence to turnstile.
    (name = "PLACET_TURNSTILE_SECRET", fromEnvironment = "PLACET_TURNSTILE_SECRET"),
    # Another URL that checks its tokens, for tests.
    (name = "PLACET_TURNSTILE_URL", fromEnvironment = "PLACET_TURNSTILE_URL"),
    # 1 permits webhooks to plain HTTP and private network addresses; see local.capnp.
    (name = "PLACET_LOCAL_WEBHOOKS", fromEnvironment = "PLACET_LOCAL_WEBHOOKS"),
  ],
);

# The files that the worker answers with: the contract and its page. On Cloudflare they are static assets.
const assets :Workerd.Worker = (
  modules = [
    (name = "assets.js", esModule = embed "assets.js"),
    (name = "openapi.json", text = embed "../../build/assets/openapi.json"),
    (name = "docs.html", text = embed "../../build/assets/docs.html"),
  ],
  compatibilityDate = "2026-04-01",
);
