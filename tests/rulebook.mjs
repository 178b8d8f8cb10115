// Compares the printed table of rules with the table in the code: the committed page as Chromium reads it, and the CSV
// as an independent parser reads it. The expected texts of the cells are written here a second time by hand, so that
// the test does not repeat a mistake of the printer.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { ages, decide, reasons, rules } from "../pkg/logic/node.js";

const require = createRequire(new URL("../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const { parse } = require("csv-parse/sync");
const axeSource = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const docs = fileURLToPath(new URL("../www/docs/", import.meta.url));
const printer = fileURLToPath(new URL("../www/tools/rulebook.mjs", import.meta.url));
const FILES = ["rules.html", "rules.csv", "ages.csv"];
const scratch = await mkdtemp(join(tmpdir(), "placet-rulebook-"));
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROME ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});

after(async () => {
  await browser?.close();
  await rm(scratch, { recursive: true, force: true });
});

async function openPage(options) {
  const page = await (await browser.newContext({ locale: "en-GB", ...options })).newPage();
  page.fetched = [];
  page.on("request", (request) => page.fetched.push(request.url()));
  await page.goto(pathToFileURL(join(docs, "rules.html")).href);
  return page;
}

// The expected values

const CHANNELS = ["email", "sms", "phone", "whatsapp", "push", "post"];
const CHANNEL_WORDS = { email: "e-mail", sms: "SMS", phone: "phone", whatsapp: "WhatsApp", push: "push", post: "post" };
const RELATION_WORDS = { null: "consumers and businesses", consumer: "consumers only", business: "businesses only" };
const GROUND_WORDS = {
  consent: "consent",
  "soft_opt_in:purchase": "soft opt-in from a purchase",
  "soft_opt_in:negotiation": "soft opt-in from negotiations",
  "soft_opt_in:free_account": "soft opt-in from a free account",
  "soft_opt_in:support": "soft opt-in from a charity’s supporter",
  "implied:purchase": "implied consent from a purchase",
  "implied:contract": "implied consent from a contract",
  "implied:inquiry": "implied consent from an inquiry",
  legitimate_interest: "legitimate interest",
  contract: "contract",
};
const MARKS = { checked: "checked", second_hand: "[2nd]", general_knowledge: "[GK]" };
const NAMES = {
  "*": "Any place", EEA: "European Economic Area",
  "US-CA": "California", "US-CT": "Connecticut", "US-FL": "Florida", "US-MD": "Maryland", "US-MS": "Mississippi",
  "US-NJ": "New Jersey", "US-OK": "Oklahoma", "US-RI": "Rhode Island", "US-TX": "Texas",
};
const nameOf = (place) => NAMES[place] ?? new Intl.DisplayNames(["en-GB"], { type: "region" }).of(place);

/** The instants at which a law changes, in local notation. */
const INSTANTS = {
  "2026-08-10T22:00:00.000Z": { date: "11 August 2026", full: "11 August 2026, 00:00 in Paris (10 August 2026, 22:00 UTC)" },
  "2026-02-05T00:00:00.000Z": { date: "5 February 2026", full: "5 February 2026, 00:00 in London" },
};

const inOrder = (channels) => CHANNELS.filter((channel) => channels.includes(channel));

/** The expected text of each time limit, and the grounds it applies to if not all. */
const LIMITS = {
  purchase_months: [(months) => `Implied consent lapses ${months} months after the purchase or contract.`, /^implied:(purchase|contract)$/],
  inquiry_months: [(months) => `Implied consent lapses ${months} months after the inquiry.`, /^implied:inquiry$/],
  inactivity_months: [(months) => `Every ground lapses ${months} months after the person last turned to the shop, or after it arose if that is later.`, /./],
  disuse_months: [(months) => `Every ground lapses ${months} months after the shop last used it, or after it arose if that is later.`, /./],
  screening_days: [(days) => `Legitimate interest needs a look-up in the do-not-call register, ${days} days old at most.`, /^legitimate_interest$/],
};

