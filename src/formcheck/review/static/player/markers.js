// @ts-check
/** What stands on the time line: the strip of repetitions, and a mark for each finding and each word of the reviewer. */

import { STYLES, verdictWord } from "../core/badges.js";
import { button, h, icon } from "../core/dom.js";
import { clock, t } from "../core/text.js";

/** @import { Rep, Review } from "../core/types.js" */

const MARK_PX = 17;
/** Findings at a repetition's start stand just inside it, clear of the handle on its edge. */
const INSIDE_PX = 11;

/**
 * @typedef {object} Marker
 * @property {number} at_s
 * @property {"hip" | "knee" | "frame"} lane
 * @property {string} label
 * @property {string} style
 * @property {string} iconName
 * @property {() => void} act
 */

/**
 * @param {Rep[]} reps
 * @param {number} selected
 * @param {(rep: number) => void} choose
 */
export function stripButtons(reps, selected, choose) {
  return reps.map((rep) => {
    const style = rep.status ? STYLES[rep.status] : "unknown";
    const chosen = rep.index === selected;
    const times = { start: clock(rep.start_s), end: clock(rep.end_s) };
    const own = rep.findings.some((finding) => finding.overruled);
    const words = t("review.timeline.rep", { ...times, rep: rep.index, status: rep.status_words });
    const label = own ? t("review.timeline.overruled", { words }) : words;
    const props = {
      class: `rep ${style} ${own ? "overruled" : ""}`,
      "aria-pressed": chosen,
      "data-rep": rep.index,
      "data-at": rep.start_s,
      "data-until": rep.end_s,
      tabindex: chosen || (!selected && rep.index === 1) ? 0 : -1,
    };
    return button(label, () => choose(rep.index), props, h("span", { class: "number" }, rep.index), icon(style));
  });
}

/**
 * Findings that are not met or borderline.
 * @param {Rep[]} reps
 * @param {(finding: {rule: string, rep: number}) => void} open
 * @returns {Marker[]}
 */
export function findingMarkers(reps, open) {
  return reps.flatMap((rep) =>
    rep.findings.flatMap(({ advisory, at_s, curve, overruled, rule, title, verdict }) => {
      if (advisory || at_s === null || !["NOT_MET", "BORDERLINE"].includes(verdict)) return [];
      const style = STYLES[verdict];
      const words = t("review.timeline.finding", { verdict: verdictWord(verdict), rule: title, rep: rep.index });
      const label = overruled ? t("review.timeline.overruled", { words }) : words;
      return [
        {
          at_s,
          lane: curve,
          label,
          style: overruled ? `${style} overruled` : style,
          iconName: style,
          act: () => open({ rule, rep: rep.index }),
        },
      ];
    }),
  );
}

/**
 * Measurements, images and notes of the reviewer that belong to a frame.
 * @param {Review} review
 * @param {(time_s: number) => void} go
 * @returns {Marker[]}
 */
export function reviewerMarkers(review, go) {
  const mark = (/** @type {number} */ at_s, /** @type {string} */ iconName, /** @type {string} */ label) => {
    return /** @type {Marker} */ ({ at_s, lane: "frame", label, style: "own", iconName, act: () => go(at_s) });
  };
  return [
    ...review.goniometer.map(({ t_s }) => mark(t_s, "angle", t("review.timeline.goniometer", { time: clock(t_s) }))),
    ...review.key_images.map(({ t_s }) => mark(t_s, "image", t("review.timeline.image", { time: clock(t_s) }))),
    ...review.notes.flatMap(({ t_s, text }) =>
      t_s === null ? [] : [mark(t_s, "note", t("review.timeline.note", { time: clock(t_s), text: text.slice(0, 60) }))],
    ),
  ];
}

/**
 * Buttons for marks; those at the same moment are stacked. They are not tab stops: the panel has the same by keyboard.
 * @param {Marker[]} marks
 */
export function markerButtons(marks) {
  /** @type {Map<string, number>} */
  const taken = new Map();
  return marks.map(({ at_s, lane, label, style, iconName, act }) => {
    const slot = `${lane}${at_s.toFixed(2)}`;
    const below = taken.get(slot) ?? 0;
    taken.set(slot, below + 1);
    const own = lane === "frame";
    const props = {
      class: `mark ${style} ${lane}`,
      "data-at": at_s,
      "data-shift": below * (own ? MARK_PX : -MARK_PX),
      "data-inside": own ? 0 : INSIDE_PX,
      tabindex: -1,
    };
    return button(label, act, props, icon(iconName));
  });
}
