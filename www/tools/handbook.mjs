// Prints the handbook as pages: one HTML file for each Markdown file of www/handbook, and one style sheet. The pages
// have no script and fetch nothing else. `marked` reads the Markdown, because headings need the ids that GitHub gives
// them, and the test of the handbook needs the blocks.
//
//   node www/tools/handbook.mjs OUTPUT [--source URL]
//
// OUTPUT is made if it is missing. Pages that an earlier run wrote there are removed. OUTPUT should be a sibling of the
// folder `docs` with the table of rules, as www/handbook is of www/docs, so that links to the table work. Links to
// other files of the repository become links below URL, the address of its top folder on the web. Without --source they
// become plain text.
//
// The order of the pages in the navigation is that of the links in index.md. The output depends on the Markdown alone.

import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { Marked } from "marked";

const root = fileURLToPath(new URL("../../", import.meta.url));
const SOURCE = join(root, "www/handbook");
const STYLE = fileURLToPath(new URL("handbook.css", import.meta.url));
const INDEX = "index.md";
/** From how many headings on a page lists them. */
const LISTED_FROM = 3;

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);

/** The tokens of a Markdown text. */
export const tokensOf = (markdown) => new Marked({ gfm: true }).lexer(markdown);

/** The words of some tokens, without their markup. */
const wordsOf = (tokens = []) => tokens.map((token) => (token.tokens ? wordsOf(token.tokens) : unescaped(token.text ?? ""))).join("");
const unescaped = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => Object.keys(ESCAPES).find((sign) => ESCAPES[sign] === entity) ?? entity);

/** The headings of a page, each with the id that GitHub gives it: `{ depth, words, id }`. */
export function headingsOf(tokens) {
  const taken = new Map();
  return tokens.filter(({ type }) => type === "heading").map((token) => {
    const words = wordsOf(token.tokens);
    const base = words.trim().toLowerCase().replace(/[^\p{Letter}\p{Mark}\p{Number}\p{Connector_Punctuation} -]/gu, "").replace(/ /g, "-");
    const earlier = taken.get(base) ?? 0;
    taken.set(base, earlier + 1);
    return { depth: token.depth, words, id: earlier ? `${base}-${earlier}` : base };
  });
}

/** Reads a page: its tokens, its headings, its title and its first paragraph. */
function readPage(file) {
  const tokens = tokensOf(readFileSync(join(SOURCE, file), "utf8"));
  const headings = headingsOf(tokens);
  const titles = headings.filter(({ depth }) => depth === 1);
  if (titles.length !== 1) throw new Error(`${file} has ${titles.length} titles; one heading of the first level is wanted`);
  const lead = tokens.find(({ type }) => type === "paragraph");
  return { file, tokens, headings, title: titles[0].words, about: lead ? wordsOf(lead.tokens).replace(/\s+/g, " ") : titles[0].words };
}

/** The pages in the order of the navigation. A page that index.md does not name comes last. */
function readPages() {
  const files = readdirSync(SOURCE).filter((name) => name.endsWith(".md")).sort();
  const named = [...readFileSync(join(SOURCE, INDEX), "utf8").matchAll(/\]\(([\w-]+\.md)/g)].map(([, name]) => name);
  const order = [...new Set([INDEX, ...named, ...files])];
  const missing = order.filter((name) => !files.includes(name));
  if (missing.length) throw new Error(`index.md names pages that are not there: ${missing.join(", ")}`);
  return order.map(readPage);
}

const asHtml = (path) => path.replace(/\.md$/, ".html");

