// Notes which JavaScript the pages of a test run, by V8's own counters, and leaves it in the directory PLACET_COVERAGE. Preloaded by
// .ci/coverage (`node --import`), so that tests need not know of it.
//
// What comes out is the least that ran: a page that crashes tells nothing, nor does one that another opened, until it is heard of.

import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const directory = process.env.PLACET_COVERAGE;

/**
 * Else Chromium makes every document a frame of its own, and what was counted in the one before is gone. Playwright's own list of
 * what is off gives way to this one.
 */
const ONE_FRAME = "--disable-features=RenderDocument";

/** Longer than any page takes; a page that hangs must not hold up its test. */
const PATIENCE = 5_000;

/** Calls `extra` before a method of this object. */
function before(object, name, extra) {
  const real = object[name].bind(object);
  object[name] = async (...all) => {
    await extra();
    return real(...all);
  };
}

/** Replaces what a method resolves to by what `watch` makes of it. */
function through(object, name, watch) {
  const real = object[name].bind(object);
  object[name] = async (...all) => watch(await real(...all));
}

const watched = new WeakMap();

/** Begins to count in a page, once. */
function watchPage(page) {
  if (!watched.has(page)) {
    // A page keeps what it ran when it goes on to the next address.
    watched.set(page, page.coverage.startJSCoverage({ resetOnNavigation: false }).then(() => true, () => false));
    before(page, "close", () => note(page));
  }
  return watched.get(page).then(() => page);
}

async function note(page) {
  const counting = watched.get(page);
  watched.set(page, Promise.resolve(false));
  if (!(await counting) || page.isClosed()) return;
  const entries = await Promise.race([page.coverage.stopJSCoverage().catch(() => []), sleep(PATIENCE, [], { ref: false })]);
  const scripts = entries.filter(({ source }) => source).map(({ url, source, functions }) => ({ url, source, functions }));
  if (scripts.length) await writeFile(join(directory, `${randomUUID()}.json`), JSON.stringify(scripts));
}

const noteAll = (context) => Promise.all(context.pages().map(note));

function watchContext(context) {
  context.on("page", watchPage);
  through(context, "newPage", watchPage);
  before(context, "close", () => noteAll(context));
  return context;
}

// Tests start many a process; those that open browsers are the tests themselves.
if (directory && /\/tests\/[^/]+\.mjs$/.test(process.argv[1] ?? "")) {
  const { chromium } = createRequire(new URL("../../www/package.json", import.meta.url))("playwright-core");
  const launch = chromium.launch.bind(chromium);
  chromium.launch = async (options) => {
    const browser = await launch({ ...options, args: [...(options?.args ?? []), ONE_FRAME] });
    through(browser, "newContext", watchContext);
    // By a context of its own, which Playwright makes below the method that is replaced above.
    through(browser, "newPage", (page) => (page.context().on("page", watchPage), watchPage(page)));
    before(browser, "close", () => Promise.all(browser.contexts().map(noteAll)));
    return browser;
  };
}
