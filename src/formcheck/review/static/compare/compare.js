// @ts-check
/** Two clips side by side: moved together by one scrubber, and their repetitions laid over each other. */

import { ApiError, getComparison, getItem, getItems } from "../core/api.js";
import { announce, dismiss, h, replaceContent } from "../core/dom.js";
import { keyHelpButton, listen } from "../core/keys.js";
import { percent, signed, t } from "../core/text.js";
import { reportSaving, STUCK } from "../panels/toolbar.js";
import { RATES } from "../player/player.js";
import { againstChoice, comparable } from "./choice.js";
import { compareControls } from "./controls.js";
import { differences } from "./differences.js";
import { compareKeys } from "./keys.js";
import { OverCurves } from "./over_curves.js";
import { ComparedSide } from "./side.js";
import { saveSnapshot } from "./snapshot.js";

/** @import { Comparison, Entry, Item } from "../core/types.js" */
/** @import { Align, Which } from "./side.js" */

/** Further apart than this, the other video is brought back to the leading one's moment. */
const DRIFT_S = 0.06;

export class Compare {
  /**
   * @param {Comparison} data
   * @param {Record<Which, Item>} items
   * @param {Entry[]} entries
   */
  constructor(data, items, entries) {
    this.data = data;
    this.rate = 1;
    /** @type {Align} */
    this.align = "rep";
    this.position = 0;
    const side = (/** @type {Which} */ which, /** @type {HTMLElement | null} */ choice) =>
      new ComparedSide(which, items[which], data[which], choice, {
        choose: (rep) => this.chooseReps({ [which]: rep }),
        mark: () => this.mark(this[which]),
      });
    /** @type {ComparedSide} */
    this.a = side("a", againstChoice(entries, data.a, data.b.id));
    /** @type {ComparedSide} */
    this.b = side("b", null);
    this.both = [this.a, this.b];
    this.lead = this.a.hasClip || !this.b.hasClip ? this.a : this.b;
    this.other = this.lead === this.a ? this.b : this.a;
    this.changed = this.a;
    this.clock = h("span", { class: "clock" });
    this.controls = h("div", { class: "buttons" });
    this.scrub = h("input", { type: "range", class: "scrub", step: "any", "aria-label": t("review.compare.position") });
    this.scrub.addEventListener("input", () => {
      this.pause();
      this.seek(Number(this.scrub.value));
    });
    this.curves = new OverCurves(data, (share) => this.#goToShare(share));
    this.heading = [
      h("b", {}, t("review.compare.title")),
      h("span", { class: "soft" }, t("review.compare.clips", { a: data.a.name, b: data.b.name })),
    ];
    this.node = h(
      "div",
      { class: "compare" },
      h("h1", { class: "visually-hidden" }, t("review.compare.heading", { a: data.a.name, b: data.b.name })),
      h("div", { class: "videos" }, this.a.node, this.b.node),
      h("div", { class: "bar" }, this.scrub, this.clock, this.controls),
      h("div", { class: "sides" }, this.curves.node, differences(data)),
    );
    const keys = compareKeys(this);
    this.toolbar = [keyHelpButton(keys)];
    this.unlisten = listen(keys);
    this.#connect();
    this.chooseReps({});
  }

  get clean() {
    return this.both.every(({ state }) => state.clean);
  }

  get stuck() {
    return this.both.some(({ state }) => STUCK.includes(state.status));
  }

  get playing() {
    return this.lead.player.playing;
  }

  /** Whether both have repetitions to align by. */
  get haveReps() {
    return this.both.every(({ reps }) => reps.length > 0);
  }

  /** Whether both can go on by so many repetitions. @param {number} by */
  reaches(by) {
    return this.both.every(({ rep, reps }) => reps[rep + by] !== undefined);
  }

  /** Where the scrubber can be. */
  get #reach() {
    if (this.align === "rep" && this.haveReps) return [0, 1];
    const reaches = this.both.map((side) => side.reach_s(this.align));
    return [Math.min(...reaches.map(([first]) => first)), Math.max(...reaches.map(([, last]) => last))];
  }

  close() {
    this.unlisten();
    this.curves.close();
    for (const side of this.both) side.close();
    dismiss();
  }

  #connect() {
    const { player } = this.lead;
    player.addEventListener("cursor", () => this.playing && this.#follow());
    player.addEventListener("state", () => {
      if (!this.playing) this.other.player.pause();
      this.#refresh();
    });
    for (const side of this.both) {
      side.scene.addEventListener("tap", () => this.toggle());
      side.scene.addEventListener("measuring", () => {
        this.pause();
        const measuring = this.both.some(({ scene }) => scene.goniometer.active);
        this.node.classList.toggle("measuring", measuring);
        for (const each of this.both) each.measuring = measuring;
      });
      side.state.addEventListener("status", () => reportSaving(side.state, () => side.state.undo()));
      side.state.addEventListener("change", () => (this.changed = side));
    }
  }

