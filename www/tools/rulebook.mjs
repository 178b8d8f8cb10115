// Writes the table of legal rules for review and signature by a lawyer: a page, and the same as CSV.
//
//   node www/tools/rulebook.mjs [--check] [directory]     default: www/docs
//
// The output depends only on the table, so a change of the law is visible as a change of these files. With --check
// nothing is written; the differing files are named.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { stringify } from "csv-stringify/sync";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const { ages, reasons, rules } = await import(new URL("../../pkg/logic/node.js", import.meta.url)).catch((error) => {
  console.error(`[rulebook] ${error.message}\n[rulebook] the table comes from pkg/logic; try: node www/tools/dist.mjs logic`);
  process.exit(2);
});

const table = rules();
const ids = new Set(table.map(({ id }) => id));

// Names. A value without a name stops the build: no page is better than a page that says less than the table.

const CHANNELS = { email: "e-mail", sms: "SMS", phone: "phone", whatsapp: "WhatsApp", push: "push", post: "post" };
const RELATIONS = { consumer: "consumers only", business: "businesses only" };

const REFUSABLE = "that the person could refuse when the address was taken";
const SIMILAR = "that only the shop’s own similar products are advertised";

/**
 * The grounds: the words of a decision, what each is, and what proves it. `family` is the short word in the overview.
 */
const GROUNDS = {
  consent: { family: "consent", words: "consent", is: "The person’s own yes, to this channel and purpose.", shown: "The yes itself: the words that were shown, when and where, and how it is known that the person acted." },
  "soft_opt_in:purchase": { family: "soft opt-in", words: "soft opt-in from a purchase", is: "The person bought from the shop.", shown: `A reference to the sale; ${REFUSABLE}; ${SIMILAR}.` },
  "soft_opt_in:negotiation": { family: "soft opt-in", words: "soft opt-in from negotiations", is: "The person negotiated with the shop about a sale.", shown: `A reference to the talks; ${REFUSABLE}; ${SIMILAR}.` },
  "soft_opt_in:free_account": { family: "soft opt-in", words: "soft opt-in from a free account", is: "The person opened a free account of an offer that is also sold.", shown: `A reference to the account; ${REFUSABLE}; ${SIMILAR}.` },
  "soft_opt_in:support": { family: "soft opt-in", words: "soft opt-in from a charity’s supporter", is: "The person supported the charity that sends, or was interested in its aims.", shown: `A reference to the support; ${REFUSABLE}.` },
  "implied:purchase": { family: "implied", words: "implied consent from a purchase", is: "The person bought from the shop.", shown: "A reference to the sale." },
  "implied:contract": { family: "implied", words: "implied consent from a contract", is: "The person has a contract with the shop that runs, such as a subscription.", shown: "A reference to the contract." },
  "implied:inquiry": { family: "implied", words: "implied consent from an inquiry", is: "The person asked about what the shop sells.", shown: "A reference to the inquiry." },
  legitimate_interest: { family: "legitimate interest", words: "legitimate interest", is: "The shop’s interest, weighed against the person’s.", shown: "The document that weighs the interests; where the row says so, also a look-up in the do-not-call register." },
  contract: { family: "contract", words: "contract", is: "The message is needed to perform a contract with the person. Never for advertising.", shown: "A reference to the contract." },
};

/** The reliability of a row. A checked row has no mark in the overview, so that the exceptions are visible. */
const MARKS = {
  checked: { mark: "checked", means: "Read in the law itself, or in a text of a court or an authority." },
  second_hand: { mark: "[2nd]", means: "Second hand: read in somebody’s account of the law." },
  general_knowledge: { mark: "[GK]", means: "General knowledge: read nowhere in particular. To be verified before anything rests on it." },
};

const REGIONS = {
  "US-CA": "California", "US-CT": "Connecticut", "US-FL": "Florida", "US-MD": "Maryland", "US-MS": "Mississippi",
  "US-NJ": "New Jersey", "US-OK": "Oklahoma", "US-RI": "Rhode Island", "US-TX": "Texas",
};
const countryNames = new Intl.DisplayNames(["en-GB"], { type: "region" });