function expectedRow(row) {
  const sentences = (here) =>
    Object.entries(row.limits)
      .filter(([name, limit]) => limit !== null && row.grounds.some((ground) => LIMITS[name][1].test(ground)) === here)
      .map(([name, limit]) => LIMITS[name][0](limit));
  const period = [row.from && `from ${INSTANTS[row.from].full}`, row.to && `until ${INSTANTS[row.to].full}`].filter(Boolean).join(" ");
  return {
    id: row.id,
    jurisdiction: nameOf(row.jurisdiction),
    mark: MARKS[row.confidence],
    channels: inOrder(row.channels).map((channel) => CHANNEL_WORDS[channel]).join(", "),
    relation: RELATION_WORDS[row.relation],
    "in-force": period || null,
    instants: [row.from, row.to].filter(Boolean),
    grounds: row.grounds.map((ground) => GROUND_WORDS[ground]),
    confirmation: row.confirmation ? "A consent from an anonymous form waits until the address has confirmed it." : "No confirmation asked for.",
    limits: sentences(true).length ? sentences(true) : "No limit in time.",
    "limits-if-overridden": sentences(false).length ? sentences(false) : null,
    deadline: row.deadline === "at once" ? "at once" : `within ${row.deadline}`,
    promise: row.deadline !== "at once",
    law: row.law,
    article: row.article,
    sources: row.sources.length ? row.sources.map((source) => source.replace(/^https:\/\//, "").replace(/\/(?=$| )/, "")) : "No source named.",
    links: row.sources.flatMap((source) => source.match(/^https?:\/\/\S+/) ?? []),
    duties: row.duties || "none listed",
    note: row.note || "none",
  };
}

/** Returns the rows in the order of the page: by jurisdiction, channel, then time. */
function expectedOrder() {
  const place = ({ id, jurisdiction }) => {
    if (id === "transactional") return "9";
    if (jurisdiction === "*") return "0";
    if (jurisdiction === "EEA") return "1";
    const [country, part] = jurisdiction.split("-");
    return `2 ${nameOf(country)}${part ? ` ${nameOf(jurisdiction)}` : ""}`;
  };
  const key = (row) => [place(row), CHANNELS.indexOf(inOrder(row.channels)[0]), row.relation === "business" ? 1 : 0, row.from ?? ""];
  return rules()
    .map((row) => ({ id: row.id, key: key(row) }))
    .sort((a, b) => {
      const at = a.key.findIndex((part, index) => part !== b.key[index]);
      return at < 0 ? 0 : a.key[at] < b.key[at] ? -1 : 1;
    })
    .map(({ id }) => id);
}

const places = () => [...new Set(["*", ...ages().map(({ country }) => country), ...rules().map(({ jurisdiction }) => jurisdiction)])].filter((place) => place !== "EEA");

function shortWords(row) {
  const has = (pattern) => row.grounds.some((ground) => pattern.test(ground));
  return [
    has(/^consent$/) && (row.confirmation ? "confirmed consent" : "consent"),
    has(/^soft/) && "soft opt-in",
    has(/^implied/) && "implied",
    has(/^legit/) && (row.limits.screening_days ? "legitimate interest, screened" : "legitimate interest"),
  ].filter(Boolean).join(" + ");
}

function expectedCell(place, channel) {
  const [country, region] = place.split("-");
  const query = place === "*" ? { channel } : { country, channel, ...(region && { region }) };
  const told = (relation) =>
    rules({ ...query, relation }).map((row) => {
      const lead = [row.from && `from ${INSTANTS[row.from].date}`, row.to && `before ${INSTANTS[row.to].date}`].filter(Boolean).join(" and ");
      return {
        relation, to: `#${row.id}`, id: row.id, words: shortWords(row),
        lead: [relation === "business" && "businesses:", lead && `${lead}:`].filter(Boolean).join(" "),
        mark: row.confidence === "checked" ? null : MARKS[row.confidence],
      };
    });
  const [consumer, business] = [told("consumer"), told("business")];
  return consumer.map(({ id }) => id).join() === business.map(({ id }) => id).join() ? consumer : [...consumer, ...business];
}

// The values on the page

/** Injected into the page: reads its tables by their headers and cells, as a person does. */
function readers() {
  const say = (element) => element?.textContent.replace(/\s+/g, " ").trim() ?? null;
  const field = (row, name) => {
    const found = row.querySelectorAll(`[data-field="${name}"]`);
    if (found.length > 1) throw new Error(`${row.id} has two fields ${name}`);
    if (found.length === 0) return null;
    return found[0].matches("ul") ? [...found[0].children].map(say) : say(found[0]);
  };
  /** The header of each field. */
  const columns = {
    channels: "For", relation: "For", "in-force": "For", grounds: "Accepted grounds", confirmation: "Confirmation and limits",
    limits: "Confirmation and limits", "limits-if-overridden": "Confirmation and limits", deadline: "An opt-out is honoured",
    law: "Law and sources", article: "Law and sources", sources: "Law and sources", duties: "Other duties", note: "Note",
  };
  const readRow = (row) => {
    const heads = [...row.closest("table").tHead.rows[0].cells].map(say);
    for (const part of row.querySelectorAll("[data-field]")) {
      const head = heads[part.closest("td, th").cellIndex];
      const expected = columns[part.dataset.field] ?? "Row";
      if (head !== expected) throw new Error(`${part.dataset.field} of ${row.id} stands under ${head}`);
    }
    const names = Object.keys(columns);
    return {
      id: say(row.querySelector("th code")),
      jurisdiction: field(row, "jurisdiction"),
      mark: say(row.querySelector("th .mark")),
      ...Object.fromEntries(names.map((name) => [name, field(row, name)])),
      instants: [...row.querySelectorAll("time")].map((time) => time.dateTime),
      promise: [...row.querySelectorAll("td")].some((cell) => /placet: at once/.test(say(cell))),
      links: [...row.querySelectorAll('[data-field="sources"] a')].map((link) => link.getAttribute("href")),
    };
  };
  const readCell = (cell) => [...cell.children].map((entry) => ({
    relation: entry.dataset.for,
    to: entry.querySelector("a").getAttribute("href"),
    id: say(entry.querySelector("a code")),
    words: say(entry.querySelector("a > span")),
    lead: [...entry.querySelectorAll(".aside")].map(say).join(" "),
    mark: say(entry.querySelector(".mark")),
  }));
  const matrixRows = () => [...document.querySelectorAll("table.matrix tbody tr:not(.group)")];
  const plain = (selector) => [...document.querySelectorAll(`${selector} tbody tr`)].map((row) => [...row.cells].map(say));
  window.read = {
    say, readRow, readCell,
    rows: () => [...document.querySelectorAll("table.rules tbody tr")],
    matrix: () => matrixRows().map((row) => ({
      place: say(row.querySelector("th small")), name: say(row.cells[0]), cells: [...row.cells].slice(1).map(readCell),
    })),
    matrixRows, plain,
    heads: (selector) => [...document.querySelector(selector).tHead.rows[0].cells].map(say),
  };
}

test("the committed files are generated from the table, and a changed file is reported", async () => {
  const check = (directory) => spawnSync(process.execPath, [printer, "--check", directory], { encoding: "utf8" });
  const { status, stderr } = check(docs);
  assert.equal(status, 0, stderr);
  for (const name of FILES) {
    await cp(docs, scratch, { recursive: true });
    const text = await readFile(join(scratch, name), "utf8");
    await writeFile(join(scratch, name), text.replace(/(\d+)(\D*)$/, (_, number, rest) => `${Number(number) + 1}${rest}`));
    const changed = await readFile(join(scratch, name), "utf8");
    assert.notEqual(changed, text);
    const { status, stderr } = check(scratch);
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`${name.replace(".", "\\.")} is not what the table gives, from line \\d+ on`));
    for (const other of FILES.filter((one) => one !== name)) assert.ok(!stderr.includes(other), stderr);
    assert.equal(await readFile(join(scratch, name), "utf8"), changed, "--check must not write");
    await rm(join(scratch, name));
    assert.match(check(scratch).stderr, /is missing/);
  }
  const empty = join(scratch, "none");
  assert.equal(check(empty).status, 1);
  assert.ok(!(await readdir(scratch)).includes("none"));
});

