// @ts-check
/** Two clips side by side: moved together by one scrubber, and their repetitions laid over each other. */

import { ApiError, getComparison, getItem, getItems } from "../core/api.js";
import { announce, button, dismiss, h, icon, replaceContent, select } from "../core/dom.js";
import { keyHelpButton, listen, showKeyHelp } from "../core/keys.js";
import { percent, signed, t } from "../core/text.js";
import { reportSaving, STUCK } from "../panels/toolbar.js";
import { RATES, rateChoices } from "../player/player.js";
import { againstChoice, comparable } from "./choice.js";
import { differences } from "./differences.js";
import { OverCurves } from "./over_curves.js";
import { ComparedSide } from "./side.js";

/** @import { Comparison, Entry, Item } from "../core/types.js" */
/** @import { Shortcut } from "../core/keys.js" */
/** @import { Align, Which } from "./side.js" */

/** Further apart than this, the other video is brought back to the leading one's moment. */
const DRIFT_S = 0.06;
const MANY_FRAMES = 10;

class Compare {
  /**
   * @param {Comparison} data
   * @param {Record<Which, Item>} items
   * @param {Entry[]} entries
   */
  constructor(data, items, entries) {
    this.data = data;
    this.rep = 0;
    this.rate = 1;
    /** @type {Align} */
    this.align = "rep";
    this.position = 0;
    this.a = new ComparedSide("a", items.a, data.a, againstChoice(entries, data.a, data.b.id));
    this.b = new ComparedSide("b", items.b, data.b, null);
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
    const keys = this.#keys();
    this.toolbar = [keyHelpButton(keys)];
    this.unlisten = listen(keys);
    this.#connect();
    this.goTo(0);
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

  /** Up to the repetitions that both have. */
  get repCount() {
    return Math.min(this.a.reps.length, this.b.reps.length);
  }

  /** Where the scrubber can be. */
  get #reach() {
    if (this.align === "rep" && this.repCount) return [0, 1];
    const reaches = this.both.map((side) => side.reach_s);
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

  /** @param {number} rep  from 0 */
  goTo(rep) {
    this.rep = Math.max(0, Math.min(this.repCount - 1, rep));
    for (const side of this.both) {
      side.rep = this.rep;
      side.bound(this.align);
    }
    this.#setRates();
    this.seek(0);
    this.#refresh();
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
    this.seek(this.align === "rep" ? share : share * this.lead.repLength_s);
  }

  /** @param {number} frames */
  step(frames) {
    this.pause();
    const { index, times_s } = this.lead.player;
    const time_s = times_s[Math.max(0, Math.min(times_s.length - 1, index + frames))];
    this.seek(this.lead.positionOf(this.align, time_s));
  }

  /** @param {Align} align */
  alignBy(align) {
    const time_s = this.lead.player.time_s;
    this.pause();
    this.align = align;
    for (const side of this.both) side.bound(align);
    this.#setRates();
    this.seek(this.lead.positionOf(align, time_s));
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
    const share = this.align === "rep" ? position : position / this.lead.repLength_s;
    const words =
      this.align === "rep" && this.repCount
        ? t("review.compare.at_percent", { percent: percent(Math.min(Math.max(position, 0), 1)), rep: this.rep + 1 })
        : t("review.compare.since", {
            seconds: t("number.seconds", { value: signed(position, this.lead.player.decimals) }),
          });
    this.clock.textContent = words;
    this.scrub.setAttribute("aria-valuetext", words);
    this.curves.mark(share);
  }

  #refresh() {
    const tool = (
      /** @type {string} */ name,
      /** @type {string} */ iconName,
      /** @type {() => void} */ act,
      more = {},
    ) => button(t(`review.compare.${name}`), act, { "data-key": name, ...more }, icon(iconName));
    const playing = this.playing ? "pause" : "play";
    const shows = this.a.scene.showsLeg;
    /** @type {[string, string][]} */
    const ways = [
      ["rep", t("review.compare.by_rep")],
      ["time", t("review.compare.by_time")],
    ];
    replaceContent(
      this.controls,
      tool("step_back", "back", () => this.step(-1)),
      tool(playing, playing, () => this.toggle(), { class: "primary", "data-key": "play" }),
      tool("step_on", "forward", () => this.step(1)),
      select(String(this.rate), rateChoices(), (one) => this.setRate(Number(one)), {
        "aria-label": t("review.compare.speed"),
        "data-key": "rate",
      }),
      tool("overlay", "leg", () => this.#toggleLeg(), { "aria-pressed": shows }),
      tool("rep_before", "up", () => this.goTo(this.rep - 1), { disabled: this.rep === 0 }),
      h("span", {}, this.repCount ? t("review.clip.rep", { rep: this.rep + 1 }) : t("review.compare.no_reps")),
      tool("rep_next", "down", () => this.goTo(this.rep + 1), { disabled: this.rep >= this.repCount - 1 }),
      select(this.align, ways, (way) => this.alignBy(/** @type {Align} */ (way)), {
        "aria-label": t("review.compare.align"),
        "data-key": "align",
      }),
    );
  }

  #toggleLeg() {
    for (const { scene } of this.both) {
      scene.showsLeg = !scene.showsLeg;
      scene.draw();
    }
    this.#refresh();
  }

  /** @returns {Shortcut[]} */
  #keys() {
    const group = t("review.keys.group_compare");
    const rows = /** @type {[string, string, string, () => void][]} */ ([
      ["space", "Space", t("review.compare.key_play"), () => this.toggle()],
      ["arrowleft", "←", t("review.clip_keys.frame_back"), () => this.step(-1)],
      ["arrowright", "→", t("review.clip_keys.frame_on"), () => this.step(1)],
      ["shift+arrowleft", "Shift ← →", t("review.compare.key_ten"), () => this.step(-MANY_FRAMES)],
      ["shift+arrowright", "", "", () => this.step(MANY_FRAMES)],
      ["arrowup", "↑", t("review.keys.rep_before"), () => this.goTo(this.rep - 1)],
      ["arrowdown", "↓", t("review.keys.rep_next"), () => this.goTo(this.rep + 1)],
      ["s", "S", t("review.keys.slower"), () => this.#faster(-1)],
      ["d", "D", t("review.keys.faster"), () => this.#faster(1)],
      ["v", "V", t("review.clip_keys.overlay"), () => this.#toggleLeg()],
      ["t", "T", t("review.compare.key_align"), () => this.alignBy(this.align === "rep" ? "time" : "rep")],
      ["g", "G", t("review.compare.key_measure_a"), () => this.a.scene.goniometer.start()],
      ["shift+g", "Shift G", t("review.compare.key_measure_b"), () => this.b.scene.goniometer.start()],
      ["ctrl+z", "Ctrl Z", t("review.clip_keys.undo"), () => this.#undo()],
      ["escape", "Esc", t("review.clip_keys.escape"), () => this.#stopMeasuring()],
    ]);
    /** @type {Shortcut[]} */
    const keys = rows.map(([key, shown, label, act]) => {
      return { key, shown, label, group, act, repeats: key.includes("arrow") };
    });
    keys.push({ key: "?", shown: "?", label: t("review.keys.this_help"), group, act: () => showKeyHelp(keys) });
    return keys;
  }

  #stopMeasuring() {
    for (const { scene } of this.both) scene.goniometer.stop();
  }

  #undo() {
    const change = this.changed.state.undo();
    if (change) announce(t("review.clip.undone", { change }));
  }

  /** @param {number} direction */
  #faster(direction) {
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