/** A law that changes at midnight changes at midnight in its own country, so the time there is shown. */
const ZONES = { FR: "Europe/Paris", GB: "Europe/London" };

/** Texts of the table that are not English, marked for screen readers. */
const FOREIGN = [
  ["fr", "Code de la consommation"], ["fr", "référentiel gestion commerciale"], ["fr", "loi 2025-594"], ["fr", "décret 2022-1313"],
  ["it", "Codice privacy"], ["it", "Registro pubblico delle opposizioni"],
  ["pl", "Prawo komunikacji elektronicznej"], ["nl", "Telecommunicatiewet"], ["pt", "Não me perturbe"],
];

/**
 * The age if the country is not known: `STRICTEST_AGE`, which no function of the module returns. The tests ask
 * `decide`.
 */
const STRICTEST_AGE = 16;

function word(words, key) {
  if (!Object.hasOwn(words, key)) throw new Error(`no words for ${key}`);
  return words[key];
}

// Markup. A value in a template is escaped unless it is Markup itself.

class Markup {
  constructor(text) {
    this.text = text;
  }
}
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (value) => String(value).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);

function html(strings, ...values) {
  const put = (value) => {
    if (value instanceof Markup) return value.text;
    if (Array.isArray(value)) return value.map(put).join("");
    return value === null || value === undefined || value === false ? "" : escaped(value);
  };
  return new Markup(strings.reduce((text, string, place) => text + put(values[place - 1]) + string));
}

const joined = (parts, by) => parts.flatMap((part, place) => (place ? [by, part] : [part]));

/** Returns a text of the table, with the language of parts that are not English. */
function prose(text) {
  const found = FOREIGN.find(([, phrase]) => text.includes(phrase));
  if (!found) return html`${text}`;
  const [language, phrase] = found;
  const at = text.indexOf(phrase);
  return html`${prose(text.slice(0, at))}<span lang="${language}">${phrase}</span>${prose(text.slice(at + phrase.length))}`;
}

/** Lets long addresses break after a slash, a dot or a hyphen. */
const breakable = (address) => joined(address.split(/(?<=[/.-])/), html`<wbr>`);

/** Makes a link of the address. Text after it, or a source without an address, stays text. */
function sourceMarkup(source) {
  const [, address, rest] = /^(https?:\/\/\S+)?(.*)$/s.exec(source);
  if (!address) return prose(rest);
  return html`<a href="${address}" rel="external noreferrer">${breakable(address.replace(/^https:\/\//, "").replace(/\/$/, ""))}</a>${prose(rest)}`;
}

const markOf = (confidence) => {
  const { mark, means } = word(MARKS, confidence);
  return html`<abbr class="mark ${confidence}" title="${means}">${mark}</abbr>`;
};

// Places

const ANY = "*";
const EEA = "EEA";
const [country, region] = [(place) => place.split("-")[0], (place) => place.split("-")[1]];
const isCountry = (place) => /^[A-Z]{2}$/.test(place);
const isRegion = (place) => /^[A-Z]{2}-/.test(place);

function placeName(place) {
  if (place === ANY) return "Any place";
  if (place === EEA) return "European Economic Area";
  return isRegion(place) ? (REGIONS[place] ?? place) : countryNames.of(place);
}

const byName = (a, b) => (placeName(a) < placeName(b) ? -1 : 1);
const unique = (list) => [...new Set(list)];
const known = table.map(({ jurisdiction }) => jurisdiction);
const countries = unique([...ages().map((age) => age.country), ...known.filter(isCountry), ...known.filter(isRegion).map(country)]).sort(byName);
const regions = unique(known.filter(isRegion)).sort((a, b) => byName(country(a), country(b)) || byName(a, b));
const inEEA = (place) => rules({ country: place }).some(({ jurisdiction }) => jurisdiction === EEA);

// Rows

