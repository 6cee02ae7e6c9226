// @ts-check
/** The keys of the comparison. */

import { showKeyHelp } from "../core/keys.js";
import { t } from "../core/text.js";

/** @import { Shortcut } from "../core/keys.js" */
/** @import { Compare } from "./compare.js" */

const MANY_FRAMES = 10;

/**
 * @param {Compare} view
 * @returns {Shortcut[]}
 */
export function compareKeys(view) {
  const group = t("review.keys.group_compare");
  const { a, b } = view;
  const rows = /** @type {[string, string, string, () => void][]} */ ([
    ["space", "Space", t("review.compare.key_play"), () => view.toggle()],
    ["arrowleft", "←", t("review.clip_keys.frame_back"), () => view.step(-1)],
    ["arrowright", "→", t("review.clip_keys.frame_on"), () => view.step(1)],
    ["shift+arrowleft", "Shift ← →", t("review.compare.key_ten"), () => view.step(-MANY_FRAMES)],
    ["shift+arrowright", "", "", () => view.step(MANY_FRAMES)],
    ["arrowup", "↑", t("review.keys.rep_before"), () => view.stepReps(-1)],
    ["arrowdown", "↓", t("review.keys.rep_next"), () => view.stepReps(1)],
    ["s", "S", t("review.keys.slower"), () => view.faster(-1)],
    ["d", "D", t("review.keys.faster"), () => view.faster(1)],
    ["v", "V", t("review.clip_keys.overlay"), () => view.toggleLeg()],
    ["m", "M", t("review.clip_keys.magnifier"), () => view.toggleMagnifier()],
    ["t", "T", t("review.compare.key_align"), () => view.alignBy(view.align === "rep" ? "time" : "rep")],
    ["f", "F", t("review.compare.key_mark_a"), () => view.mark(a)],
    ["shift+f", "Shift F", t("review.compare.key_mark_b"), () => view.mark(b)],
    ["g", "G", t("review.compare.key_measure_a"), () => a.scene.goniometer.start()],
    ["shift+g", "Shift G", t("review.compare.key_measure_b"), () => b.scene.goniometer.start()],
    ["k", "K", t("review.compare.key_image"), () => void view.saveImage()],
    ["ctrl+z", "Ctrl Z", t("review.clip_keys.undo"), () => view.undo()],
    ["escape", "Esc", t("review.clip_keys.escape"), () => view.stopMeasuring()],
  ]);
  /** @type {Shortcut[]} */
  const keys = rows.map(([key, shown, label, act]) => {
    return { key, shown, label, group, act, repeats: key.includes("arrow") };
  });
  keys.push({ key: "?", shown: "?", label: t("review.keys.this_help"), group, act: () => showKeyHelp(keys) });
  return keys;
}
