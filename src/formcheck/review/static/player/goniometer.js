// @ts-check
/** A goniometer on the video: three points, the middle one on the joint. */

import { t } from "../core/text.js";
import { newId } from "../panels/review_state.js";
import { Handles } from "./handles.js";
import { Placing } from "./placing.js";

/** @import { Item, Joint, Measurement, Point } from "../core/types.js" */
/** @import { Magnifier } from "./magnifier.js" */
/** @import { Viewport } from "./viewport.js" */
/** @import { Player } from "./player.js" */
/** @import { ReviewState } from "../panels/review_state.js" */

/** What is drawn on one frame has the time of that frame, but for its rounding. */
export const SAME_FRAME_S = 0.002;

/** Where the three points belong. @type {Record<Joint, [string, string, string]>} */
const LANDMARKS = {
  knee: ["hip", "knee", "ankle"],
  hip: ["trunk", "hip", "knee"],
  other: ["first_arm", "vertex", "second_arm"],
};

/**
 * @param {Joint} joint
 * @param {number} number  from 0
 */
const landmarkWords = (joint, number) => t(`review.goniometer.landmark.${LANDMARKS[joint][number]}`);

/** `change`: what is to be drawn is another; `placed`: all three points are set. */
export class Goniometer extends EventTarget {
  /**
   * @param {{item: Item, player: Player, viewport: Viewport, state: ReviewState, magnifier: Magnifier}} parts
   */
  constructor({ item, player, viewport, state, magnifier }) {
    super();
    this.item = item;
    this.player = player;
    this.state = state;
    /** @type {Joint} */
    this.joint = "knee";
    this.placing = new Placing({ viewport, magnifier });
    /** @type {Handles<Measurement>} */
    this.handles = new Handles({
      viewport,
      magnifier,
      kept: () => this.#kept,
      label: ({ joint }, number) =>
        t("review.goniometer.handle", { number: number + 1, landmark: landmarkWords(joint, number) }),
      keep: (measurement) => this.#keep(measurement),
    });
    for (const part of [this.placing, this.handles])
      part.addEventListener("change", () => this.dispatchEvent(new Event("change")));
    this.placing.addEventListener("change", () => this.handles.refresh());
  }

  get active() {
    return this.placing.active;
  }

  /** @type {Point[]} */
  get placed() {
    return this.placing.placed;
  }

  get #kept() {
    const shown = this.player.video ? this.player.shown : this.player.index;
    const t_s = this.item.t_s[shown];
    if (this.state.layer === "analysed") return [];
    const { goniometer } = this.state.review;
    const { rater } = this.state;
    // While one is placed, those of another rater would lead the hand.
    return goniometer.filter(
      (one) => Math.abs(one.t_s - t_s) < SAME_FRAME_S && (!this.active || (one.rater ?? "") === rater),
    );
  }

  /** Those laid on the frame that is shown. */
  get here() {
    return this.handles.here;
  }

  /** @param {Joint} [joint] */
  start(joint = this.joint) {
    this.player.pause();
    this.joint = joint;
    const words = (/** @type {number} */ number) =>
      t("review.goniometer.point", { number: number + 1, landmark: landmarkWords(joint, number) });
    this.placing.start(3, words, (points) => this.#add(points));
  }

  stop() {
    this.placing.stop();
  }

  /**
   * A tap on the stage.
   * @param {Point} at
   */
  tap(at) {
    this.placing.tap(at);
  }

  /** Make the handles of what is on this frame. */
  refresh() {
    this.handles.refresh();
  }

  /** @param {Point[]} points */
  #add(points) {
    const { joint } = this;
    const t_s = this.player.time_s;
    this.state.change(t("review.change.goniometer"), (draft) => {
      draft.goniometer.push({
        id: newId(),
        t_s,
        joint,
        points,
        angle_deg: null,
        plane_deg: null,
        tool_deg: null,
        tool_se_deg: null,
        difference_deg: null,
        rater: this.state.rater,
      });
    });
    this.dispatchEvent(new Event("placed"));
  }

  /** @param {Measurement} measurement */
  #keep(measurement) {
    this.state.change(
      t("review.change.goniometer_point"),
      (draft) => {
        const moved = { ...measurement, angle_deg: null };
        draft.goniometer = draft.goniometer.map((one) => (one.id === measurement.id ? moved : one));
      },
      `goniometer ${measurement.id}`,
    );
  }
}