const order = Object.keys(CHANNELS);
const sortedChannels = (row) => order.filter((channel) => row.channels.includes(channel));
const sortKey = (row) => [
  order.indexOf(sortedChannels(row)[0]),
  row.relation === "business" ? 1 : 0,
  row.from ? Date.parse(row.from) : -Infinity,
];
function byRow(a, b) {
  const [left, right] = [sortKey(a), sortKey(b)];
  const differing = left.findIndex((value, place) => value !== right[place]);
  if (differing >= 0) return left[differing] - right[differing];
  return a.id < b.id ? -1 : 1;
}

/** Returns whether this is the one row that is not about marketing. */
const isTransactional = ({ id }) => id === "transactional";

/** The rows under the headings of the page, in order. */
const groups = [
  { anchor: "any-place", title: "Any other or unknown place", of: (row) => row.jurisdiction === ANY && !isTransactional(row) },
  { anchor: "eea", title: placeName(EEA), of: (row) => row.jurisdiction === EEA },
  ...countries.flatMap((place) => [
    { anchor: `place-${place.toLowerCase()}`, title: placeName(place), of: (row) => row.jurisdiction === place },
    {
      anchor: `place-${place.toLowerCase()}-parts`,
      title: `${placeName(place)}: states with rows of their own`,
      of: (row) => isRegion(row.jurisdiction) && country(row.jurisdiction) === place,
    },
  ]),
  { anchor: "no-advertising", title: "Messages that are no advertising, any place", of: isTransactional },
]
  .map(({ of, ...group }) => ({
    ...group,
    rows: table.filter(of).sort((a, b) => (a.jurisdiction === b.jurisdiction ? byRow(a, b) : byName(a.jurisdiction, b.jurisdiction))),
  }))
  .filter(({ rows }) => rows.length > 0);

const listed = groups.flatMap(({ rows }) => rows);
if (listed.length !== table.length || new Set(listed).size !== table.length) throw new Error("a row has no group, or more than one");

/** Returns the grounds of a row in a few words. */
function shortWords(row) {
  const families = unique(row.grounds.map((ground) => word(GROUNDS, ground).family));
  const words = families.map((name) => {
    if (name === "consent" && row.confirmation) return "confirmed consent";
    return name === "legitimate interest" && row.limits.screening_days ? "legitimate interest, screened" : name;
  });
  return joined(words.map((one) => (one.includes("-") ? html`<i class="whole">${one}</i>` : one)), " + ");
}

/**
 * Returns the limits of a row in sentences: those of grounds that it accepts, and those of grounds that it does not
 * accept, which matter only if a shop overrides the row.
 */
function limitWords(row) {
  const { purchase_months, inquiry_months, inactivity_months, disuse_months, screening_days, ...unknown } = row.limits;
  if (Object.keys(unknown).length > 0) throw new Error(`${row.id} has a limit that has no words: ${Object.keys(unknown)}`);
  const told = [
    [purchase_months, ["implied:purchase", "implied:contract"], `Implied consent lapses ${purchase_months} months after the purchase or contract.`],
    [inquiry_months, ["implied:inquiry"], `Implied consent lapses ${inquiry_months} months after the inquiry.`],
    [inactivity_months, row.grounds, `Every ground lapses ${inactivity_months} months after the person last turned to the shop, or after it arose if that is later.`],
    [disuse_months, row.grounds, `Every ground lapses ${disuse_months} months after the shop last used it, or after it arose if that is later.`],
    [screening_days, ["legitimate_interest"], `Legitimate interest needs a look-up in the do-not-call register, ${screening_days} days old at most.`],
  ].filter(([limit]) => limit);
  const accepted = ([, grounds]) => grounds.some((ground) => row.grounds.includes(ground));
  const words = (some) => some.map(([, , sentence]) => sentence);
  return { now: words(told.filter(accepted)), overridden: words(told.filter((one) => !accepted(one))) };
}

/** Formats a time in the time zone of a place. */
function localTime(instant, place) {
  const zone = ZONES[place] ?? "UTC";
  const parts = (timeZone, options) => new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(new Date(instant));
  const day = { day: "numeric", month: "long", year: "numeric" };
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const city = zone === "UTC" ? "UTC" : `in ${zone.split("/")[1]}`;
  const [there, utc] = [zone, "UTC"].map((one) => `${parts(one, day)}, ${parts(one, clock)}`);
  return { date: parts(zone, day), full: there === utc ? `${utc} ${city}` : `${there} ${city} (${utc} UTC)` };
}

