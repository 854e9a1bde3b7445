/**
 * The language of a text message, which carries none: told by its script, its letters, and of those without any of
 * their own by the small words. A sender's name may be in another script than the message.
 *
 * @typedef {import("../page/words.js").Locale} Locale
 */
const THAI = /\p{Script=Thai}/u;
const VIETNAMESE = /[ăđơưĂĐƠƯ]|[\u1ea0-\u1ef9]/;
const INDONESIAN = /\b(Anda|keluarga|mohon|telepon|nomor|untuk|tanpa|kalau)\b/i;
const HAN = /\p{Script=Han}/gu;
const LATIN = /\p{Script=Latin}/gu;

/** @param {string} text @returns {Locale} */
export function languageOf(text) {
  const told = text.normalize("NFC");
  if (THAI.test(told)) return "th";
  if (VIETNAMESE.test(told)) return "vi";
  if (INDONESIAN.test(told)) return "id";
  const count = (/** @type {RegExp} */ letters) => told.match(letters)?.length ?? 0;
  return count(HAN) > count(LATIN) ? "zh-TW" : "en";
}
