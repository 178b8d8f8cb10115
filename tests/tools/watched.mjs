// Stores which JavaScript the pages of a test run, by V8's own counters, in the directory PLACET_COVERAGE. .ci/coverage
// preloads it (`node --import`), so that tests need no changes.
//
// The result is a lower limit: a page that crashes reports nothing, nor does a page opened by another page until it is
// noticed.

import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const directory = process.env.PLACET_COVERAGE;

/**
 * Without this, Chromium creates a new frame for every document and the counts of the previous one are lost. This list
 * replaces Playwright's own list of disabled features.
 */
const ONE_FRAME = "--disable-features=RenderDocument";

/** Longer than any page takes. A page that hangs must not delay its test. */
const PATIENCE = 5_000;

/** Calls `extra` before a method of this object. */
function before(object, name, extra) {
  const real = object[name].bind(object);
  object[name] = async (...all) => {
    await extra();
    return real(...all);
  };
}

/** Replaces the resolved value of a method by the result of `watch`. */
function through(object, name, watch) {
  const real = object[name].bind(object);
  object[name] = async (...all) => watch(await real(...all));
}

const watched = new WeakMap();

/** Starts counting in a page, once. */
function watchPage(page) {
  if (!watched.has(page)) {
    // A page keeps its counts when it navigates to another address.
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

// Tests start many processes. Only the test files themselves open browsers.
if (directory && /\/tests\/[^/]+\.mjs$/.test(process.argv[1] ?? "")) {
  const { chromium } = createRequire(new URL("../../www/package.json", import.meta.url))("playwright-core");
  const launch = chromium.launch.bind(chromium);
  chromium.launch = async (options) => {
    const browser = await launch({ ...options, args: [...(options?.args ?? []), ONE_FRAME] });
    through(browser, "newContext", watchContext);
    // The page has a context of its own, which Playwright creates without the method that is replaced above.
    through(browser, "newPage", (page) => (page.context().on("page", watchPage), watchPage(page)));
    before(browser, "close", () => Promise.all(browser.contexts().map(noteAll)));
    return browser;
  };
}