const timeMarkup = (instant, row, kind) => html`<time datetime="${instant}">${localTime(instant, country(row.jurisdiction))[kind]}</time>`;

function inForce(row) {
  const from = row.from && html`from ${timeMarkup(row.from, row, "full")}`;
  const to = row.to && html`until ${timeMarkup(row.to, row, "full")}`;
  const period = from && to ? html`${from} ${to}` : from || to;
  return period && html`<p data-field="in-force" class="period">${period}</p>`;
}

const list = (field, items) => html`<ul data-field="${field}">${items.map((item) => html`<li>${item}</li>`)}</ul>`;
const nil = (field, words) => html`<p data-field="${field}" class="nil">${words}</p>`;
const rowLink = (id) => html`<a href="#${id}"><code>${id}</code></a>`;

function ruleMarkup(row) {
  const rivals = row.relation ? [] : table.filter((other) => other.relation && other.jurisdiction === row.jurisdiction && other.channels.some((channel) => row.channels.includes(channel)));
  const limits = limitWords(row);
  const late = row.deadline !== "at once";
  return html`
<tr id="${row.id}">
<th scope="row"><a href="#${row.id}"><code>${row.id}</code></a> <span data-field="jurisdiction">${placeName(row.jurisdiction)}</span> ${markOf(row.confidence)}</th>
<td><p data-field="channels">${joined(sortedChannels(row).map((channel) => word(CHANNELS, channel)), ", ")}</p><p data-field="relation">${row.relation ? word(RELATIONS, row.relation) : "consumers and businesses"}</p>${rivals.map(({ id, relation }) => html`<p class="aside">for ${relation === "business" ? "businesses" : "consumers"} ${rowLink(id)} goes before it</p>`)}${inForce(row)}</td>
<td>${list("grounds", row.grounds.map((ground) => word(GROUNDS, ground).words))}</td>
<td><p data-field="confirmation"${row.confirmation ? "" : html` class="nil"`}>${row.confirmation ? "A consent from an anonymous form waits until the address has confirmed it." : "No confirmation asked for."}</p>${limits.now.length ? list("limits", limits.now) : nil("limits", "No limit in time.")}${limits.overridden.length > 0 && html`<p class="aside">Only where a shop overrides this row:</p>${list("limits-if-overridden", limits.overridden)}`}</td>
<td><p data-field="deadline">${late ? `within ${row.deadline}` : row.deadline}</p>${late && html`<p class="aside">placet: at once</p>`}</td>
<td><p data-field="law">${prose(row.law)}</p><p data-field="article">${prose(row.article)}</p>${row.sources.length ? list("sources", row.sources.map(sourceMarkup)) : nil("sources", "No source named.")}</td>
<td>${row.duties ? html`<p data-field="duties">${prose(row.duties)}</p>` : nil("duties", "none listed")}</td>
<td>${row.note ? html`<p data-field="note">${prose(row.note)}</p>` : nil("note", "none")}</td>
</tr>`;
}

/** Returns a table in a region that scrolls by itself, also by keyboard. */
function scrolling(label, kind, caption, head, body) {
  return html`
<section class="scroll" tabindex="0" aria-label="${label}">
<table class="${kind}">
<caption>${caption instanceof Markup ? caption : html`<span>${caption}</span>`}</caption>
<thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
${body}
</table>
</section>`;
}

// The overview

function matrixCell(query) {
  const consumer = rules(query);
  const business = rules({ ...query, relation: "business" });
  const same = consumer.map(({ id }) => id).join() === business.map(({ id }) => id).join();
  const entry = (row, relation) => html`<p data-for="${relation}">${relation === "business" && html`<span class="aside">businesses:</span> `}${(row.from || row.to) && html`<span class="aside">${row.from && html`from ${timeMarkup(row.from, row, "date")}`}${row.from && row.to && " and "}${row.to && html`before ${timeMarkup(row.to, row, "date")}`}:</span> `}<a href="#${row.id}"><span>${shortWords(row)}</span> <code>${row.id}</code></a>${row.confidence !== "checked" && html` ${markOf(row.confidence)}`}</p>`;
  return html`<td>${consumer.map((row) => entry(row, "consumer"))}${!same && business.map((row) => entry(row, "business"))}</td>`;
}

