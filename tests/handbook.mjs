// The README and the handbook as readers use them: every block runs, and every link leads to a page or a file.
//
//   node --test tests/handbook.mjs                    needs pkg/ and build/, as `make dist` builds them, curl and jq
//   PLACET_HANDBOOK=lists node --test …               runs the blocks of the pages whose name contains this word
//
// The info string of a code block says what happens to it:
//
//   ```console run   Every line that begins with "$ " is a command. All commands of a page run in one bash session, in
//                    order. A command goes on to the next line after a backslash at the end, and up to the last line of
//                    its here-document. Other lines are what the command prints. `…` stands for any text, a line with
//                    `…` alone for any lines. A command of which the page shows no output has to end with 0.
//   ```js run        An ES module; `placet/logic` is installed. `expression; // => value` is asserted.
//   ```php run       A PHP file. It is skipped where no php is installed.
//   ```html check    Elements and attributes exist, and the scripts in it import what the package exports.
//   ```json check    JSON.
//   ```text          Drawings and formats: nothing happens.
//   ```… skip        Nothing happens. The line above says why: <!-- skip: reason -->
//
// Each page has a demo shop of its own. Its session starts in an empty folder with data/demo.json and data/secrets.json,
// as `make serve` leaves them, and with SECRET_KEY, PUBLISHABLE_KEY and PLACET_URL in the environment.

import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { seedDemo, writePrivate } from "../www/tools/demo.mjs";
import { headingsOf, tokensOf } from "../www/tools/handbook.mjs";
import { startShop } from "../www/tools/shop-server.mjs";
import { claimPort, startWorkerd } from "../www/tools/workerd.mjs";
import { MASTER_KEY, ROOT_SECRET } from "./load.mjs";
import { freshProject } from "./package/installed.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../", import.meta.url));
const handbook = join(root, "www/handbook");
const MOST_LINES = 200;
const PATIENCE_MS = 60_000;
/** What can be done with a block of a language; the first is what its author should prefer. */
const MODES = { console: ["run", "skip"], js: ["run", "skip"], php: ["run", "skip"], html: ["check", "skip"], json: ["check", "skip"], text: [""] };

// Pages and what is in them.

const names = (await readdir(handbook)).filter((name) => name.endsWith(".md")).sort();
const pages = await Promise.all([join(root, "README.md"), ...names.map((name) => join(handbook, name))].map(readPage));
const index = pages.find(({ name }) => name === "index.md");

/** A page with its blocks, links and the ids of its headings. */
async function readPage(file) {
  const source = await readFile(file, "utf8");
  const tokens = tokensOf(source);
  const page = { file, name: basename(file), source, ids: headingsOf(tokens).map(({ id }) => id), blocks: [], links: [] };
  let line = 1;
  let comment = "";
  for (const token of tokens) {
    if (token.type === "code") page.blocks.push(blockOf(page, token, line, comment));
    if (token.type !== "space") comment = token.type === "html" ? token.text.trim() : "";
    line += token.raw.split("\n").length - 1;
  }
  collectLinks(tokens, page.links);
  return page;
}

