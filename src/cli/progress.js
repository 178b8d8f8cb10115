// Shows the progress of a command. On a terminal it is one line that is redrawn; elsewhere it is a line every ten
// seconds. It is plain text without colour.

const REDRAW_MS = 100;
const LINE_MS = 10_000;
const BAR = 16;

export class Progress {
  #stream;
  #terminal;
  #quiet;
  #drawn = false;
  #last;

  /** `terminalOnly` is for commands that stream to stdout: their progress lines would be useless in a log. */
  constructor({ quiet = false, terminalOnly = false, stream = process.stderr } = {}) {
    this.#stream = stream;
    this.#terminal = Boolean(stream.isTTY) && process.env.TERM !== "dumb";
    this.#quiet = quiet || (terminalOnly && !this.#terminal);
    this.#last = this.#terminal ? 0 : Date.now();
  }

  /** Shows `text` instead of the previous text. Does nothing if the previous text is recent. */
  show(text) {
    const now = Date.now();
    if (this.#quiet || now - this.#last < (this.#terminal ? REDRAW_MS : LINE_MS)) return;
    this.#last = now;
    if (!this.#terminal) {
      this.#stream.write(`${text}\n`);
      return;
    }
    // A line that wraps could not be overwritten.
    this.#stream.write(`\r${text.slice(0, (this.#stream.columns || 80) - 1)}\x1b[K`);
    this.#drawn = true;
  }

  /** Writes a line that stays. */
  say(text) {
    this.clear();
    if (!this.#quiet) this.#stream.write(`${text}\n`);
  }

  /** Clears the line for the next output. */
  clear() {
    if (this.#drawn) this.#stream.write("\r\x1b[K");
    this.#drawn = false;
  }
}

/** Returns `[######      ]  50 %`, or an empty text if the total is unknown. */
export function bar(done, total) {
  if (!total) return "";
  const part = Math.min(1, Math.max(0, done / total));
  return `[${"#".repeat(Math.floor(part * BAR)).padEnd(BAR)}] ${`${Math.floor(part * 100)}`.padStart(3)} %`;
}
