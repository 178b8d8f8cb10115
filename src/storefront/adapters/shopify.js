// Shopify's Customer Privacy API follows what the person has chosen.

/**
 * Sets Shopify's tracking consent, now and whenever it changes. `signals` names for `analytics`, `marketing`, `preferences` and
 * `sale_of_data` the channel and purpose by which each goes; what is left out stays as it is. The API has to be loaded:
 * `Shopify.loadFeatures([{ name: "consent-tracking-api", version: "0.1" }])`. With Global Privacy Control, `sale_of_data` is no.
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
