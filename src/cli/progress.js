// How far a command is. On a terminal one line that is drawn anew, elsewhere a line every ten seconds. Plain text, no colour.

const REDRAW_MS = 100;
const LINE_MS = 10_000;
const BAR = 16;

export class Progress {
  #stream;
  #terminal;
  #quiet;
  #drawn = false;
  #last;

  /** `terminalOnly` is for what streams to stdout: lines in a log would say nothing there. */
  constructor({ quiet = false, terminalOnly = false, stream = process.stderr } = {}) {
    this.#stream = stream;
    this.#terminal = Boolean(stream.isTTY) && process.env.TERM !== "dumb";
    this.#quiet = quiet || (terminalOnly && !this.#terminal);
    this.#last = this.#terminal ? 0 : Date.now();
  }

  /** Shows `text` in place of what was shown before, or leaves it if that was a moment ago. */
  show(text) {
    const now = Date.now();
    if (this.#quiet || now - this.#last < (this.#terminal ? REDRAW_MS : LINE_MS)) return;
    this.#last = now;
    if (!this.#terminal) {
      this.#stream.write(`${text}\n`);
      return;
    }
    // A line that wraps could not be drawn over.
    this.#stream.write(`\r${text.slice(0, (this.#stream.columns || 80) - 1)}\x1b[K`);
    this.#drawn = true;
  }

  /** A line that stays. */
  say(text) {
    this.clear();
    if (!this.#quiet) this.#stream.write(`${text}\n`);
  }

  /** Leaves an empty line to whoever writes next. */
  clear() {
    if (this.#drawn) this.#stream.write("\r\x1b[K");
    this.#drawn = false;
  }
}

/** `[######      ]  50 %`, or nothing where nobody knows how much there is. */
export function bar(done, total) {
  if (!total) return "";
  const part = Math.min(1, Math.max(0, done / total));
  return `[${"#".repeat(Math.floor(part * BAR)).padEnd(BAR)}] ${`${Math.floor(part * 100)}`.padStart(3)} %`;
}
