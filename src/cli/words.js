// Formats numbers, times and names for people.

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** Formats a number: 1234567 becomes 1,234,567. */
export const number = (value) => Math.round(value ?? 0).toLocaleString("en-GB");

/** Formats a size in bytes: 1234567 becomes 1.2 MB. */
export function size(bytes) {
  const unit = Math.min(Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)), UNITS.length - 1);
  return unit === 0 ? `${number(bytes)} bytes` : `${(bytes / 1000 ** unit).toFixed(1)} ${UNITS[unit]}`;
}

/** Formats a duration in seconds: 3700 becomes 1 h 1 min. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${number(Math.floor(whole / 3_600))} h ${Math.floor((whole % 3_600) / 60)} min`;
}

/** Formats a time: 2026-11-25T10:00:00.000Z becomes 2026-11-25 10:00 UTC. */
export const moment = (text) => (text ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : "");

/** Returns a foreign text without characters that control a terminal. */
export const printable = (text) => `${text ?? ""}`.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\uFFFD");

/** Returns rows of texts as lines with aligned columns. The columns in `right` are aligned to the right. */
export function table(rows, { indent = "", right = [] } = {}) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text, column) => (right.includes(column) ? text.padStart(widths[column]) : text.padEnd(widths[column]));
  return rows.map((row) => (indent + row.map(cell).join("  ")).trimEnd()).join("\n");
}
