// The files of the contract, as a service that the worker asks on plain workerd. On Cloudflare the platform's static
// assets take this place.

import contract from "openapi.json";
import page from "docs.html";

const FILES = { "/openapi.json": contract, "/docs.html": page };

export default {
  fetch(request) {
    const file = FILES[new URL(request.url).pathname];
    return file === undefined ? new Response(null, { status: 404 }) : new Response(file);
  },
};