test("the page shows every row of the table correctly", async () => {
  const page = await openPage();
  await page.evaluate(readers);
  const rows = await page.evaluate(() => read.rows().map((row) => ({ anchor: row.id, ...read.readRow(row) })));
  assert.deepEqual(rows.map(({ anchor }) => anchor), expectedOrder());
  const byId = new Map(rules().map((row) => [row.id, row]));
  for (const { anchor, ...seen } of rows) assert.deepEqual(seen, expectedRow(byId.get(anchor)), anchor);
});

test("the overview names the deciding row of every place and channel", async () => {
  const page = await openPage();
  await page.evaluate(readers);
  assert.deepEqual(await page.evaluate(() => read.heads("table.matrix")), ["Place", ...CHANNELS.map((channel) => CHANNEL_WORDS[channel])]);
  const seen = await page.evaluate(() => read.matrix());
  assert.deepEqual(seen.map(({ place }) => place).sort(), places().sort());
  for (const { place, name, cells } of seen) {
    assert.equal(name, place === "*" ? "Any other, or unknown *" : `${nameOf(place)} ${place}`);
    for (const [index, channel] of CHANNELS.entries()) assert.deepEqual(cells[index], expectedCell(place, channel), `${place} ${channel}`);
  }
  // A few known cells, so that a page without notes for businesses or versions does not pass.
  const [france, texas] = ["FR", "US-TX"].map((place) => seen.find((row) => row.place === place).cells);
  assert.deepEqual(france[0].map(({ id }) => id), ["fr-mail", "fr-mail-business"]);
  assert.deepEqual(france[2].map(({ id, lead }) => [id, lead]), [["fr-phone-until-2026", "before 11 August 2026:"], ["fr-phone", "from 11 August 2026:"]]);
  assert.deepEqual(texas.map((cell) => cell.map(({ id }) => id).join()), ["us-email", "us-tx-calls", "us-tx-calls", "us-tx-calls", "any", "us-post"]);
});