function blockOf({ name }, token, line, comment) {
  const at = `${name}:${line}`;
  const [language = "", mode = "", ...rest] = (token.lang ?? "").split(/\s+/);
  // A language that is not listed here can only be shown.
  const modes = MODES[language] ?? ["skip"];
  assert.ok(modes.includes(mode) && !rest.length, `${at}: \`\`\`${token.lang} should be ${modes.map((one) => `\`\`\`${language} ${one}`).join(" or ")}`);
  if (mode === "skip") assert.match(comment, /^<!-- skip: .+ -->$/s, `${at}: say above why it is skipped: <!-- skip: reason -->`);
  return { at, language, mode, text: token.text };
}

/** The targets of all links and images, wherever they stand. */
function collectLinks(tokens, links) {
  for (const token of tokens) {
    if (token.type === "link" || token.type === "image") links.push(token.href);
    for (const part of [token.tokens, token.items, token.header, ...(token.rows ?? [])]) if (Array.isArray(part)) collectLinks(part, links);
  }
}

// Commands.

/** The commands of a block, each with the lines that it prints. */
export function commandsOf(text, at = "") {
  const commands = [];
  const lines = text.split("\n");
  for (let place = 0; place < lines.length; place++) {
    const line = lines[place];
    if (!line.startsWith("$ ")) {
      assert.ok(commands.length, `${at}: output before the first command`);
      commands.at(-1).printed.push(line);
      continue;
    }
    const command = [line.slice(2)];
    const end = /<<-?\s*'?(\w+)'?/.exec(line)?.[1];
    while (end ? lines[place] !== end : lines[place].endsWith("\\")) {
      assert.ok(++place < lines.length, `${at}: a command without an end`);
      command.push(lines[place]);
    }
    commands.push({ command: command.join("\n"), printed: [] });
  }
  return commands;
}

/** What a page says that a command prints, as an expression for what it prints. */
export function expressionOf(printed) {
  const lines = printed.map((line) => line.trimEnd());
  while (lines.at(-1) === "") lines.pop();
  const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const parts = lines.map((line) => (line.trim() === "…" ? "(?:.*\\n)*?" : `${line.split("…").map(literal).join(".*?")}\\n`));
  return new RegExp(`^${parts.join("")}$`);
}

/** What a command printed, as it is compared. */
export const trimmed = (text) => `${text.split("\n").map((line) => line.trimEnd()).join("\n").trimEnd()}\n`;

/** One bash for all commands of a page. */
class Session {
  #bash;
  #printed = "";
  #heard = () => {};

  constructor(cwd, env) {
    this.#bash = spawn("bash", ["--noprofile", "--norc"], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
    this.#bash.stdout.setEncoding("utf8").on("data", (text) => {
      this.#printed += text;
      this.#heard();
    });
    this.#bash.on("close", () => this.#heard());
    this.#bash.stdin.on("error", () => {});
    this.#bash.stdin.write("exec 2>&1\nset -o pipefail\n");
  }

  /** Runs a command in the session and answers `{ status, out }`. */
  async run(command) {
    this.#printed = "";
    // Whatever a command reads is its own: the commands that follow wait in the same pipe.
    this.#bash.stdin.write(`{\n${command}\n} </dev/null\nprintf '\\036%d\\036' $?\n`);
    const timer = setTimeout(() => this.#bash.kill("SIGKILL"), PATIENCE_MS);
    try {
      for (;;) {
        const ended = /^([^]*)\x1e(\d+)\x1e$/.exec(this.#printed);
        if (ended) return { out: ended[1], status: Number(ended[2]) };
        assert.ok(this.#bash.exitCode === null && this.#bash.signalCode === null, `bash ended in the midst of: ${command}\n${this.#printed}`);
        await new Promise((heard) => (this.#heard = heard));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async end() {
    if (this.#bash.exitCode !== null || this.#bash.signalCode !== null) return;
    const closed = new Promise((done) => this.#bash.once("close", done));
    this.#bash.stdin.end();
    await closed;
  }
}

/** Runs the commands of a block, and compares what they print. */
async function runConsole(session, { at, text }) {
  for (const { command, printed } of commandsOf(text, at)) {
    const { status, out } = await session.run(command);
    if (!printed.length) assert.equal(status, 0, `${at}: $ ${command}\nended with ${status}:\n${out}`);
    else assert.match(trimmed(out), expressionOf(printed), `${at}: $ ${command}\nprinted:\n${out}\nand the page says:\n${printed.join("\n")}`);
  }
}

// Modules, PHP and HTML.

/** A module that asserts what its comments promise. */
export function asserting(text) {
  const source = text.replace(/^(.+?);? \/\/ => (.+)$/gm, (_, given, value) => `assert.deepEqual(${given}, ${value});`);
  return `import assert from "node:assert/strict";\n${source}\n`;
}

/** Runs a file. What it prints is told where it fails. */
async function runFile(command, args, { cwd, env, at }) {
  await run(command, args, { cwd, env, timeout: PATIENCE_MS }).catch(({ message, stdout }) => assert.fail(`${at}: ${message}\n${stdout ?? ""}`));
}

const ELEMENTS = new Set("a body br button div fieldset form h1 h2 h3 head html input label legend li link main meta nav ol option p script section select span style template textarea title ul".split(" "));
const VOID = new Set(["br", "input", "link", "meta"]);
const GLOBAL = new Set("class dir hidden id lang role slot style tabindex title".split(" "));
const ATTRIBUTES = {
  a: "href rel target", button: "type name value disabled", fieldset: "disabled name", form: "action method name novalidate", html: "", head: "", label: "for",
  input: "autocomplete checked disabled inputmode name placeholder required type value", link: "href rel crossorigin integrity", meta: "charset content name",
  script: "async crossorigin defer integrity src type", select: "name required autocomplete", option: "value selected", textarea: "name rows required",
};

/** The tags of a piece of HTML, in order: `{ name, attributes, closes }`. Text and comments are passed over; a script is raw text. */
export function tagsOf(html) {
  const tags = [];
  const tag = /<!--[^]*?-->|<!doctype[^>]*>|<(\/?)([a-zA-Z][\w-]*)((?:\s+[^\s"'<>/=]+(?:="[^"]*"|='[^']*')?)*)\s*(\/?)>/giy;
  for (let place = 0; place < html.length; ) {
    if (html[place] !== "<") {
      place++;
      continue;
    }
    tag.lastIndex = place;
    const found = tag.exec(html);
    assert.ok(found, `no tag: ${html.slice(place, place + 60)}`);
    place = tag.lastIndex;
    const [, closes, name, given] = found;
    if (!name) continue;
    const attributes = Object.fromEntries([...(given ?? "").matchAll(/([^\s"'<>/=]+)(?:="([^"]*)"|='([^']*)')?/g)].map(([, key, one, two]) => [key, one ?? two ?? ""]));
    const one = { name: name.toLowerCase(), attributes, closes: closes === "/" };
    if (one.name === "script" && !one.closes) {
      const end = html.indexOf("</script>", place);
      assert.ok(end >= 0, "a script without an end");
      one.script = html.slice(place, end);
      place = end;
    }
    tags.push(one);
  }
  return tags;
}

/** What the shipped module knows: its text has the names of elements and attributes. */
const shipped = async (name) => readFile(join(root, "pkg/storefront", name), "utf8");

async function checkHtml({ at, text }, directory) {
  const [storefront, elements] = await Promise.all([shipped("storefront.js"), shipped("elements.js")]);
  const contract = JSON.parse(await readFile(join(root, "src/api/contract/openapi.json"), "utf8"));
  const formSchema = Object.values(contract.paths["/f/{key}"].post.requestBody.content)[0].schema;
  const isQuoted = (source, name) => [`"${name}"`, `'${name}'`, `\`${name}\``].some((quoted) => source.includes(quoted));
  const asProperty = (name) => name.slice("data-".length).replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  const open = [];
  let toOurForm = false;
  for (const { name, attributes, closes, script } of tagsOf(text)) {
    if (closes) {
      assert.equal(open.pop(), name, `${at}: </${name}> closes nothing`);
      if (name === "form") toOurForm = false;
      continue;
    }
    if (!VOID.has(name)) open.push(name);
    if (name.includes("-")) assert.ok(isQuoted(elements, name), `${at}: no element <${name}>`);
    else assert.ok(ELEMENTS.has(name), `${at}: no element <${name}>`);
    for (const key of Object.keys(attributes)) {
      const own = (ATTRIBUTES[name] ?? "").split(" ");
      const isKnown = GLOBAL.has(key) || own.includes(key) || key.startsWith("aria-")
        || (name.startsWith("placet-") && isQuoted(elements, key))
        || (key.startsWith("data-placet-") && [storefront, elements].some((source) => source.includes(key) || source.includes(asProperty(key))));
      assert.ok(isKnown, `${at}: <${name}> has no attribute ${key}`);
    }
    if (name === "form") toOurForm = /\/f\/pk_/.test(attributes.action ?? "");
    if (toOurForm && ["input", "select"].includes(name) && attributes.name) {
      const fields = formSchema.$ref ? contract.components.schemas[formSchema.$ref.split("/").at(-1)].properties : formSchema.properties;
      assert.ok(Object.hasOwn(fields, attributes.name), `${at}: /f/ has no field ${attributes.name}`);
    }
    if (script?.trim()) await checkScript(at, script, directory);
  }
  assert.deepEqual(open, [], `${at}: not closed`);
}

/** A script in a page: it can be read, and what it imports from our files is there. */
async function checkScript(at, script, directory) {
  const file = join(directory, `script-${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(file, script);
  await runFile(process.execPath, ["--check", file], { cwd: directory, env: process.env, at });
  for (const [, list, from] of script.matchAll(/import\s*\{([^}]*)\}\s*from\s*"[^"]*\/placet\/([\w./-]+)"/g)) {
    // Importing them touches no global, so Node can.
    const exported = await import(pathToFileURL(join(root, "pkg/storefront", from)));
    for (const one of list.split(",").map((part) => part.trim().split(/\s+as\s+/)[0]).filter(Boolean)) assert.ok(one in exported, `${at}: ${from} exports no ${one}`);
  }
}

// What is written.

test("the README is short", () => {
  const lines = pages[0].source.trimEnd().split("\n").length;
  assert.ok(lines <= MOST_LINES, `README.md has ${lines} lines, ${MOST_LINES} at most`);
});

test("every link between pages and to files of the repository leads somewhere", () => {
  for (const { file, name, links } of pages) {
    for (const link of links.filter((link) => !/^[a-z]+:/i.test(link))) {
      const [path, id] = link.split("#");
      const target = path ? resolve(dirname(file), path) : file;
      assert.ok(existsSync(target), `${name}: ${link} leads nowhere`);
      const page = pages.find((page) => page.file === target);
      if (id && page) assert.ok(page.ids.includes(id), `${name}: ${link}: no such heading`);
    }
  }
});

test("every link between the printed pages, and from the package's README, leads somewhere", async () => {
  const pkg = join(root, "pkg");
  const text = async (file) => readFile(file, "utf8");
  const idsOf = (html) => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  const printed = names.map((name) => join(pkg, "handbook", name.replace(/md$/, "html")));
  for (const file of [join(pkg, "README.md"), ...printed]) {
    const source = await text(file);
    const links = file.endsWith(".md") ? [] : [...source.matchAll(/ href="([^"]+)"/g)].map(([, href]) => href);
    if (file.endsWith(".md")) collectLinks(tokensOf(source), links);
    assert.ok(links.length, file);
    for (const link of links.filter((link) => !/^[a-z]+:/i.test(link))) {
      const [path, id] = link.split("#");
      const target = path ? resolve(dirname(file), path) : file;
      assert.ok(existsSync(target), `${basename(file)}: ${link} leads nowhere`);
      if (id) assert.ok(idsOf(await text(target)).includes(id), `${basename(file)}: ${link}: no such heading`);
    }
  }
});

test("every page is in the index, and in the README's list", () => {
  for (const { name } of pages.filter(({ file }) => dirname(file) === handbook)) {
    if (name !== "index.md") assert.ok(index.links.includes(name), `index.md does not name ${name}`);
    assert.ok(pages[0].links.includes(`www/handbook/${name}`), `README.md does not name ${name}`);
  }
});

test("no page has two headings of one id, and each has one title", () => {
  for (const { name, ids, source } of pages) {
    assert.equal(new Set(ids).size, ids.length, name);
    assert.equal(tokensOf(source).filter(({ type, depth }) => type === "heading" && depth === 1).length, 1, name);
  }
});

test("every JSON block is JSON", () => {
  for (const { at, text } of pages.flatMap(({ blocks }) => blocks).filter(({ language, mode }) => language === "json" && mode === "check")) {
    assert.doesNotThrow(() => JSON.parse(text), at);
  }
});

// What runs.

const only = process.env.PLACET_HANDBOOK ?? "";
const chosen = pages.filter(({ name, blocks }) => name.includes(only) && blocks.some(({ language, mode }) => mode === "run" || language === "html"));
const hasPhp = spawnSync("php", ["--version"]).status === 0;
let package_, workerd, shop;

before(async () => {
  package_ = await freshProject();
  shop = await startShop({ port: 0 });
  const port = await claimPort(0);
  workerd = await startWorkerd({
    // Events go to the demo shop, and to the receivers in examples, on this machine.
    config: join(root, "src/edge/local.capnp"), port, data: join(package_.project, "disk"), quiet: true,
    env: { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET, PLACET_PUBLIC_URL: `http://127.0.0.1:${port}`, PLACET_LOCAL_WEBHOOKS: "1" },
  });
});

after(async () => {
  await workerd?.stop();
  await shop?.stop();
  await package_?.remove();
});

for (const page of chosen) {
  test(`what ${page.name} shows works`, async (t) => {
    const directory = join(package_.project, page.name.replace(/\.md$/, ""));
    await mkdir(join(directory, "data"), { recursive: true });
    await writePrivate(join(directory, "data/secrets.json"), JSON.stringify({ PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET }));
    const demo = await seedDemo({ endpoint: workerd.url, rootSecret: ROOT_SECRET, shopOrigins: [shop.url], file: join(directory, "data/demo.json") });
    shop.demo = demo;
    const env = {
      PATH: `${join(package_.project, "node_modules/.bin")}:${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: directory, LANG: "C.UTF-8", TZ: "UTC", npm_config_update_notifier: "false", npm_config_offline: "true",
      PLACET_URL: workerd.url, SECRET_KEY: demo.secret, PUBLISHABLE_KEY: demo.publishable, SHOP_URL: shop.url,
    };
    const session = new Session(directory, env);
    try {
      // The pages of the handbook share the lines by which a reader starts.
      if (page.name !== "README.md" && page !== index) await runConsole(session, index.blocks.find(({ language, mode }) => language === "console" && mode === "run"));
      for (const [place, block] of page.blocks.entries()) {
        const { language, mode, text, at } = block;
        if (language === "html" && mode === "check") await checkHtml(block, directory);
        if (mode !== "run") continue;
        if (language === "console") await runConsole(session, block);
        if (language === "js") {
          const file = `block-${place}.mjs`;
          await writeFile(join(directory, file), asserting(text));
          await runFile(process.execPath, [file], { cwd: directory, env, at });
        }
        if (language === "php") {
          if (!hasPhp) {
            t.diagnostic(`${at}: no php here, not run`);
            continue;
          }
          const file = `block-${place}.php`;
          await writeFile(join(directory, file), text.startsWith("<?php") ? text : `<?php\n${text}`);
          await runFile("php", [file], { cwd: directory, env, at });
        }
      }
    } finally {
      await session.end();
    }
  });
}

// The test's own reading of pages.

test("commands, outputs and tags are read as the head of this file says", () => {
  const read = commandsOf("$ a \\\n  b\nx…\n$ cat <<'E'\n$ 1\nE\n$ c");
  assert.deepEqual(read, [
    { command: "a \\\n  b", printed: ["x…"] }, { command: "cat <<'E'\n$ 1\nE", printed: [] }, { command: "c", printed: [] },
  ]);
  const fits = (page, printed) => expressionOf(page.split("\n")).test(trimmed(printed));
  assert.ok(fits('{"id": "…"}', '{"id": "01a2"}\n') && fits("a\n…\nz", "a\nb\n\nc\nz") && fits("a\n…\nz", "a\nz"));
  assert.ok(!fits("a", "a\nb") && !fits("a…c", "a\nc") && !fits("200", "2000") && !fits("a.c", "abc"));
  assert.deepEqual(asserting("f(1); // => 2").split("\n")[1], "assert.deepEqual(f(1), 2);");
  assert.deepEqual(tagsOf('<p a="1" b>x <!-- < --></p>').map(({ name, closes }) => `${closes ? "/" : ""}${name}`), ["p", "/p"]);
  assert.throws(() => tagsOf("<p a=\"1>x</p>"));
  assert.throws(() => commandsOf("x"));
});
