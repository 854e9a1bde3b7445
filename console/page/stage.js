/**
 * What the three devices share: the settings, who is played, the language, the announcer.
 *
 * @typedef {import("../types.js").Config} Config
 * @typedef {import("../types.js").Person} Person
 * @typedef {import("./words.js").Locale} Locale
 * @typedef {import("./words.js").Say} Say
 *
 * @typedef {object} Stage
 * @property {Config} config
 * @property {import("./announcer.js").Announcer} announcer
 * @property {Say} say in the language of the moment
 * @property {() => Date} now by the clock of the stack, which a demo may have set to the evening
 * @property {() => Locale} locale
 * @property {() => Person} person
 * @property {(one: { name_zh: string, name_en: string }) => string} nameOf
 * @property {(policyholderId: string) => string} nameOfId
 * @property {() => string[]} contactPhones numbers whose texts the contact's phone shows
 * @property {(phone: string) => void} contactNamed
 * @property {() => void} requested
 */
import { frameOf, sayIn } from "./words.js";

/**
 * @param {Config} config
 * @param {import("./announcer.js").Announcer} announcer
 * @param {{ locale: Locale, personId: string | null }} first
 */
export function createStage(config, announcer, first) {
  let locale = first.locale;
  let words = sayIn(locale);
  let person = config.people.find((one) => one.id === first.personId) ?? config.people[0];
  /** Numbers named on this page, by person: the newest contact's phone is the one to look at. @type {Map<string, string[]>} */
  const named = new Map();
  let onRequest = () => {};

  /** @type {Stage} */
  const stage = {
    config,
    announcer,
    say: (key, values) => words(key, values),
    now: () => new Date(Date.now() + (config.clock_offset_seconds ?? 0) * 1000),
    locale: () => locale,
    person: () => person,
    nameOf: (one) => (locale === "zh-TW" ? one.name_zh : one.name_en),
    nameOfId(policyholderId) {
      const known = config.people.find((one) => one.id === policyholderId);
      return known ? stage.nameOf(known) : policyholderId;
    },
    contactPhones: () => [...(person.contact_phone ? [person.contact_phone] : []), ...(named.get(person.id) ?? [])],
    contactNamed(phone) {
      named.set(person.id, [...(named.get(person.id) ?? []), phone]);
    },
    requested: () => onRequest(),
  };
  /** The same for those who have Chinese and English only. @type {Stage} */
  const staff = {
    ...stage,
    say: (key, values) => sayIn(frameOf(locale))(key, values),
    locale: () => frameOf(locale),
  };
  return {
    stage,
    staff,
    /** @param {Locale} next */
    speak(next) {
      locale = next;
      words = sayIn(next);
    },
    /** @param {Person} next */
    play(next) {
      person = next;
    },
    /** @param {() => void} then */
    whenRequested(then) {
      onRequest = then;
    },
  };
}
