// @ts-check
/** One of two clips that are compared: its video with what is drawn over it, its angles now, and its goniometer. */

import { button, h, icon, replaceContent, select } from "../core/dom.js";
import { clock, dayOf, labelledDate, t, withBand } from "../core/text.js";
import { ReviewState } from "../panels/review_state.js";
import { Scene } from "../player/scene.js";

/** @import { ComparedItem, Item } from "../core/types.js" */
/** @typedef {"a" | "b"} Which */

/**
 * What a moment is told by: a share of a repetition, seconds from its start, or seconds from a frame that was marked.
 * @typedef {"rep" | "time" | "frame"} Align
 */

export class ComparedSide {
  /**
   * @param {Which} which
   * @param {Item} item
   * @param {ComparedItem} compared
   * @param {HTMLElement | null} choice  of another clip in its place
   * @param {{choose: (rep: number) => void, mark: () => void}} acts  another repetition, and the frame to align by
   */
  constructor(which, item, compared, choice, acts) {
    this.which = which;
    this.reps = compared.reps;
    /** Which of them, from 0. */
    this.rep = 0;
    /** The frame to align by. @type {number | null} */
    this.mark_s = null;
    this.acts = acts;
    this.caption = captionWords(which, compared);
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
      : h("b", { class: "side-name" }, this.caption);
    this.tools = h("span", { class: "buttons" });
    this.measure = measure;
    const line = h("div", { class: "side-line" }, this.live, this.tools);
    const shownAs = h("span", { class: "shown-as soft" }, compared.shown_as);
    this.node = h("figure", {}, this.scene.stage, h("figcaption", {}, caption, shownAs, line));
    // What is measured here makes a complete review a draft.
    this.state.addEventListener("reopened", () => {
      shownAs.textContent = t("review.compare.reopened");
    });
    this.player.addEventListener("cursor", () => this.read());
    this.scene.goniometer.placing.control = () => measure;
    this.state.addEventListener("change", () => this.scene.draw());
    this.refresh();
    this.read();
  }

  /** Which repetition is on show, and the frame to align by. */
  refresh() {
    const side = this.which.toUpperCase();
    const { mark_s } = this;
    const marked = mark_s !== null && clock(mark_s, this.player.decimals);
    const choices = this.reps.map(
      ({ index }, at) => /** @type {[string, string]} */ ([String(at), t("review.clip.rep", { rep: index })]),
    );
    replaceContent(
      this.tools,
      choices.length > 0 &&
        select(String(this.rep), choices, (rep) => this.acts.choose(Number(rep)), {
          "aria-label": t("review.compare.rep_of", { side }),
          "data-key": `rep-${this.which}`,
        }),
      button(
        marked ? t("review.compare.marked", { side, time: marked }) : t("review.compare.mark", { side }),
        this.acts.mark,
        { class: "small", "aria-pressed": mark_s !== null, "data-key": `mark-${this.which}` },
        icon("flag"),
        marked && ` ${marked}`,
      ),
      this.measure,
    );
  }

  /** The number of the repetition that is on show. */
  get repNumber() {
    return this.reps[this.rep]?.index ?? 0;
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

  /** Where its positions are counted from. @param {Align} align */
  #origin_s(align) {
    return align === "frame" && this.mark_s !== null ? this.mark_s : this.#span.start_s;
  }

  /** The first and the last moment that can be shown. @param {Align} align */
  reach_s(align) {
    const origin_s = this.#origin_s(align);
    return [-origin_s, this.#last_s - origin_s];
  }

  /**
   * @param {Align} align
   * @param {number} position
   */
  timeOf(align, position) {
    return this.#origin_s(align) + position * (align === "rep" ? this.repLength_s : 1);
  }

  /**
   * @param {Align} align
   * @param {number} time_s
   */
  positionOf(align, time_s) {
    return (time_s - this.#origin_s(align)) / (align === "rep" ? this.repLength_s : 1);
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
