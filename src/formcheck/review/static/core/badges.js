// @ts-check
/** Verdicts and statuses: a word and an icon carry them, colour only repeats it. */

import { h, icon } from "./dom.js";
import { t } from "./text.js";

/** @import { Status, Verdict } from "./types.js" */

/** The CSS class and the icon of a verdict or a status. */
export const STYLES = /** @type {const} */ ({
  MET: "met",
  NOT_MET: "not-met",
  BORDERLINE: "borderline",
  NOT_ASSESSABLE: "unknown",
  INFORMATION: "information",
  met: "met",
  not_met: "not-met",
  undecided: "borderline",
});

/** @param {Verdict} verdict */
export const verdictWord = (verdict) => t(`verdict.${verdict}`);

/**
 * @param {Verdict | Status} value
 * @param {string} words
 * @param {string | null} [title]
 */
const badge = (value, words, title = null) =>
  h("span", { class: `verdict ${STYLES[value]}`, title }, icon(STYLES[value]), words);

/** @param {Verdict} verdict */
export const verdictBadge = (verdict) => badge(verdict, verdictWord(verdict));

/**
 * @param {Status} status
 * @param {string} words
 * @param {string | null} [title]
 */
export const statusBadge = (status, words, title) => badge(status, words, title);