  /** The other clip stays at the moment of the one that leads. */
  #follow() {
    const position = this.lead.positionOf(this.align, this.lead.player.time_s);
    const wanted_s = this.other.timeOf(this.align, position);
    if (Math.abs(this.other.player.time_s - wanted_s) > DRIFT_S) this.other.player.showTime(wanted_s);
    this.#read(position);
  }

  /** Go to the start of repetitions, each from 0; where none is given the clip keeps its own. @param {Partial<Record<Which, number>>} reps */
  chooseReps(reps) {
    for (const side of this.both) {
      side.rep = reps[side.which] ?? side.rep;
      side.bound(this.align);
    }
    if (this.align === "frame") this.align = "time";
    this.#setRates();
    this.seek(0);
    this.#refresh();
  }

  /** Both clips on by so many repetitions. @param {number} by */
  stepReps(by) {
    if (this.reaches(by)) this.chooseReps({ a: this.a.rep + by, b: this.b.rep + by });
  }

  /** Take the frame that a clip shows as the one to align by, once there is one in each. @param {ComparedSide} side */
  mark(side) {
    this.pause();
    side.mark_s = side.player.time_s;
    const other = side === this.a ? this.b : this.a;
    if (other.mark_s !== null) this.alignBy("frame", 0);
    else {
      announce(t("review.compare.mark_other", { side: other.which.toUpperCase() }));
      this.#refresh();
    }
  }

  /** @param {number} position  a share of the repetition, or seconds from its start */
  seek(position) {
    const [first, last] = this.#reach;
    const reached = Math.min(Math.max(position, first), last);
    for (const side of this.both) side.player.showTime(side.timeOf(this.align, reached));
    this.#read(reached);
  }

  /** @param {number} share  of the repetition */
  #goToShare(share) {
    this.pause();
    this.seek(this.lead.positionOf(this.align, this.lead.timeOf("rep", share)));
  }

  /** @param {number} frames */
  step(frames) {
    this.pause();
    const { index, times_s } = this.lead.player;
    const time_s = times_s[Math.max(0, Math.min(times_s.length - 1, index + frames))];
    this.seek(this.lead.positionOf(this.align, time_s));
  }

  /**
   * @param {Align} align
   * @param {number} [position]  where to go to; else the leading clip stays where it is
   */
  alignBy(align, position) {
    const time_s = this.lead.player.time_s;
    this.pause();
    this.align = align;
    for (const side of this.both) side.bound(align);
    this.#setRates();
    this.seek(position ?? this.lead.positionOf(align, time_s));
    this.#refresh();
  }

  pause() {
    for (const { player } of this.both) player.pause();
  }

  toggle() {
    if (this.playing) return this.pause();
    for (const { player } of this.both) player.play();
  }

  /** @param {number} rate */
  setRate(rate) {
    this.rate = rate;
    this.#setRates();
    this.#refresh();
  }

  /** Aligned by repetition, both repetitions take the same time. */
  #setRates() {
    const stretch = this.align === "rep" ? this.other.repLength_s / this.lead.repLength_s : 1;
    this.lead.player.rate = this.rate;
    this.other.player.rate = Math.min(Math.max(this.rate * stretch, 0.07), 8);
  }

  /** @param {number} position */
  #read(position) {
    this.position = position;
    const [first, last] = this.#reach;
    Object.assign(this.scrub, { min: String(first), max: String(last), value: String(position) });
    const words = this.#positionWords(position);
    this.clock.textContent = words;
    this.scrub.setAttribute("aria-valuetext", words);
    this.curves.mark(this.lead.positionOf("rep", this.lead.timeOf(this.align, position)));
  }

  /** @param {number} position */
  #positionWords(position) {
    if (this.align === "rep" && this.haveReps) {
      const share = percent(Math.min(Math.max(position, 0), 1));
      const [a, b] = [this.a.repNumber, this.b.repNumber];
      return a === b
        ? t("review.compare.at_percent", { percent: share, rep: a })
        : t("review.compare.at_percent_of", { percent: share, a, b });
    }
    const seconds = t("number.seconds", { value: signed(position, this.lead.player.decimals) });
    return t(this.align === "frame" ? "review.compare.since_mark" : "review.compare.since", { seconds });
  }

  #refresh() {
    for (const side of this.both) side.refresh();
    replaceContent(this.controls, ...compareControls(this));
  }

  toggleLeg() {
    for (const { scene } of this.both) {
      scene.showsLeg = !scene.showsLeg;
      scene.draw();
    }
    this.#refresh();
  }

  toggleMagnifier() {
    for (const { scene } of this.both) {
      scene.magnifies = !scene.magnifies;
      if (!scene.magnifies) scene.magnifier.hide();
    }
    this.#refresh();
  }

  stopMeasuring() {
    for (const { scene } of this.both) scene.goniometer.stop();
  }

  /** Hand out both frames as one image. */
  async saveImage() {
    this.pause();
    const { a, b } = this.data;
    await saveSnapshot(this.both, this.#positionWords(this.position), [a.name, b.name]);
  }

  undo() {
    const change = this.changed.state.undo();
    if (change) announce(t("review.clip.undone", { change }));
  }

  /** @param {number} direction */
  faster(direction) {
    const at = RATES.indexOf(this.rate);
    this.setRate(RATES[Math.max(0, Math.min(RATES.length - 1, at + direction))]);
  }
}

/**
 * @param {string} first  id; or `first`: the first session of the other one's person and leg
 * @param {string} b
 */
export async function openCompare(first, b) {
  const { items: entries } = await getItems();
  const a = first === "first" ? comparable(entries, b)[0]?.id : first;
  if (!a) throw new ApiError(404, t("review.compare.no_other"));
  const [data, itemA, itemB] = await Promise.all([getComparison(a, b), getItem(a), getItem(b)]);
  return new Compare(data, { a: itemA, b: itemB }, entries);
}
