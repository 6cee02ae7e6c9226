// @ts-check
/** Two clips side by side: played together from the start of a repetition, and their repetitions laid over each other. */

import { getComparison } from "../core/api.js";
import { button, h, icon, replaceContent, select } from "../core/dom.js";
import { listen, showKeyHelp } from "../core/keys.js";
import { labelledDate, signed } from "../core/words.js";
import { loadVideo, RATES } from "../player/player.js";
import { differences, drawOver, legendWords } from "./differences.js";

/** @import { ComparedItem, Comparison } from "../core/types.js" */
/** @import { Series } from "./differences.js" */
/** @import { Shortcut } from "../core/keys.js" */

/** Further apart than this, the second video is brought back to the first one's moment. */
const DRIFT_S = 0.06;

class Compare {
  /** @param {Comparison} data */
  constructor(data) {
    this.data = data;
    this.clean = true;
    this.rep = 0;
    this.closed = false;
    /** What the curves were drawn for. */
    this.drawn = "";
    this.videos = { a: this.#video(data.a), b: this.#video(data.b) };
    this.clock = h("span", { class: "clock" });
    this.controls = h("div", { class: "buttons" });
    this.heading = [h("b", {}, "Compare"), h("span", { class: "soft" }, `${data.a.name} and ${data.b.name}`)];
    const frame = (/** @type {"a" | "b"} */ side) =>
      h(
        "figure",
        {},
        this.videos[side] ?? h("p", { class: "gone" }, "The clip is not beside these results."),
        h(
          "figcaption",
          {},
          `${[`${side.toUpperCase()}: ${data[side].name}`, data[side].person].filter(Boolean).join(", ")}, ${labelledDate(data[side].date, data[side].date_kind)}`,
        ),
      );
    this.plots = h("div", { class: "over-each" });
    this.node = h(
      "div",
      { class: this.lead ? "compare" : "compare without-clips" },
      h("h1", { class: "visually-hidden" }, `Compare ${data.a.name} and ${data.b.name}`),
      h("div", { class: "videos" }, frame("a"), frame("b")),
      h("div", { class: "bar" }, this.controls, this.clock),
      h("div", { class: "sides" }, this.plots, differences(data)),
    );
    const keys = this.#keys();
    this.toolbar = [button("Keys (?)", () => showKeyHelp(keys), { class: "quiet", "aria-keyshortcuts": "?" })];
    this.unlisten = listen(keys);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.#draw();
    this.scheme.addEventListener("change", this.redraw);
    this.resized = new ResizeObserver(this.redraw);
    this.resized.observe(this.plots);
    this.#connect();
    this.goTo(0);
  }

  get lead() {
    return this.videos.a ?? this.videos.b;
  }

  get playing() {
    return this.lead !== null && !this.lead.paused;
  }

  /** Where the chosen repetition begins in each clip, on the elements' clocks. */
  get starts() {
    const at = (/** @type {ComparedItem} */ { reps, video }) =>
      (reps[Math.min(this.rep, reps.length - 1)]?.start_s ?? 0) + (video.offset_s ?? 0);
    return { a: at(this.data.a), b: at(this.data.b) };
  }

  close() {
    this.closed = true;
    this.unlisten();
    this.scheme.removeEventListener("change", this.redraw);
    this.resized.disconnect();
    for (const video of Object.values(this.videos)) {
      video?.pause();
      video?.removeAttribute("src");
      video?.load();
    }
  }

  /** Up to the repetitions that both have. */
  get repCount() {
    return Math.min(this.data.a.reps.length, this.data.b.reps.length);
  }

  /** @param {number} rep  from 0 */
  goTo(rep) {
    this.rep = Math.max(0, Math.min(this.repCount - 1, rep));
    this.seek(0);
    this.#refresh();
  }

  /** @param {number} since_s  after the start of the repetition */
  seek(since_s) {
    const { a, b } = this.starts;
    if (this.videos.a) this.videos.a.currentTime = Math.max(a + since_s, 0) + 0.001;
    if (this.videos.b) this.videos.b.currentTime = Math.max(b + since_s, 0) + 0.001;
    this.#read(since_s);
  }

  toggle() {
    const play = !this.playing;
    for (const video of Object.values(this.videos)) {
      if (!video) continue;
      if (play) void video.play().catch(() => this.#refresh());
      else video.pause();
    }
    if (!play) this.seek(this.#since());
  }

  /** @param {number} rate */
  setRate(rate) {
    for (const video of Object.values(this.videos)) if (video) video.playbackRate = rate;
    this.#refresh();
  }

  #since() {
    if (!this.lead) return 0;
    return this.lead.currentTime - (this.videos.a ? this.starts.a : this.starts.b);
  }

  /** @param {number} since_s */
  #read(since_s) {
    this.clock.textContent = `${signed(since_s, 1)} s from its start`;
  }

  /** @param {ComparedItem} item */
  #video(item) {
    const { url } = item.video;
    return url
      ? h("video", { preload: "auto", muted: true, playsInline: true, "aria-label": `Clip ${item.name}` })
      : null;
  }

