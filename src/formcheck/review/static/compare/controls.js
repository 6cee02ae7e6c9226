// @ts-check
/** The row of controls under two clips that are compared. */

import { button, h, icon, select } from "../core/dom.js";
import { t } from "../core/text.js";
import { rateChoices } from "../player/player.js";

/** @import { Props } from "../core/dom.js" */
/** @import { Compare } from "./compare.js" */
/** @import { Align } from "./side.js" */

/** @param {Compare} view */
export function compareControls(view) {
  const playing = view.playing ? "pause" : "play";
  /** @type {[string, string][]} */
  const ways = [
    ["rep", t("review.compare.by_rep")],
    ["time", t("review.compare.by_time")],
  ];
  if (view.both.every(({ mark_s }) => mark_s !== null)) ways.push(["frame", t("review.compare.by_frame")]);
  return [
    tool("step_back", "back", () => view.step(-1)),
    tool(playing, playing, () => view.toggle(), { class: "primary", "data-key": "play" }),
    tool("step_on", "forward", () => view.step(1)),
    select(String(view.rate), rateChoices(), (one) => view.setRate(Number(one)), {
      "aria-label": t("review.compare.speed"),
      "data-key": "rate",
    }),
    tool("overlay", "leg", () => view.toggleLeg(), { "aria-pressed": view.a.scene.showsLeg }),
    tool("magnifier", "zoom", () => view.toggleMagnifier(), { "aria-pressed": view.a.scene.magnifies }),
    tool("image", "image", () => void view.saveImage()),
    tool("rep_before", "up", () => view.stepReps(-1), { disabled: !view.reaches(-1) }),
    h("span", {}, t(view.haveReps ? "review.timeline.reps" : "review.compare.no_reps")),
    tool("rep_next", "down", () => view.stepReps(1), { disabled: !view.reaches(1) }),
    select(view.align, ways, (way) => view.alignBy(/** @type {Align} */ (way)), {
      "aria-label": t("review.compare.align"),
      "data-key": "align",
    }),
  ];
}

/**
 * @param {string} name
 * @param {string} iconName
 * @param {() => void} act
 * @param {Props} [more]
 */
const tool = (name, iconName, act, more = {}) =>
  button(t(`review.compare.${name}`), act, { "data-key": name, ...more }, icon(iconName));