function matrixRow(place) {
  const query = place === ANY ? {} : { country: country(place), ...(isRegion(place) && { region: region(place) }) };
  return html`
<tr><th scope="row">${place === ANY ? "Any other, or unknown" : placeName(place)} <small>${place}</small></th>${order.map((channel) => matrixCell({ ...query, channel }))}</tr>`;
}

const matrixGroup = (title, places) => places.length > 0 && html`
<tbody>
<tr class="group"><th scope="rowgroup" colspan="${order.length + 1}">${title}</th></tr>${places.map(matrixRow)}
</tbody>`;

const overview = scrolling(
  "Overview of places and channels", "matrix", "The grounds that are accepted for advertising to a consumer, by place and channel",
  ["Place", ...order.map((channel) => CHANNELS[channel])],
  html`${[
    matrixGroup("European Economic Area", countries.filter(inEEA)),
    matrixGroup("Other countries", countries.filter((place) => !inEEA(place))),
    ...unique(regions.map(country)).map((place) => matrixGroup(`States of the ${placeName(place)} that have rows of their own; in all others the row of the country decides`, regions.filter((one) => country(one) === place))),
    matrixGroup("Everywhere else", [ANY]),
  ]}`,
);

// The page

const style = readFileSync(join(root, "www/tools/rulebook.css"), "utf8").trim();

const CSV_OPTIONS = {
  header: true,
  record_delimiter: "\r\n",
  // Without the byte order mark spreadsheets read the file in an old encoding and show "§" as two characters.
  bom: true,
  cast: { boolean: String },
};
const several = (list) => list.join(" | ");
const rulesCsv = stringify(
  table.map(({ limits, ...row }) => {
    const { id, jurisdiction, relation, channels, from, to, grounds, confirmation, deadline, law, article, duties, note, confidence, sources, ...unknown } = row;
    if (Object.keys(unknown).length > 0) throw new Error(`a field that has no column: ${Object.keys(unknown)}`);
    return {
      id, jurisdiction, relation, channels: several(channels), from, to, grounds: several(grounds), confirmation, ...limits,
      deadline, law, article, duties, note, confidence, sources: several(sources),
    };
  }),
  CSV_OPTIONS,
);
const agesCsv = stringify(ages(), CSV_OPTIONS);

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const count = (confidence) => table.filter((row) => row.confidence === confidence).length;
const number = (many, one, more = `${one}s`) => `${many} ${many === 1 ? one : more}`;
const jurisdictions = unique(listed.map((row) => (isTransactional(row) ? "transactional" : row.jurisdiction)));

const sections = [
  ["overview", "Overview"], ["grounds", "Grounds"], ["rules", "Rules"], ["ages", "Ages"], ["reasons", "Reasons for a no"], ["review", "Review"],
];
const heading = (anchor) => {
  const place = sections.findIndex(([id]) => id === anchor);
  return html`<h2 id="${anchor}"><span class="numeral">${place + 1}</span> ${sections[place][1]}</h2>`;
};

