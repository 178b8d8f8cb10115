// Google Consent Mode v2 follows what the person has chosen.

/**
 * Tells `gtag` what may be done, now and whenever it changes. `signals` names for each of its signals the channel and purpose by
 * which it goes. Set the default to `denied` before any tag loads, as Google asks; this sends updates.
 */
export const googleConsent = (placet, signals, gtag = globalThis.gtag) => {
  const update = () => {
    const may = Object.entries(signals).map(([signal, { channel, purpose }]) => [signal, placet.decide(channel, purpose).allow ? "granted" : "denied"]);
    gtag("consent", "update", Object.fromEntries(may));
  };
  update();
  return placet.on("change", update);
};
