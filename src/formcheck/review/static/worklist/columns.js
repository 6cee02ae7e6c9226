// @ts-check
/** The columns of the worklist, and what its list can be narrowed to. */

import { statusBadge } from "../core/badges.js";
import { button, h, icon } from "../core/dom.js";
import { COLLATOR, dateWords, dayOf, hasText, labelledDate, percent, sideWords, t } from "../core/text.js";

/** @import { Entry } from "../core/types.js" */
/** @import { Child } from "../core/dom.js" */

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {boolean} [number]
 * @property {(entry: Entry) => string | number | null} of  what is sorted by
 * @property {(entry: Entry) => Child} [cell]  what is shown, where the list does not make it itself
 */

/** What the list can be narrowed to. @type {Record<string, (entry: Entry) => boolean>} */
export const FILTERS = {
  all: () => true,
  open: (entry) => entry.state === "analysed" && !entry.reviewed,
  not_met: (entry) => (entry.not_met ?? 0) > 0,
  undecided: (entry) => (entry.undecided ?? 0) > 0,
  reviewed: (entry) => entry.reviewed,
  new: (entry) => ["not analysed", "queued", "analysing"].includes(entry.state),
  failed: (entry) => entry.state === "failed",
};

/** @param {number | null} value */
const count = (value) => (value === null ? h("span", { class: "soft" }, "–") : String(value));

/** Several sets are practised a day; of a clip the day is enough. @param {Entry} entry */
const dateCell = ({ date, date_kind: kind }) =>
  h(
    "span",
    { class: "nowrap", title: date && labelledDate(date, kind) },
    kind === "practised"
      ? dateWords(date)
      : kind === "filmed"
        ? dateWords(dayOf(date))
        : labelledDate(dayOf(date), kind),
  );

/** @param {Entry} entry */
const repsCell = ({ reps, prescribed }) =>
  reps === null
    ? count(null)
    : h("span", { class: "nowrap" }, String(reps), prescribed ? h("small", {}, ` / ${prescribed}`) : null);

/** @param {Entry} entry */
const notMetCell = ({ not_met }) =>
  not_met ? h("b", { class: "not-met-count" }, icon("not-met"), String(not_met)) : count(not_met);

/** @param {Entry} entry */
const painCell = ({ pain_before, pain_after }) =>
  pain_before === null && pain_after === null
    ? count(null)
    : h(
        "span",
        { class: "nowrap" },
        t("review.worklist.pain", { before: pain_before ?? "–", after: pain_after ?? "–" }),
      );

/** @param {Entry} entry */
function qualityCell({ quality, usable_fraction: share }) {
  if (share === null) return count(null);
  const care = t(share > 0 ? "review.worklist.with_care" : "number.cannot_tell");
  return h(
    "span",
    { title: quality.join("\n") },
    percent(share),
    quality.length > 0 && h("span", { class: "tag caution-tag" }, care),
  );
}

/** @type {Column[]} */
export const COLUMNS = [
  { key: "name", of: (entry) => entry.name },
  { key: "person", of: (entry) => entry.person, cell: (entry) => entry.person },
  { key: "date", of: (entry) => entry.date, cell: dateCell },
  { key: "protocol", of: (entry) => entry.protocol, cell: (entry) => entry.protocol },
  { key: "side", of: (entry) => entry.side, cell: (entry) => entry.side && sideWords(entry.side) },
  { key: "reps", number: true, of: (entry) => entry.reps, cell: repsCell },
  { key: "met", number: true, of: (entry) => entry.met, cell: (entry) => count(entry.met) },
  { key: "not_met", number: true, of: (entry) => entry.not_met, cell: notMetCell },
  { key: "undecided", number: true, of: (entry) => entry.undecided, cell: (entry) => count(entry.undecided) },
  { key: "pain", number: true, of: (entry) => entry.pain_after ?? entry.pain_before, cell: painCell },
  { key: "quality", number: true, of: (entry) => entry.usable_fraction, cell: qualityCell },
  { key: "reviewed", of: (entry) => (entry.reviewed ? 1 : 0) },
];

/** Clips that an analysis can be asked for. @param {Entry} entry */
export const isNew = (entry) => entry.state === "not analysed" || (entry.state === "failed" && entry.origin === "clip");

/** @param {Column} column */
export const columnTitle = ({ key }) => t(`review.column.${key}`);

/**
 * What a column shows, where its title alone does not say it.
 * @param {Column} column
 */
export function columnHint({ key }) {
  if (key === "undecided") return t("review.panel.undecided_hint");
  return hasText(`review.column.${key}_hint`) ? t(`review.column.${key}_hint`) : null;
}

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
  if (entry.reviewed)
    return statusBadge("met", t("review.worklist.reviewed"), entry.reviewed_at && dateWords(entry.reviewed_at));
  if (entry.review_problem) return statusBadge("not_met", t("review.worklist.cannot_be_read"), entry.review_problem);
  const soft = (/** @type {string} */ words) => h("span", { class: "soft" }, words);
  switch (entry.state) {
    case "analysed":
      return soft(t(entry.review_started ? "review.worklist.draft" : "review.worklist.to_review"));
    case "not analysed":
      return button(
        t("review.worklist.analyse_one", { name: entry.name }),
        analyse,
        { class: "small" },
        t("review.worklist.analyse"),
      );
    case "failed":
      return h(
        "span",
        { class: "why-failed" },
        statusBadge("not_met", t("review.worklist.failed")),
        h("small", { class: "why" }, entry.error ?? ""),
      );
    default:
      return h("span", { class: "soft", "data-progress": entry.id }, t(`review.worklist.${entry.state}`));
  }
}