const page = html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="The table of legal rules by which placet decides who may be written to, messaged or called.">
<title>The rules of channel consent: the table by which placet decides</title>
<style>
${new Markup(style)}
@media print { @page { @bottom-left { content: "placet, the rules of channel consent; table ${sha256(rulesCsv).slice(0, 16)}"; } } }
</style>
</head>
<body>
<a class="skip" href="#main">Skip to the table</a>
<header>
<p class="eyebrow">placet · table of legal rules</p>
<h1>The rules of channel consent</h1>
<p class="lede">Who may be sent advertising by <span class="whole">e-mail</span>, text message, phone, WhatsApp, push and post; on which ground; and by which law. These ${table.length} rows are what placet decides by.</p>
<nav aria-label="Contents"><ol>${sections.map(([anchor, title]) => html`<li><a href="#${anchor}">${title}</a></li>`)}</ol></nav>
</header>
<main id="main" tabindex="-1">
<section class="intro" aria-labelledby="reading">
<h2 id="reading" class="plain">How to read it</h2>
<div class="columns">
<p><strong>Every decision names one of these rows</strong> by its id, with the law and article. Who asks why a message was sent, or was not, finds the answer here.</p>
<p><strong>The narrowest row decides.</strong> A part of a country goes before the country, the country before the European Economic Area, and that before any place. A row for businesses goes before one for everyone; who is not known to be a business is a consumer.</p>
<p><strong>Unknown places get the strictest.</strong> Where the country is not known, or no row is there for it and the channel, ${rowLink("any")} decides, for calls ${rowLink("any-phone")}: as strict as every other row in every respect. Where only the part of a country is not known, the country’s row decides, and a state may be stricter.</p>
<p><strong>A no prevails.</strong> placet honours it at once, whatever time the law would leave; only the person’s own later yes ends it.</p>
<p><strong>A shop may ask for more.</strong> placet itself does: unless the shop says otherwise, a consent from an anonymous form waits for the address on every channel, also where the row does not ask for that. A shop may ask for less only by an override that names the row and a reason; every decision repeats the reason.</p>
<p><strong>A row cannot see everything.</strong> What is under “Other duties”, such as the hours of calls or the words of a message, no decision checks. That stays with the shop.</p>
<p><strong>This is no legal advice.</strong> It is how the makers of placet read the law. Have it reviewed where you send; the <a href="#review">last section</a> is made for that. The same table is there as data: <a href="rules.csv">rules.csv</a> and <a href="ages.csv">ages.csv</a>.</p>
</div>
<h3 id="marks">How sure we are</h3>
<dl class="marks">${Object.entries(MARKS).map(([confidence, { means }]) => html`
<div><dt>${markOf(confidence)} <span class="aside">${number(count(confidence), "row")}</span></dt><dd>${means}</dd></div>`)}
</dl>
</section>

<section aria-labelledby="overview">
${heading("overview")}
<p class="say">Each cell leads to the row that decides. <b>Confirmed consent</b>: a consent from an anonymous form waits until the address has confirmed it. <b>Screened</b>: only after a look-up in the do-not-call register of the country. Where another row decides for businesses, the cell says so. A cell without a mark is checked.</p>
${overview}
</section>

<section aria-labelledby="grounds">
${heading("grounds")}
<p class="say">What a message may rest on, where the row of the place and channel accepts it.</p>
${scrolling("Grounds", "words grounds", "The grounds, what each is and what the shop has to have on record", ["Ground", "In decisions", "What it is", "What has to be on record"], html`
<tbody>${Object.entries(GROUNDS).map(([ground, { words, is, shown }]) => html`
<tr><th scope="row">${words}</th><td><code>${ground}</code></td><td>${is}</td><td>${shown}</td></tr>`)}
</tbody>`)}
</section>

<section aria-labelledby="rules">
${heading("rules")}
<p class="say">By jurisdiction, channel and time. A row without a date is in force without one. Under “An opt-out is honoured” stands what the law asks for; placet honours it at once.</p>
<nav aria-label="Jurisdictions"><ul class="jump">${groups.map(({ anchor, title }) => html`<li><a href="#${anchor}">${title}</a></li>`)}</ul></nav>
${groups.map(({ anchor, title, rows }) => html`${scrolling(`Rules: ${title}`, "rules", html`<h3 id="${anchor}">${title}</h3>`, ["Row", "For", "Accepted grounds", "Confirmation and limits", "An opt-out is honoured", "Law and sources", "Other duties", "Note"], html`<tbody>${rows.map(ruleMarkup)}
</tbody>`)}`)}
</section>

