// @ts-check
/** The columns of the worklist, and what its list can be narrowed to. */

import { button, h, icon } from "../core/dom.js";
import { CANNOT_TELL, dateWords, labelledDate, percent, UNSURE } from "../core/words.js";

/** @import { Entry } from "../core/types.js" */
/** @import { Child } from "../core/dom.js" */

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} words
 * @property {string} [title]
 * @property {boolean} [number]
 * @property {(entry: Entry) => string | number | null} of  what is sorted by
 * @property {(entry: Entry) => Child} [cell]  what is shown, where the list does not make it itself
 */

export const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
export const STATES = /** @type {[string, string][]} */ ([
  ["", "All"],
  ["open", "To review"],
  ["mend", "With something not met"],
  ["unsure", "With something unsure"],
  ["reviewed", "Reviewed"],
  ["new", "Not analysed"],
  ["failed", "Failed"],
]);

/** @type {Record<string, (entry: Entry) => boolean>} */
export const FILTERS = {
  "": () => true,
  open: (entry) => entry.state === "analysed" && !entry.reviewed,
  mend: (entry) => (entry.not_met ?? 0) > 0,
  unsure: (entry) => (entry.undecided ?? 0) > 0,
  reviewed: (entry) => entry.reviewed,
  new: (entry) => ["not analysed", "queued", "analysing"].includes(entry.state),
  failed: (entry) => entry.state === "failed",
};

/** @param {number | null} value */
const count = (value) => (value === null ? h("span", { class: "soft" }, "–") : String(value));

/** @type {Column[]} */
export const COLUMNS = [
  { key: "name", words: "Clip", of: (entry) => entry.name },
  { key: "person", words: "Person", of: (entry) => entry.person, cell: (entry) => entry.person },
  {
    key: "date",
    words: "Date",
    title: "When it was filmed; else what is known, as it says",
    of: (entry) => entry.date,
    cell: (entry) =>
      h(
        "span",
        { class: "nowrap" },
        (entry.date_kind ?? "filmed") === "filmed" ? dateWords(entry.date) : labelledDate(entry.date, entry.date_kind),
      ),
  },
  { key: "protocol", words: "Protocol", of: (entry) => entry.protocol, cell: (entry) => entry.protocol },
  { key: "side", words: "Leg", of: (entry) => entry.side, cell: (entry) => entry.side },
  {
    key: "reps",
    words: "Reps",
    title: "Complete repetitions, of those prescribed",
    number: true,
    of: (entry) => entry.reps,
    cell: (entry) =>
      entry.reps === null
        ? count(null)
        : h(
            "span",
            { class: "nowrap" },
            String(entry.reps),
            entry.prescribed ? h("small", {}, ` / ${entry.prescribed}`) : null,
          ),
  },
  {
    key: "met",
    words: "Met",
    title: "Repetitions of which every check is met",
    number: true,
    of: (entry) => entry.met,
    cell: (entry) => count(entry.met),
  },
  {
    key: "not_met",
    words: "Not met",
    title: "Repetitions of which a check is not met",
    number: true,
    of: (entry) => entry.not_met,
    cell: (entry) =>
      entry.not_met ? h("b", { class: "mend" }, icon("not-met"), String(entry.not_met)) : count(entry.not_met),
  },
  {
    key: "undecided",
    words: "Unsure",
    title: UNSURE,
    number: true,
    of: (entry) => entry.undecided,
    cell: (entry) => count(entry.undecided),
  },
  {
    key: "pain",
    words: "Pain",
    title: "Leg pain before and after, 0 to 10",
    number: true,
    of: (entry) => entry.pain_after ?? entry.pain_before,
    cell: (entry) =>
      entry.pain_before === null && entry.pain_after === null
        ? count(null)
        : h("span", { class: "nowrap" }, `${entry.pain_before ?? "–"} → ${entry.pain_after ?? "–"}`),
  },
  {
    key: "quality",
    words: "Measured",
    title: "Share of the clip's frames in which hip and knee could be measured",
    number: true,
    of: (entry) => entry.usable_fraction,
    cell: (entry) =>
      entry.usable_fraction === null
        ? count(null)
        : h(
            "span",
            { title: entry.quality.join("\n") },
            percent(entry.usable_fraction),
            entry.quality.length
              ? h("span", { class: "tag care-tag" }, entry.usable_fraction > 0 ? "with care" : CANNOT_TELL)
              : null,
          ),
  },
  { key: "reviewed", words: "Review", of: (entry) => (entry.reviewed ? 1 : 0) },
];

/**
 * What is not known comes last, whichever way the list is sorted.
 * @param {string | number | null} a
 * @param {string | number | null} b
 * @param {number} sign
 */
export function ordered(a, b, sign) {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (typeof a === "number" && typeof b === "number" ? a - b : COLLATOR.compare(String(a), String(b)));
}

/**
 * A clip's name, as a link where there is something to see.
 * @param {Entry} entry
 */
export function nameCell(entry) {
  if (entry.state !== "analysed") return h("span", {}, entry.name);
  return h("a", { href: `#/item/${encodeURIComponent(entry.id)}`, class: "open" }, entry.name);
}

/**
 * How far the review of a clip is.
 * @param {Entry} entry
 * @param {() => void} analyse
 */
export function reviewCell(entry, analyse) {
  const pill = (
    /** @type {"met" | "not-met"} */ key,
    /** @type {string} */ words,
    /** @type {string | null} */ title,
  ) => h("span", { class: `verdict ${key}`, title }, icon(key), words);
  if (entry.reviewed) return pill("met", "reviewed", entry.reviewed_at && dateWords(entry.reviewed_at));
  if (entry.review_problem) return pill("not-met", "cannot be read", entry.review_problem);
  if (entry.state === "analysed") return h("span", { class: "soft" }, entry.review_started ? "draft" : "to review");
  if (entry.state === "not analysed") return button(`Analyse ${entry.name}`, analyse, { class: "small" }, "Analyse");
  if (entry.state !== "failed")
    return h("span", { class: "soft" }, `${entry.state === "queued" ? "waiting" : entry.state} …`);
  return h("span", {}, pill("not-met", "failed", null), h("small", { class: "why" }, entry.error ?? ""));
}
