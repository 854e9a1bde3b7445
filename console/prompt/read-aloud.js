/**
 * Reading aloud by the device's own voices. Where it has none for a language, nothing is offered.
 */

const speech = () => globalThis.speechSynthesis;

/** @param {string} locale */
function voiceFor(locale) {
  const tag = locale.toLowerCase();
  const primary = tag.split("-")[0];
  const voices = speech()?.getVoices() ?? [];
  const named = voices.map((voice) => ({ voice, tag: voice.lang.toLowerCase().replace("_", "-") }));
  return (named.find((one) => one.tag === tag) ?? named.find((one) => one.tag.split("-")[0] === primary))?.voice;
}

/** @param {string} locale */
export const canRead = (locale) => voiceFor(locale) !== undefined;

/** Voices come late in some browsers. @param {() => void} then @returns {() => void} to hear no more of it */
export function whenVoicesChange(then) {
  speech()?.addEventListener?.("voiceschanged", then);
  return () => speech()?.removeEventListener?.("voiceschanged", then);
}

/**
 * @param {string[]} texts one after the other
 * @param {string} locale
 * @param {() => void} done after the last, and when it is stopped
 * @returns {() => void} stops it
 */
export function readAloud(texts, locale, done) {
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    done();
  };
  speech().cancel();
  // Held until the end: some browsers forget an utterance that nobody holds, and its events with it.
  const utterances = texts.map((text) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = locale;
    utterance.voice = voiceFor(locale) ?? null;
    utterance.rate = 0.9;
    utterance.onerror = end;
    return utterance;
  });
  utterances[utterances.length - 1].onend = end;
  for (const utterance of utterances) speech().speak(utterance);
  return () => {
    if (over) return;
    speech().cancel();
    end();
  };
}
