/** Money, times and chances as people read them. Times are Taipei's, wherever the page is opened. */

/** @typedef {import("./words.js").Locale} Locale */

const ZONE = "Asia/Taipei";
const DAY_MS = 86_400_000;

/** @param {number} twd @param {Locale} locale */
export const money = (twd, locale) => `NT$${new Intl.NumberFormat(locale).format(twd)}`;

/**
 * A second reading of a large amount: 120萬, 1.2M.
 * @param {number} twd
 * @param {Locale} locale
 */
export const roughly = (twd, locale) =>
  new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }).format(twd);

/** @param {string} text what was typed; everything but digits is dropped @returns {number} */
export function readAmount(text) {
  const digits = text.normalize("NFKC").replace(/\D/g, "");
  return digits === "" ? 0 : Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

/** @param {Date | string} at @param {Locale} locale */
export const clock = (at, locale) =>
  new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: ZONE }).format(
    new Date(at),
  );

/** @param {Date | string} at @param {Locale} locale */
export const longDay = (at, locale) =>
  new Intl.DateTimeFormat(locale, { month: "long", day: "numeric", weekday: "long", timeZone: ZONE }).format(
    new Date(at),
  );

/** @param {string} at @param {Locale} locale */
export const dayAndTime = (at, locale) =>
  new Intl.DateTimeFormat(locale, {
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: ZONE,
  }).format(new Date(at));

/** @param {string} day a date without a time @param {Locale} locale */
export const justDay = (day, locale) =>
  new Intl.DateTimeFormat(locale, { year: "numeric", month: "numeric", day: "numeric", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );

/** Whole days from today in Taipei until `day`. @param {string} day @param {Date} now */
export function daysUntil(day, now) {
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE }).format(now);
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY_MS);
}

/** @param {string} at @param {Date} now @param {Locale} locale */
export function ago(at, now, locale) {
  const seconds = Math.min(0, Math.round((Date.parse(at) - now.getTime()) / 1000));
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  if (seconds > -10) return words.format(0, "second");
  if (seconds > -60) return words.format(seconds, "second");
  if (seconds > -3600) return words.format(Math.round(seconds / 60), "minute");
  if (seconds > -86_400) return words.format(Math.round(seconds / 3600), "hour");
  return words.format(Math.round(seconds / 86_400), "day");
}

/** Two significant digits: at a base rate of one in a thousand, 0 % would say nothing. @param {number} p @param {Locale} locale */
export const chance = (p, locale) =>
  new Intl.NumberFormat(locale, { style: "percent", maximumSignificantDigits: 2 }).format(p);

/**
 * How full a bar is for a chance, on a logarithmic scale from one in ten thousand to certainty.
 * @param {number} p
 * @returns {number} 0 to 1
 */
export const chanceBar = (p) => Math.min(1, Math.max(0, (Math.log10(Math.max(p, 1e-9)) + 4) / 4));

/** With its year. @param {string} at @param {Locale} locale */
export const fullDay = (at, locale) =>
  new Intl.DateTimeFormat(locale, { year: "numeric", month: "long", day: "numeric", timeZone: ZONE }).format(
    new Date(at),
  );