/** Where a link leads in the pages that are written; nothing for a file that is not among them. */
function targetOf(href, source) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith("#")) return href;
  const [, path, fragment = ""] = /^([^#]*)(#.*)?$/.exec(href);
  const inside = relative(join(root, "www"), resolve(SOURCE, path)).split(sep).join("/");
  // Pages of the handbook, and the printed tables beside it.
  if (/^(handbook|docs)\//.test(inside)) return `${asHtml(path)}${fragment}`;
  if (!source) return undefined;
  const inRepository = relative(root, resolve(SOURCE, path)).split(sep).join("/");
  return new URL(`${inRepository}${fragment}`, source.endsWith("/") ? source : `${source}/`).href;
}

/** The Markdown of a page as HTML. */
function bodyOf(page, source) {
  const headings = [...page.headings];
  // What scrolls has a name of its own: that of its section.
  const named = new Map();
  let section = page.title;
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }) {
        const { id, words } = headings.shift();
        section = words;
        return `<h${depth} id="${escaped(id)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, title, tokens }) {
        const words = this.parser.parseInline(tokens);
        const target = targetOf(href, source);
        if (target === undefined) return words;
        return `<a href="${escaped(target)}"${title ? ` title="${escaped(title)}"` : ""}>${words}</a>`;
      },
      code({ text, lang = "" }) {
        const [language] = lang.split(" ");
        // What is wider than the page scrolls, by the keyboard too.
        return `<pre tabindex="0"${language ? ` class="${escaped(language)}"` : ""}><code>${escaped(text)}</code></pre>\n`;
      },
      table({ header, rows }) {
        const cells = (row, name, more = "") => row.map(({ tokens }) => `<${name}${more}>${this.parser.parseInline(tokens)}</${name}>`).join("");
        const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
        if (header.some(({ text }) => !text.trim())) throw new Error(`${page.file}: ${section}: a column without a heading`);
        const count = (named.get(section) ?? 0) + 1;
        named.set(section, count);
        const label = `Table: ${section}${count > 1 ? `, ${count}` : ""}`;
        return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(label)}"><table>
<thead><tr>${cells(header, "th", ' scope="col"')}</tr></thead>
<tbody>
${body}
</tbody></table></div>\n`;
      },
      html({ text }) {
        // Comments are for authors. Nothing else that is HTML already is let through.
        if (/^\s*(<!--[^]*?-->\s*)+$/.test(text)) return "";
        throw new Error(`${page.file}: HTML in Markdown: ${text.slice(0, 60)}`);
      },
      image({ href }) {
        throw new Error(`${page.file}: an image, ${href}: pages fetch nothing`);
      },
    },
  });
  return marked.parser(page.tokens);
}

function navigationOf(pages, current) {
  const entries = pages.map((page) => `<li><a href="${asHtml(page.file)}"${page === current ? ' aria-current="page"' : ""}>${escaped(page.title)}</a></li>`);
  return `<nav class="pages" aria-label="Pages of the handbook"><ul>\n${entries.join("\n")}\n</ul></nav>`;
}

function contentsOf({ headings }) {
  const listed = headings.filter(({ depth }) => depth === 2);
  if (listed.length < LISTED_FROM) return "";
  const entries = listed.map(({ id, words }) => `<li><a href="#${escaped(id)}">${escaped(words)}</a></li>`);
  return `<nav class="contents" aria-label="On this page"><ul>\n${entries.join("\n")}\n</ul></nav>\n`;
}

/** A whole page. The list of its headings stands below its title. */
function documentOf(pages, page, source) {
  const body = bodyOf(page, source);
  const end = body.indexOf("</h1>") + "</h1>\n".length;
  const title = page.file === INDEX ? page.title : `${page.title} · placet`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<meta name="description" content="${escaped(page.about)}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="handbook.css">
</head>
<body>
<a class="skip" href="#main">Skip to the page</a>
<header>
<p class="mark"><a href="index.html">placet</a> <span>Handbook</span></p>
${navigationOf(pages, page)}
</header>
<main id="main" tabindex="-1">
${body.slice(0, end)}${contentsOf(page)}${body.slice(end)}</main>
</body>
</html>
`;
}

/** Writes the handbook into a folder. Returns the names of the files. */
export function writeHandbook(output, { source } = {}) {
  const pages = readPages();
  const written = pages.map((page) => [asHtml(page.file), documentOf(pages, page, source)]);
  mkdirSync(output, { recursive: true });
  for (const name of readdirSync(output)) if (name.endsWith(".html")) rmSync(join(output, name));
  for (const [name, text] of written) writeFileSync(join(output, name), text);
  copyFileSync(STYLE, join(output, "handbook.css"));
  return [...written.map(([name]) => name), "handbook.css"];
}

if (process.argv[1] && existsSync(process.argv[1]) && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { source: { type: "string" } } });
  if (positionals.length !== 1) {
    console.error("[handbook] say where to: node www/tools/handbook.mjs OUTPUT [--source URL]");
    process.exit(2);
  }
  const output = resolve(positionals[0]);
  if (output === resolve(SOURCE) || dirname(output) === resolve(SOURCE)) {
    console.error("[handbook] the pages may not stand among their sources");
    process.exit(2);
  }
  try {
    console.log(`[handbook] ${writeHandbook(output, values).length} files in ${relative(process.cwd(), output) || "."}`);
  } catch (error) {
    console.error(`[handbook] ${error.message}`);
    process.exit(1);
  }
}