  #connect() {
    const { a, b } = this.videos;
    const follow = () => {
      if (!this.node.isConnected) return;
      const since = this.#since();
      if (this.playing) {
        this.#read(since);
        if (a && b && !b.seeking && Math.abs(b.currentTime - this.starts.b - since) > DRIFT_S)
          b.currentTime = Math.max(this.starts.b + since, 0);
      }
      requestAnimationFrame(follow);
    };
    for (const type of ["play", "pause", "ended"])
      this.lead?.addEventListener(type, () => {
        this.#refresh();
        if (type === "play") requestAnimationFrame(follow);
      });
    for (const side of /** @type {const} */ (["a", "b"])) {
      const video = this.videos[side];
      if (!video) continue;
      video.addEventListener("loadedmetadata", () => this.seek(0), { once: true });
      void loadVideo(video, this.data[side].video, () => !this.closed);
    }
  }

  #refresh() {
    const reps = this.repCount;
    const rate = this.lead?.playbackRate ?? 1;
    replaceContent(
      this.controls,
      button(
        "Repetition before",
        () => this.goTo(this.rep - 1),
        { "data-key": "before", disabled: this.rep === 0 },
        icon("back"),
      ),
      button(
        this.playing ? "Pause" : "Play both",
        () => this.toggle(),
        { class: "primary", "data-key": "play", disabled: !this.lead },
        icon(this.playing ? "pause" : "play"),
      ),
      button(
        "Next repetition",
        () => this.goTo(this.rep + 1),
        { "data-key": "next", disabled: this.rep >= reps - 1 },
        icon("forward"),
      ),
      select(
        String(rate),
        RATES.map((one) => [String(one), `${one}×`]),
        (one) => this.setRate(Number(one)),
        { "aria-label": "Speed", "data-key": "rate" },
      ),
      h("span", {}, reps ? `Aligned at the start of repetition ${this.rep + 1}` : "No repetitions to align by"),
    );
  }

  /** @returns {Shortcut[]} */
  #keys() {
    const group = "Compare";
    const step = (/** @type {number} */ by) => {
      if (this.playing) this.toggle();
      this.seek(this.#since() + by);
    };
    /** @type {Shortcut[]} */
    const keys = [
      { key: "space", shown: "Space", words: "play or pause both", group, act: () => this.toggle() },
      { key: "arrowleft", shown: "←", words: "a little back", group, act: () => step(-1 / 25), repeats: true },
      { key: "arrowright", shown: "→", words: "a little on", group, act: () => step(1 / 25), repeats: true },
      { key: "arrowup", shown: "↑", words: "repetition before", group, act: () => this.goTo(this.rep - 1) },
      { key: "arrowdown", shown: "↓", words: "next repetition", group, act: () => this.goTo(this.rep + 1) },
      { key: "s", shown: "S", words: "slower", group, act: () => this.#faster(-1) },
      { key: "d", shown: "D", words: "faster", group, act: () => this.#faster(1) },
      { key: "?", shown: "?", words: "this sheet", group, act: () => showKeyHelp(keys) },
    ];
    return keys;
  }

  /** @param {number} direction */
  #faster(direction) {
    const at = RATES.indexOf(this.lead?.playbackRate ?? 1);
    this.setRate(RATES[Math.max(0, Math.min(RATES.length - 1, at + direction))]);
  }

  #draw() {
    const { clientWidth, clientHeight } = this.plots;
    if (clientWidth < 100) return;
    const wanted = `${clientWidth} ${clientHeight} ${this.scheme.matches}`;
    if (this.drawn === wanted) return;
    this.drawn = wanted;
    const key = (/** @type {"a" | "b"} */ side) => h("span", { class: `key ${side}` }, h("i", {}), side.toUpperCase());
    const panel = (/** @type {Series} */ series, /** @type {string} */ words) => {
      const holder = h("div", {
        class: "plot",
        role: "img",
        "aria-label": `${words} over the course of a repetition; the differences are in the table`,
      });
      return { series, holder, nodes: [h("h2", { class: series.slice(0, -4) }, words, key("a"), key("b")), holder] };
    };
    const panels = [panel("hip_deg", "Hip flexion"), panel("knee_deg", "Knee, short of straight")];
    this.plots.replaceChildren(legendWords(this.data), ...panels.flatMap(({ nodes }) => nodes));
    for (const { series, holder } of panels) drawOver(this.data, series, holder);
  }
}

/**
 * @param {string} a
 * @param {string} b
 */
export async function openCompare(a, b) {
  return new Compare(await getComparison(a, b));
}