test("ages, reasons, grounds, counts and the signature block match the table", async () => {
  const page = await openPage();
  await page.evaluate(readers);
  const plain = (selector) => page.evaluate((selector) => read.plain(selector), selector);

  const expectedAges = ages().map(({ country, years, confidence, note }) => [`${nameOf(country)} ${country}`, years === null ? "none by law" : String(years), MARKS[confidence], note]);
  const seenAges = await plain("table.ages");
  const strictest = seenAges.pop();
  assert.deepEqual(seenAges, expectedAges.sort(([a], [b]) => (a < b ? -1 : 1)));
  // What no function returns is derived from a decision.
  const years = Number(strictest[1]);
  const reasonAt = (age) => decide({
    records: [{ choice: "opt_in", channel: "email", purpose: "news", assurance: "authenticated", received_at: "2026-06-01T00:00:00Z" }],
    channel: "email", purpose: "news", at: "2026-06-02T00:00:00Z", person: { born: `${2026 - age}-01-01` },
  }).reason;
  assert.deepEqual([reasonAt(years), reasonAt(years - 1)], [null, "under_age"]);

  assert.deepEqual(await plain("table.reasons"), reasons().map(({ reason, meaning }) => [reason, meaning]));
  assert.deepEqual((await plain("table.grounds")).map(([words, ground]) => [ground, words]), Object.entries(GROUND_WORDS));
  const used = new Set(rules().flatMap(({ grounds }) => grounds));
  assert.deepEqual([...used].sort(), Object.keys(GROUND_WORDS).sort());

  const counts = await page.$$eval("dl.marks dt", (terms) => terms.map((term) => read.say(term)));
  const count = (confidence) => rules().filter((row) => row.confidence === confidence).length;
  assert.deepEqual(counts, Object.entries(MARKS).map(([confidence, mark]) => `${mark} ${count(confidence)} rows`));
  assert.match(await page.textContent(".lede"), new RegExp(`These ${rules().length} rows`));

  const signed = await plain("table.sign");
  assert.deepEqual(signed.flatMap(([, ids]) => ids.split(", ")), [...expectedOrder(), `all ${ages().length + 1}`]);
  assert.ok(signed.every((cells) => cells.length === 5 && cells.slice(2).every((cell) => cell === "")));
  const states = await page.$$eval("dl.state > div", (entries) => entries.map((entry) => [...entry.children].map((one) => one.textContent)));
  const files = await Promise.all(["rules.csv", "ages.csv"].map(async (name) => [name, createHash("sha256").update(await readFile(join(docs, name))).digest("hex")]));
  assert.deepEqual(states, files);
});

