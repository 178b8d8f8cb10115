// Tag managers hear of what happens, and of nobody whom it happens to.

/** Pushes `placet_submitted` and `placet_queued` to a data layer: the id of a submission alone. */
export const dataLayerPush = (placet, layer = (globalThis.dataLayer ??= [])) => {
  const ends = ["submitted", "queued"].map((name) => placet.on(name, ({ id }) => layer.push({ event: `placet_${name}`, placet_submission: id })));
  return () => {
    for (const end of ends) end();
  };
};