<section aria-labelledby="ages">
${heading("ages")}
<p class="say">From which age on a person’s own act counts (GDPR Art. 8(1) and its relatives). A ground that arose before does not count. Where the birthday is not known the ground counts, unless the shop asks for the age.</p>
${scrolling("Ages", "words ages", "The age from which on a person’s own act counts, by country", ["Country", "Age", "Mark", "Note"], html`
<tbody>${ages().sort((a, b) => byName(a.country, b.country)).map((age) => html`
<tr><th scope="row">${placeName(age.country)} <small>${age.country}</small></th><td>${age.years ?? "none by law"}</td><td>${markOf(age.confidence)}</td><td>${prose(age.note)}</td></tr>`)}
<tr><th scope="row">Any other, or unknown <small>${ANY}</small></th><td>${STRICTEST_AGE}</td><td></td><td>the highest that GDPR Art. 8(1) allows</td></tr>
</tbody>`)}
</section>

<section aria-labelledby="reasons">
${heading("reasons")}
<p class="say">A decision that denies a message names one of these.</p>
${scrolling("Reasons", "words reasons", "The reasons for which a message is denied, and what each means", ["Reason", "What it means"], html`
<tbody>${reasons().map(({ reason, meaning }) => html`
<tr><th scope="row"><code>${reason}</code></th><td>${meaning}</td></tr>`)}
</tbody>`)}
</section>

<section class="review" aria-labelledby="review">
${heading("review")}
<p class="say">For a printed copy: A4, landscape. What is signed is this state of the table and no later one; it is known by the SHA-256 of its files.</p>
<dl class="state">
<div><dt>rules.csv</dt><dd><code>${sha256(rulesCsv)}</code></dd></div>
<div><dt>ages.csv</dt><dd><code>${sha256(agesCsv)}</code></dd></div>
</dl>
${scrolling("Review", "sign", "Reviewed, by jurisdiction", ["Jurisdiction", "Rows", "Remarks", "Reviewed by", "Date and signature"], html`
<tbody>${jurisdictions.map((place) => {
    const rows = listed.filter((row) => (isTransactional(row) ? "transactional" : row.jurisdiction) === place);
    const name = place === "transactional" ? "Messages that are no advertising" : place === ANY ? "Any other or unknown place" : isRegion(place) ? `${placeName(country(place))}: ${placeName(place)}` : placeName(place);
    return html`
<tr><th scope="row">${name}</th><td>${joined(rows.map(({ id }) => html`<code>${id}</code>`), ", ")}</td><td></td><td></td><td></td></tr>`;
  })}
<tr><th scope="row">Ages</th><td>all ${ages().length + 1}</td><td></td><td></td><td></td></tr>
</tbody>`)}
</section>
</main>
</body>
</html>
`.text;

// Checks that every link inside the page has exactly one target.
const anchors = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
if (new Set(anchors).size !== anchors.length) throw new Error(`two places have one id: ${anchors.find((id, place) => anchors.indexOf(id) !== place)}`);
for (const [, target] of page.matchAll(/ href="#([^"]*)"/g)) {
  if (!anchors.includes(target)) throw new Error(`a link leads nowhere: #${target}`);
}

const asked = process.argv.slice(2);
const check = asked.includes("--check");
const directory = asked.find((word) => !word.startsWith("-")) ?? join(root, "www/docs");
let differing = 0;
if (!check) mkdirSync(directory, { recursive: true });
for (const [name, text] of [["rules.html", page], ["rules.csv", rulesCsv], ["ages.csv", agesCsv]]) {
  const file = join(directory, name);
  const there = existsSync(file) ? readFileSync(file, "utf8") : null;
  if (there === text) continue;
  if (!check) {
    writeFileSync(file, text);
    console.log(`[rulebook] ${name}: written`);
    continue;
  }
  differing += 1;
  if (there === null) console.error(`[rulebook] ${name} is missing`);
  else {
    const [was, is] = [there, text].map((one) => one.split("\n"));
    const line = is.findIndex((words, place) => words !== was[place]);
    console.error(`[rulebook] ${name} is not what the table gives, from line ${(line < 0 ? is.length : line) + 1} on`);
  }
}
if (differing > 0) {
  console.error("[rulebook] print it anew: node www/tools/rulebook.mjs");
  process.exitCode = 1;
}
