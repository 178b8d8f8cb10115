// Converts a question into numbers, and a verdict into a decision. The rules and sentences come from the edge, with the
// shop's settings; see src/consent/decision_table.rs.

/** The reasons in the order of `Finding` in src/consent/judge.rs. A number beyond them is an allow. */
const REASONS =
  "never_asked declined opted_out objected suppressed channel_off no_address restricted basis_not_accepted basis_not_accepted under_age under_age expired awaiting_confirmation".split(" ");

/** Used until the shop's settings have arrived: the strictest of all rules, without texts. */
const STRICTEST = {
  terms: [{ rule: { id: "any", law: "", article: "" }, override: null, numbers: [-864e13, 864e13, 4, 1, 0, 0, 0, 36, 60, 0] }],
  places: {},
  ages: { "": 16 },
};

/** Returns the time as a text. An act of unknown age has a time before the year 1. */
const date = (time) => (time < -62135596800000 ? "an unknown date" : new Date(time).toISOString());

/** Returns the object that known.rs reads its numbers from and passes its verdict to. */
export const question = (settings, tracks, channel, purpose, person, time) => {
  const { terms, places, ages, words } = settings?.decisions?.ages ? settings.decisions : STRICTEST;
  const { region, relation, born, restricted, reachable } = person ?? {};
  const country = /^[A-Z]{2}$/.test(person?.country) ? person.country : "";
  const of = places[channel] ?? {};
  const narrowest = settings?.policy?.transactional?.includes(purpose)
    ? of.transactional
    : [`${country}-${region}`, country, ""].map((key) => (relation === "business" && of[`${key}/business`]) || of[key]).find(Boolean);
  const rows = (narrowest ?? [0]).map((number) => terms[number]);
  const numbers = [
    // A person born on 29 February comes of age on 1 March.
    time, Date.parse(`${born}T00:00Z`) + (/-02-29$/.test(born) ? 864e5 : 0), reachable === false, !!restricted, ages[country] ?? ages[""],
    tracks.length, ...tracks.flatMap((track) => [track.act, track.assurance, track.at]),
    rows.length, ...rows.flatMap((row) => row.numbers),
  ].values();

  return {
    next: () => numbers.next().value,
    judged(finding, entry, against, lapses, row, age, until) {
      const { rule, override, opening } = rows[row];
      const reason = REASONS[finding] ?? null;
      const [basis = null, dealing = null] = words?.grounds[tracks[entry]?.act]?.[0].split(":") ?? [];
      const times = { lapses, until };
      const say = (template, { act, assurance, at } = {}) => {
        const said = { ground: words.grounds[act]?.[1], assurance: words.assurances[assurance], age };
        times.date = at;
        return template.replace(/{(\w+)}/g, (_, name) => said[name] ?? date(times[name]));
      };
      return {
        allow: !reason,
        reason,
        record: tracks[entry]?.id ?? null,
        basis,
        dealing,
        rule,
        until: until ? date(until) : null,
        override,
        explain: words
          ? [
              ...opening,
              say(words.findings[finding], tracks[entry]),
              ...(against < 0 ? [] : [say(words.against[+(tracks[against].act < 10)], tracks[against])]),
              ...(until ? [say(words.until[+!!reason])] : []),
            ]
          : [],
      };
    },
  };
};