test("the CSV has every field of every row in the format of RFC 4180", async () => {
  const several = (value) => (Array.isArray(value) ? value.join(" | ") : value === null ? "" : String(value));
  for (const [name, rows] of [["rules.csv", rules().map(({ limits, ...row }) => ({ ...row, ...limits }))], ["ages.csv", ages()]]) {
    const bytes = await readFile(join(docs, name));
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    assert.doesNotMatch(bytes.toString(), /[^\r]\n|\r[^\n]/);
    const records = parse(bytes, { bom: true, columns: true, record_delimiter: "\r\n" });
    assert.deepEqual(records.map((record) => Object.keys(record).sort())[0], Object.keys(rows[0]).sort());
    assert.deepEqual(records, rows.map((row) => Object.fromEntries(Object.entries(row).map(([field, value]) => [field, several(value)]))));
  }
  // A separator within a value would split it in two.
  for (const row of rules()) assert.ok([...row.sources, ...row.grounds, ...row.channels].every((value) => !value.includes("|")));
});

test("a change of any cell of the page changes the reading", async () => {
  const page = await openPage();
  await page.evaluate(readers);
  const { tried, unseen } = await page.evaluate(() => {
    const unseen = [];
    let tried = 0;
    /** Changes one thing, reads the page, and changes it back. */
    const change = (label, reading, change, back) => {
      const was = JSON.stringify(reading());
      change();
      tried += 1;
      if (JSON.stringify(reading()) === was) unseen.push(label);
      back();
    };
    const texts = (element) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walker.nextNode()) if (walker.currentNode.data.trim()) found.push(walker.currentNode);
      return found;
    };
    const all = (label, element, reading) => {
      for (const node of texts(element)) {
        const was = node.data;
        // The words between the fields belong to the page, not to the table.
        if (node.parentElement.closest(".aside") && !element.closest(".matrix")) continue;
        change(`${label}: ${was}`, reading, () => (node.data = `${was}x`), () => (node.data = was));
      }
      for (const link of element.querySelectorAll("a")) {
        const was = link.getAttribute("href");
        if (link.closest("th, .aside")) continue;
        change(`${label}: ${was}`, reading, () => link.setAttribute("href", `${was}x`), () => link.setAttribute("href", was));
      }
    };
    for (const row of read.rows()) all(row.id, row, () => read.readRow(row));
    for (const row of read.matrixRows()) for (const cell of [...row.cells].slice(1)) all(row.cells[0].textContent, cell, () => read.readCell(cell));
    for (const selector of ["table.ages", "table.reasons"]) all(selector, document.querySelector(`${selector} tbody`), () => read.plain(selector));
    return { tried, unseen };
  });
  assert.deepEqual(unseen, []);
  assert.ok(tried > 2000, `${tried} changes`);
});

