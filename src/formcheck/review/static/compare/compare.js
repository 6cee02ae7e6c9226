// @ts-check
/** Two clips side by side: played together from the start of a repetition, and their repetitions laid over each other. */

import { getComparison } from "../core/api.js";
import { button, h, icon, replaceContent, select } from "../core/dom.js";
import { keyHelpButton, listen, showKeyHelp } from "../core/keys.js";
import { dayOf, labelledDate, signed, t } from "../core/text.js";
import { loadVideo, RATES, rateChoices } from "../player/player.js";
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
    this.heading = [
      h("b", {}, t("review.compare.title")),
      h("span", { class: "soft" }, t("review.compare.clips", { a: data.a.name, b: data.b.name })),
    ];
    const frame = (/** @type {"a" | "b"} */ side) =>
      h(
        "figure",
        {},
        this.videos[side] ?? h("p", { class: "gone" }, t("review.compare.no_clip")),
        h("figcaption", {}, captionWords(side, data[side])),
      );
    this.plots = h("div", { class: "over-each" });
    this.node = h(
      "div",
      { class: this.lead ? "compare" : "compare without-clips" },
      h("h1", { class: "visually-hidden" }, t("review.compare.heading", { a: data.a.name, b: data.b.name })),
      h("div", { class: "videos" }, frame("a"), frame("b")),
      h("div", { class: "bar" }, this.controls, this.clock),
      h("div", { class: "sides" }, this.plots, differences(data)),
    );
    const keys = this.#keys();
    this.toolbar = [keyHelpButton(keys)];
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
    this.clock.textContent = t("review.compare.since", { seconds: t("number.seconds", { value: signed(since_s, 1) }) });
  }

  /** @param {ComparedItem} item */
  #video(item) {
    const { url } = item.video;
    return url
      ? h("video", {
          preload: "auto",
          muted: true,
          playsInline: true,
          "aria-label": t("review.clip.video", { name: item.name }),
        })
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
        t("review.compare.rep_before"),
        () => this.goTo(this.rep - 1),
        { "data-key": "before", disabled: this.rep === 0 },
        icon("back"),
      ),
      button(
        t(this.playing ? "review.compare.pause" : "review.compare.play"),
        () => this.toggle(),
        { class: "primary", "data-key": "play", disabled: !this.lead },
        icon(this.playing ? "pause" : "play"),
      ),
      button(
        t("review.compare.rep_next"),
        () => this.goTo(this.rep + 1),
        { "data-key": "next", disabled: this.rep >= reps - 1 },
        icon("forward"),
      ),
      select(String(rate), rateChoices(), (one) => this.setRate(Number(one)), {
        "aria-label": t("review.compare.speed"),
        "data-key": "rate",
      }),
      h("span", {}, reps ? t("review.compare.aligned", { rep: this.rep + 1 }) : t("review.compare.no_reps")),
    );
  }

  /** @returns {Shortcut[]} */
  #keys() {
    const group = t("review.keys.group_compare");
    const step = (/** @type {number} */ by) => {
      if (this.playing) this.toggle();
      this.seek(this.#since() + by);
    };
    /** @type {Shortcut[]} */
    const keys = [
      { key: "space", shown: "Space", label: t("review.compare.key_play"), group, act: () => this.toggle() },
      {
        key: "arrowleft",
        shown: "←",
        label: t("review.compare.key_back"),
        group,
        act: () => step(-1 / 25),
        repeats: true,
      },
      {
        key: "arrowright",
        shown: "→",
        label: t("review.compare.key_on"),
        group,
        act: () => step(1 / 25),
        repeats: true,
      },
      { key: "arrowup", shown: "↑", label: t("review.keys.rep_before"), group, act: () => this.goTo(this.rep - 1) },
      { key: "arrowdown", shown: "↓", label: t("review.keys.rep_next"), group, act: () => this.goTo(this.rep + 1) },
      { key: "s", shown: "S", label: t("review.keys.slower"), group, act: () => this.#faster(-1) },
      { key: "d", shown: "D", label: t("review.keys.faster"), group, act: () => this.#faster(1) },
      { key: "?", shown: "?", label: t("review.keys.this_help"), group, act: () => showKeyHelp(keys) },
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
        "aria-label": t("review.compare.description", { joint: words }),
      });
      return { series, holder, nodes: [h("h2", { class: series.slice(0, -4) }, words, key("a"), key("b")), holder] };
    };
    const panels = [panel("hip_deg", t("review.compare.hip")), panel("knee_deg", t("review.compare.knee"))];
    this.plots.replaceChildren(legendWords(this.data), ...panels.flatMap(({ nodes }) => nodes));
    for (const { series, holder } of panels) drawOver(this.data, series, holder);
  }
}

/**
 * @param {"a" | "b"} side
 * @param {ComparedItem} item
 */
function captionWords(side, { name, person, date, date_kind }) {
  const values = { side: side.toUpperCase(), name, date: labelledDate(dayOf(date), date_kind) };
  return person ? t("review.compare.caption_person", { ...values, person }) : t("review.compare.caption", values);
}

/**
 * @param {string} a
 * @param {string} b
 */
export async function openCompare(a, b) {
  return new Compare(await getComparison(a, b));
}
