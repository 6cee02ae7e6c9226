// @ts-check
/** Where a followed point goes over time: to the right and up from where it was first. */

import { h } from "../core/dom.js";
import { clock, number, t } from "../core/text.js";
import { cmPerPx } from "../player/drawings.js";

/** @import { FollowedPoint, Scale } from "../core/types.js" */
/** @import { Player } from "../player/player.js" */

const LEAST_PX = 100;

/** The curves of all followed points of a clip, each made once and kept while the tab is drawn anew. */
export class PointCurves {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    /** @type {Map<string, PointCurve>} */
    this.known = new Map();
    player.addEventListener("cursor", () => {
      for (const curve of this.known.values()) curve.mark();
    });
  }

  /**
   * @param {FollowedPoint} one
   * @param {Scale | null} scale
   */
  nodeOf(one, scale) {
    const curve = this.known.get(one.id) ?? new PointCurve(this.player);
    this.known.set(one.id, curve);
    curve.show(one, scale);
    return curve.node;
  }

  close() {
    for (const curve of this.known.values()) curve.close();
  }
}

class PointCurve {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    this.holder = h("div", { class: "point-plot", role: "img" });
    const key = (/** @type {"a" | "b"} */ line, /** @type {string} */ words) =>
      h("span", { class: `key ${line}` }, h("i", {}), words);
    this.node = h(
      "div",
      { class: "point-curve" },
      h("p", { class: "point-keys" }, key("a", t("review.draw.right")), key("b", t("review.draw.up"))),
      this.holder,
    );
    this.line = h("div", { class: "playhead" });
    /** @type {uPlot | null} */
    this.plot = null;
    /** @type {[number[], number[], number[]]} */
    this.data = [[], [], []];
    /** What was drawn. */
    this.drawn = "";
    this.unit = "";
    this.resized = new ResizeObserver(() => this.#draw());
    this.resized.observe(this.holder);
  }

  close() {
    this.resized.disconnect();
    this.plot?.destroy();
  }

  /**
   * @param {FollowedPoint} one
   * @param {Scale | null} scale
   */
  show({ label, places }, scale) {
    const [, x0, y0] = places[0] ?? [0, 0, 0];
    const size = scale ? cmPerPx(scale) : 1;
    this.unit = t(scale ? "review.draw.cm" : "review.draw.px", { length: "" }).trim();
    this.data = [
      places.map(([t_s]) => t_s),
      places.map(([, x]) => (x - x0) * size),
      // Upright, y counts down.
      places.map(([, , y]) => (y0 - y) * size),
    ];
    this.holder.setAttribute("aria-label", t("review.draw.curve", { name: label || t("review.draw.point_follow") }));
    this.holder.title = t("review.compare.curves_hint");
    this.#draw();
  }

  /** Where the clip stands. */
  mark() {
    const times = this.data[0];
    const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
    const share = last > first ? (this.player.time_s - first) / (last - first) : -1;
    this.line.hidden = share < -0.001 || share > 1.001;
    this.line.style.left = `${share * 100}%`;
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.holder;
    if (width < LEAST_PX) return;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const wanted = `${width} ${height} ${dark} ${this.unit} ${JSON.stringify(this.data)}`;
    if (this.drawn === wanted) return;
    this.drawn = wanted;
    this.plot?.destroy();
    const axis = charts.axisStyle();
    /** @type {uPlot.Axis.DynamicValues} */
    const lengths = (_plot, ticks, _axis, _space, step) =>
      ticks.map((tick) => `${number(tick, step < 1 ? 1 : 0)} ${this.unit}`);
    /** @type {uPlot.Options} */
    const options = {
      width,
      height,
      padding: [9, 12, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false } },
      axes: [
        { ...axis, size: 24, gap: 3, space: 64, values: (_plot, ticks) => ticks.map((tick) => clock(tick)) },
        { ...axis, size: 64, space: 24, values: lengths },
      ],
      series: [
        {},
        { stroke: charts.colour("compare-a"), width: 2, points: { show: false } },
        { stroke: charts.colour("compare-b"), width: 2, dash: [7, 5], points: { show: false } },
      ],
    };
    this.plot = new uPlot(options, this.data, this.holder);
    const { over } = this.plot;
    over.append(this.line);
    over.addEventListener("pointerdown", (event) => {
      const box = over.getBoundingClientRect();
      const times = this.data[0];
      const [first, last] = [times[0], times[times.length - 1]];
      this.player.showTime(first + ((event.clientX - box.left) / box.width) * (last - first));
    });
    this.mark();
  }
}
