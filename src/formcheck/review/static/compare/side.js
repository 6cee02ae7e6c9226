// @ts-check
/** One of two clips that are compared: its video with what is drawn over it, its angles now, and its goniometer. */

import { button, h, icon } from "../core/dom.js";
import { clock, dayOf, labelledDate, t, withBand } from "../core/text.js";
import { ReviewState } from "../panels/review_state.js";
import { Scene } from "../player/scene.js";

/** @import { ComparedItem, Item } from "../core/types.js" */
/** @typedef {"a" | "b"} Which */

/** What a moment is told by: a share of a repetition, or seconds from its start. @typedef {"rep" | "time"} Align */

export class ComparedSide {
  /**
   * @param {Which} which
   * @param {Item} item
   * @param {ComparedItem} compared
   * @param {HTMLElement | null} choice  of another clip in its place
   */
  constructor(which, item, compared, choice) {
    this.which = which;
    this.reps = compared.reps;
    this.rep = 0;
    this.state = new ReviewState(item);
    this.scene = new Scene(item, this.state);
    this.player = this.scene.player;
    this.live = h("span", { class: "live" });
    const measure = button(
      t("review.compare.measure", { side: which.toUpperCase() }),
      () => this.scene.goniometer.start(),
      { class: "small", "data-key": `measure-${which}` },
      icon("angle"),
    );
    const caption = choice
      ? h("label", { class: "choice" }, which.toUpperCase(), choice)
      : h("b", { class: "side-name" }, captionWords(which, compared));
    const line = h("div", { class: "side-line" }, this.live, measure);
    const shownAs = h("span", { class: "shown-as soft" }, compared.shown_as);
    this.node = h("figure", {}, this.scene.stage, h("figcaption", {}, caption, shownAs, line));
    // What is measured here makes a complete review a draft.
    this.state.addEventListener("reopened", () => {
      shownAs.textContent = t("review.compare.reopened");
    });
    this.player.addEventListener("cursor", () => this.read());
    this.scene.goniometer.placing.control = () => measure;
    this.state.addEventListener("change", () => this.scene.draw());
    this.read();
  }

  get hasClip() {
    return this.scene.video !== null;
  }

  get #span() {
    const rep = this.reps[Math.min(this.rep, this.reps.length - 1)];
    return rep ?? { start_s: 0, end_s: this.#last_s };
  }

  get #last_s() {
    return this.player.times_s.at(-1) ?? 0;
  }

  get repLength_s() {
    return Math.max(this.#span.end_s - this.#span.start_s, 0.05);
  }

  /** The first and the last moment that can be shown, from the start of the repetition. */
  get reach_s() {
    return [-this.#span.start_s, this.#last_s - this.#span.start_s];
  }

  /**
   * @param {Align} align
   * @param {number} position
   */
  timeOf(align, position) {
    return this.#span.start_s + position * (align === "rep" ? this.repLength_s : 1);
  }

  /**
   * @param {Align} align
   * @param {number} time_s
   */
  positionOf(align, time_s) {
    return (time_s - this.#span.start_s) / (align === "rep" ? this.repLength_s : 1);
  }

  /** Which repetition is gone through over and over; in time both clips just go on. @param {Align} align */
  bound(align) {
    this.player.setLoop(align === "rep" && this.reps.length ? this.#span : null);
  }

  /** While an angle is measured on one of the clips, none of either is to be seen. @param {boolean} measuring */
  set measuring(measuring) {
    this.scene.measuring = measuring;
    this.scene.draw();
    this.read();
  }

  /** Say the time in the clip, which tells its frames apart, and the angles of this moment. */
  read() {
    const { angles } = this.state.session;
    const { decimals, index, time_s } = this.player;
    const time = clock(time_s, decimals);
    const of = (/** @type {"hip" | "knee"} */ joint) =>
      withBand(angles[`${joint}_deg`][index], angles[`${joint}_se_deg`][index]);
    this.live.textContent = this.scene.measuring
      ? t("review.compare.live_hidden", { time })
      : t("review.compare.live", { time, hip: of("hip"), knee: of("knee") });
  }

  close() {
    this.scene.close();
    if (!this.state.clean) void this.state.save();
  }
}

/**
 * @param {Which} side
 * @param {ComparedItem} item
 */
export function captionWords(side, { name, whose, date, date_kind }) {
  const values = { side: side.toUpperCase(), name, date: labelledDate(dayOf(date), date_kind) };
  // What a practice record calls a session begins with its person.
  return whose && !name.startsWith(whose)
    ? t("review.compare.caption_person", { ...values, person: whose })
    : t("review.compare.caption", values);
}
