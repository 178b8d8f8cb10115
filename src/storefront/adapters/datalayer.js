// Reports submissions to tag managers, without any data about the person.

/** Pushes `placet_submitted` and `placet_queued` to a data layer, with nothing but the id of the submission. */
export const dataLayerPush = (placet, layer = (globalThis.dataLayer ??= [])) => {
  const ends = ["submitted", "queued"].map((name) => placet.on(name, ({ id }) => layer.push({ event: `placet_${name}`, placet_submission: id })));
  return () => {
    for (const end of ends) end();
  };
};
