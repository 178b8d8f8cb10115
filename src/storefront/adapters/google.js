// Updates Google Consent Mode v2 with the person's choices.

/**
 * Calls `gtag` with the current decisions, now and whenever they change. `signals` names the channel and purpose that
 * each signal of Google depends on. Set the default to `denied` before any tag loads, as Google requires; this function
 * sends updates only.
 */
export const googleConsent = (placet, signals, gtag = globalThis.gtag) => {
  const update = () => {
    const may = Object.entries(signals).map(([signal, { channel, purpose }]) => [signal, placet.decide(channel, purpose).allow ? "granted" : "denied"]);
    gtag("consent", "update", Object.fromEntries(may));
  };
  update();
  return placet.on("change", update);
};
