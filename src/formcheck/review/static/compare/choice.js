// @ts-check
/** Which clip another one is compared with: the first of the person and the leg, or one that is picked. */

import { select } from "../core/dom.js";
import { COLLATOR, dayOf, labelledDate, t } from "../core/text.js";

/** @import { ComparedItem, Entry } from "../core/types.js" */

/**
 * Those that can be compared with a session, the earliest first: of its person and leg, where these are known.
 * @param {Entry[]} entries
 * @param {string} id
 */
export function comparable(entries, id) {
  const own = entries.find((entry) => entry.id === id);
  const fits = entries.filter(
    (entry) =>
      entry.state === "analysed" &&
      entry.id !== id &&
      (!own?.person || entry.person === own.person) &&
      (!own?.side || entry.side === own.side),
  );
  return fits.sort((a, b) => COLLATOR.compare(a.date ?? "", b.date ?? "") || COLLATOR.compare(a.name, b.name));
}

/**
 * @param {string} a
 * @param {string} b
 */
export const comparePath = (a, b) => `#/compare/${encodeURIComponent(a)}/${encodeURIComponent(b)}`;

/**
 * A choice of what a session is compared with; the one that is on show stays in it.
 * @param {Entry[]} entries
 * @param {ComparedItem} shown
 * @param {string} other
 */
export function againstChoice(entries, shown, other) {
  const fits = comparable(entries, other);
  const words = (/** @type {Pick<Entry, "name" | "date" | "date_kind">} */ { name, date, date_kind }) =>
    t("review.compare.choice", { name, date: labelledDate(dayOf(date), date_kind) });
  const choices = fits.map(
    (entry, place) =>
      /** @type {[string, string]} */ ([
        entry.id,
        place === 0 && fits.length > 1 ? t("review.compare.first", { name: words(entry) }) : words(entry),
      ]),
  );
  if (!fits.some((entry) => entry.id === shown.id)) choices.unshift([shown.id, words(shown)]);
  return select(shown.id, choices, (id) => (location.hash = comparePath(id, other)), {
    "aria-label": t("review.compare.against"),
    title: t("review.compare.against"),
    "data-key": "against",
  });
}
