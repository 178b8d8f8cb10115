// The element in Vue. A render function, since a Content-Security-Policy as this shop's lets no template be compiled in the page.

import { createApp, h, ref } from "vue";

const Newsletter = {
  props: ["endpoint", "publishableKey"],
  setup({ endpoint, publishableKey }) {
    const thanked = ref(false);
    return () => [
      h("placet-optin", {
        endpoint, "publishable-key": publishableKey, notice: "newsletter-optin", "form-name": "example-vue",
        "onPlacet:submitted": () => { thanked.value = true; },
      }),
      thanked.value ? h("p", { role: "status" }, "Vue says thank you.") : null,
    ];
  },
};

export const start = (root, { endpoint, key }) => createApp(Newsletter, { endpoint, publishableKey: key }).mount(root);
