// The element in Vue. It uses a render function, because this shop's Content-Security-Policy does not allow templates
// to be compiled in the page.

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
