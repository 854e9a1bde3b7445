/**
 * The page's own words in the chosen language. Words that come from the API are already in a language.
 *
 * Staff, and the frame around the devices, have Chinese and English; a customer has five languages, and English where a
 * word is not his.
 *
 * @typedef {import("../prompt/words.js").Locale} Locale
 * @typedef {(key: string, values?: Record<string, string | number>) => string} Say
 */
import en from "../i18n/en.js";
import id from "../i18n/id.js";
import th from "../i18n/th.js";
import vi from "../i18n/vi.js";
import zhTW from "../i18n/zh-TW.js";

/** @type {Record<Locale, Record<string, string>>} */
const DICTIONARIES = { "zh-TW": zhTW, en, vi, id, th };
const REMEMBERED = "safelight.locale";

/** @param {unknown} value @returns {value is Locale} */
const known = (value) => typeof value === "string" && Object.hasOwn(DICTIONARIES, value);

/**
 * The address decides, then what was chosen before, then zh-TW.
 * @param {URLSearchParams} query
 * @returns {Locale}
 */
export function firstLocale(query) {
  const asked = query.get("lang");
  if (known(asked)) return asked;
  try {
    const before = localStorage.getItem(REMEMBERED);
    if (known(before)) return before;
  } catch {
    // Storage is switched off: the choice lasts for this page only.
  }
  return "zh-TW";
}

/** @param {Locale} locale */
export function rememberLocale(locale) {
  try {
    localStorage.setItem(REMEMBERED, locale);
  } catch {
    // As above.
  }
}

/** The language of staff and frame beside a customer's. @param {Locale} locale @returns {"zh-TW" | "en"} */
export const frameOf = (locale) => (locale === "zh-TW" ? "zh-TW" : "en");

/**
 * @param {Locale} locale
 * @returns {Say} fills `{name}` places; an unknown key comes back as it is, so that a code is shown rather than nothing
 */
export function sayIn(locale) {
  const dictionary = DICTIONARIES[locale];
  const english = DICTIONARIES.en;
  return (key, values = {}) =>
    (dictionary[key] ?? english[key] ?? key).replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}

/**
 * The word for one of the API's codes, or the code itself where the page has no word for it.
 * @param {Say} say
 * @param {string} group
 * @param {string} code
 */
export function wordFor(say, group, code) {
  const key = `${group}.${code}`;
  const word = say(key);
  return word === key ? code.replaceAll("_", " ") : word;
}