test("the page has no scripts, fetches nothing, and every internal link has a target", async () => {
  const page = await openPage();
  assert.deepEqual(page.fetched, [page.url()]);
  const found = await page.evaluate(() => {
    const anchors = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    const links = [...document.querySelectorAll("a")].map((link) => link.getAttribute("href"));
    return {
      active: document.querySelectorAll("script, iframe, object, embed, img, link, form").length
        + [...document.querySelectorAll("*")].filter((element) => [...element.attributes].some(({ name }) => name.startsWith("on") || name === "style")).length,
      repeated: anchors.filter((id, place) => anchors.indexOf(id) !== place),
      dead: links.filter((link) => link.startsWith("#") && !anchors.includes(link.slice(1))),
      files: links.filter((link) => !link.startsWith("#") && !/^https?:/.test(link)),
      tables: [...document.querySelectorAll("table")].filter((table) => !table.caption || !table.tHead || [...table.querySelectorAll("th")].some((head) => !head.scope)).length,
      languages: [...new Set([...document.querySelectorAll("[lang]")].map(({ lang }) => lang))].sort(),
    };
  });
  assert.deepEqual(found, { active: 0, repeated: [], dead: [], files: ["rules.csv", "ages.csv"], tables: 0, languages: ["en-GB", "fr", "it", "nl", "pl", "pt"] });
  const html = await readFile(join(docs, "rules.html"), "utf8");
  for (const { id, sources } of rules()) for (const source of sources) assert.doesNotMatch(source, /javascript:/i, id);
  assert.doesNotMatch(html, /\/(home|root|work|tmp|Users)\//);
  assert.doesNotMatch(html, /\bundefined\b|\[object|\bNaN\b/);
});

test("the page has no accessibility violation, in either colour scheme, wide or narrow, nor in print", async () => {
  const views = [["light", 320], ["light", 1280], ["dark", 320], ["dark", 1280], ["dark", 1280, "print"]];
  for (const [colorScheme, width, media = "screen"] of views) {
    const page = await openPage({ colorScheme, viewport: { width, height: 900 } });
    await page.emulateMedia({ media });
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate(() => axe.run());
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${colorScheme} ${width} ${media}`);
    // axe cannot measure the contrast of elements that are scrolled out of view.
    await page.evaluate(() => (location.hash = "de-email"));
    const pale = await page.evaluate(() => {
      const shades = (colour) => colour.match(/[\d.]+/g).map(Number);
      const light = (colour) => {
        const [red, green, blue] = shades(colour).map((shade) => (shade / 255 <= 0.04045 ? shade / 255 / 12.92 : ((shade / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      const behind = (element) => {
        const colour = element ? getComputedStyle(element).backgroundColor : "rgb(255, 255, 255)";
        return shades(colour)[3] === 0 ? behind(element.parentElement) : colour;
      };
      const written = [...document.body.querySelectorAll("*")].filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
      return written.flatMap((element) => {
        const [dark, bright] = [getComputedStyle(element).color, behind(element)].map(light).sort((a, b) => a - b);
        const ratio = (bright + 0.05) / (dark + 0.05);
        return ratio < 4.5 ? [`${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 80)}`] : [];
      });
    });
    assert.deepEqual(pale, [], `${colorScheme} ${width} ${media}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`);
  }
});

test("with the keyboard, the first link skips to the table, and wide parts scroll", async () => {
  const page = await openPage({ viewport: { width: 320, height: 700 } });
  await page.keyboard.press("Tab");
  const skip = await page.evaluate(() => ({ text: document.activeElement.textContent, top: document.activeElement.getBoundingClientRect().top }));
  assert.match(skip.text, /Skip/);
  assert.ok(skip.top >= 0, "the focused skip link is visible");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const regions = await page.$$(".scroll");
  assert.ok(regions.length > 10);
  for (const region of regions) assert.ok(await region.evaluate((element) => element.scrollWidth > element.clientWidth && element.tabIndex === 0));
  await regions[0].focus();
  assert.notEqual(await regions[0].evaluate((element) => getComputedStyle(element).outlineStyle), "none");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector(".scroll").scrollLeft > 0);
});

test("in print no row is split, and every page has the table header", async () => {
  const page = await openPage({ colorScheme: "dark", viewport: { width: 1032, height: 700 } });
  await page.emulateMedia({ media: "print" });
  const seen = await page.evaluate(() => ({
    rows: [...document.querySelectorAll("tr")].every((row) => getComputedStyle(row).breakInside === "avoid"),
    heads: [...document.querySelectorAll("thead")].every((head) => getComputedStyle(head).display === "table-header-group"),
    clipped: [...document.querySelectorAll(".scroll")].filter((region) => getComputedStyle(region).overflowX !== "visible").length,
    ink: getComputedStyle(document.body).color,
    paper: getComputedStyle(document.body).backgroundColor,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));
  assert.deepEqual(seen, { rows: true, heads: true, clipped: 0, ink: "rgb(0, 0, 0)", paper: "rgb(255, 255, 255)", wide: 0 });
  const printed = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  // A4 landscape.
  const [, width, height] = /\/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]/.exec(printed);
  assert.ok(Math.abs(width - 842) < 2 && Math.abs(height - 595) < 2, `${width} by ${height}`);
});
