// Numbers, times and names as people read them.

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** 1234567 is 1,234,567. */
export const number = (value) => Math.round(value ?? 0).toLocaleString("en-GB");

/** 1234567 is 1.2 MB. */
export function size(bytes) {
  const unit = Math.min(Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)), UNITS.length - 1);
  return unit === 0 ? `${number(bytes)} bytes` : `${(bytes / 1000 ** unit).toFixed(1)} ${UNITS[unit]}`;
}

/** 3700 is 1 h 2 min. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${number(Math.floor(whole / 3_600))} h ${Math.floor((whole % 3_600) / 60)} min`;
}

/** 2026-11-25T10:00:00.000Z is 2026-11-25 10:00 UTC. */
export const moment = (text) => (text ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : "");

/** A name from elsewhere, without anything that a terminal would obey. */
export const printable = (text) => `${text ?? ""}`.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\uFFFD");

/** Rows of texts as lines with aligned columns; the columns of `right` are aligned there. */
export function table(rows, { indent = "", right = [] } = {}) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text, column) => (right.includes(column) ? text.padStart(widths[column]) : text.padEnd(widths[column]));
  return rows.map((row) => (indent + row.map(cell).join("  ")).trimEnd()).join("\n");
}
