# The edge on a developer's machine, for development and tests: as in workerd.capnp, but webhooks may use private
# network addresses, such as that of the demo shop. Set PLACET_LOCAL_WEBHOOKS=1 as well. Not for production.
using Workerd = import "/workerd/workerd.capnp";
using Edge = import "workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "placet", worker = Edge.placet),
    (name = "assets", worker = Edge.assets),
    (name = "disk", disk = (path = "data/disk", writable = true)),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "placet")],
);
