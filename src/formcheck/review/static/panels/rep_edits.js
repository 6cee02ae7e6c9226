// @ts-check
/** Changes to the list of repetitions, as pure functions. Overrules and notes move along with their repetition. */

import { clock, t } from "../core/text.js";

/** @import { Rep, RepTimes, Review, Side } from "../core/types.js" */

const SHORTEST_S = 0.2;
const ADDED_S = 4;

/** @typedef {{reps: RepTimes[], renumbered: (rep: number) => number | null}} Edited  null: that repetition is gone */

/**
 * @param {Rep[]} reps
 * @returns {RepTimes[]}
 */
export const repTimes = (reps) => reps.map(({ start_s, peak_s, end_s }) => ({ start_s, peak_s, end_s }));

/** @param {number} time_s */
const rounded = (time_s) => Math.round(time_s * 1000) / 1000;

/**
 * Give a repetition another start, straightest moment or end; its neighbours stay, and the times stay in order.
 * @param {RepTimes[]} reps
 * @param {number} place  from 0
 * @param {"start_s" | "peak_s" | "end_s"} edge
 * @param {number} time_s
 * @returns {Edited | string}  words when the times would not be in order
 */
export function moved(reps, place, edge, time_s) {
  const rep = reps[place];
  const [low, high] = {
    start_s: [reps[place - 1]?.end_s ?? 0, rep.end_s - SHORTEST_S],
    peak_s: [rep.start_s, rep.end_s],
    end_s: [rep.start_s + SHORTEST_S, reps[place + 1]?.start_s ?? Infinity],
  }[edge];
  const next = { ...rep, [edge]: rounded(Math.min(Math.max(time_s, low), high)) };
  if (next.peak_s !== null && (next.peak_s <= next.start_s || next.peak_s >= next.end_s)) {
    const why = { time: clock(rep.peak_s ?? next.peak_s), first: t("review.edit.correct_first") };
    if (edge === "start_s") return t("review.edit.start_after_peak", why);
    if (edge === "end_s") return t("review.edit.end_before_peak", why);
    return t("review.edit.peak_outside", { start: clock(rep.start_s), end: clock(rep.end_s) });
  }
  return { reps: reps.map((other, at) => (at === place ? next : other)), renumbered: (number) => number };
}

/**
 * @param {RepTimes[]} reps
 * @param {number} time_s
 * @param {number} last_s  the clip's end
 * @returns {Edited | string}  words when there is no room
 */
export function added(reps, time_s, last_s) {
  const inside = reps.findIndex((rep) => time_s >= rep.start_s && time_s < rep.end_s);
  if (inside >= 0) return t("review.edit.inside_rep", { rep: inside + 1 });
  const place = reps.filter((rep) => rep.start_s < time_s).length;
  const end_s = Math.min(time_s + ADDED_S, reps[place]?.start_s ?? last_s);
  if (end_s - time_s < SHORTEST_S) return t("review.edit.no_room");
  const next = { start_s: rounded(time_s), peak_s: null, end_s: rounded(end_s) };
  return {
    reps: [...reps.slice(0, place), next, ...reps.slice(place)],
    renumbered: (number) => (number > place ? number + 1 : number),
  };
}

/**
 * @param {RepTimes[]} reps
 * @param {number} time_s
 * @returns {Edited | string}
 */
export function split(reps, time_s) {
  const place = reps.findIndex((rep) => time_s > rep.start_s + SHORTEST_S && time_s < rep.end_s - SHORTEST_S);
  if (place < 0) return t("review.edit.split_where");
  const rep = reps[place];
  const at = rounded(time_s);
  const keep = (/** @type {number} */ from, /** @type {number} */ to) =>
    rep.peak_s !== null && rep.peak_s > from && rep.peak_s < to ? rep.peak_s : null;
  const halves = [
    { start_s: rep.start_s, peak_s: keep(rep.start_s, at), end_s: at },
    { start_s: at, peak_s: keep(at, rep.end_s), end_s: rep.end_s },
  ];
  return {
    reps: [...reps.slice(0, place), ...halves, ...reps.slice(place + 1)],
    renumbered: (number) => (number > place + 1 ? number + 1 : number),
  };
}

/**
 * @param {RepTimes[]} reps
 * @param {number} place  from 0
 * @returns {Edited}
 */
export function removed(reps, place) {
  const gone = place + 1;
  return {
    reps: reps.filter((_, at) => at !== place),
    renumbered: (number) => (number === gone ? null : number > gone ? number - 1 : number),
  };
}

/**
 * Write a changed list into a review. What was said about a repetition that is gone: an overrule goes with it, a note
 * stays as one on the set, because words are not thrown away.
 * @param {Review} review
 * @param {Edited} edited
 * @param {Side | null} side  the leg that is judged: what was said of the other one's repetitions stays
 */
export function writeReps(review, { reps, renumbered }, side) {
  review.reps = reps;
  review.overrules = review.overrules.flatMap((one) => {
    if (one.side && one.side !== side) return [one];
    const rep = one.rep === null ? null : renumbered(one.rep);
    return one.rep !== null && rep === null ? [] : [{ ...one, rep }];
  });
  review.notes = review.notes.map((one) => {
    if (one.rep === null) return one;
    const rep = renumbered(one.rep);
    return rep === null
      ? { ...one, scope: "session", rep: null, text: t("review.notes.of_removed_rep", { text: one.text }) }
      : { ...one, rep };
  });
}
