// Updates Shopify's Customer Privacy API with the person's choices.

/**
 * Sets Shopify's tracking consent, now and whenever a decision changes. `signals` names the channel and purpose that
 * each of `analytics`, `marketing`, `preferences` and `sale_of_data` depends on; a signal that is left out is not
 * changed. The API must be loaded: `Shopify.loadFeatures([{ name: "consent-tracking-api", version: "0.1" }])`. If the
 * browser sends Global Privacy Control, `sale_of_data` is `false`.
 */
export const shopifyPrivacy = (placet, signals, api = globalThis.Shopify?.customerPrivacy) => {
  const update = () => {
    const consent = {};
    for (const [signal, { channel, purpose }] of Object.entries(signals)) {
      const signalled = signal === "sale_of_data" && globalThis.navigator?.globalPrivacyControl === true;
      consent[signal] = !signalled && placet.decide(channel, purpose).allow;
    }
    api.setTrackingConsent(consent, () => {});
  };
  update();
  return placet.on("change", update);
};
