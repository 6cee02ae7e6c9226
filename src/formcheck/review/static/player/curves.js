// @ts-check
/** Hip and knee over time, with their error bands. Only painting: the time line (timeline.js) says what is shown. */

import { h } from "../core/dom.js";
import { clock, Z_95 } from "../core/text.js";

/** @import { Item, Session } from "../core/types.js" */

/** Room for the scale left of the plots, and right of them: the time line's overlay keeps to the same. */
export const LEFT_PX = 136;
export const RIGHT_PX = 12;
/** Half the height of an axis's words, which may stand at the upper end. */
export const TOP_PX = 9;

export class Curves {
  /**
   * @param {HTMLElement} host
   * @param {Item} item
   */
  constructor(host, item) {
    this.item = item;
    this.session = item.analysed;
    /** The repetitions as painted: while an edge is dragged, not yet those of the session. @type {{index: number, start_s: number, peak_s: number | null, end_s: number, complete: boolean}[]} */
    this.reps = [];
    this.selected = 0;
    this.holders = { hip: h("div", { class: "plot" }), knee: h("div", { class: "plot" }) };
    this.plots = /** @type {Record<"hip" | "knee", uPlot>} */ ({});
    host.append(this.holders.hip, this.holders.knee);
    this.build();
    new ResizeObserver(() => this.#fit()).observe(host);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.rebuild = () => this.build();
    this.scheme.addEventListener("change", this.rebuild);
  }

  close() {
    this.scheme.removeEventListener("change", this.rebuild);
    for (const plot of Object.values(this.plots)) plot.destroy();
  }

  /** @param {Session} session */
  setSession(session) {
    const measured = session.angles !== this.session.angles;
    this.session = session;
    this.reps = session.document.reps;
    if (measured)
      for (const key of /** @type {const} */ (["hip", "knee"])) this.plots[key].setData(this.#values(key), false);
    this.repaint();
  }

  /**
   * @param {number} from_s
   * @param {number} to_s
   */
  setSpan(from_s, to_s) {
    this.span = [from_s, to_s];
    for (const plot of Object.values(this.plots)) plot.setScale("x", { min: from_s, max: to_s });
  }

  repaint() {
    for (const plot of Object.values(this.plots)) plot.redraw(false);
  }

  /** Make the plots anew, as when the colours changed. */
  build() {
    for (const plot of Object.values(this.plots)) plot.destroy();
    for (const key of /** @type {const} */ (["hip", "knee"])) this.plots[key] = this.#make(key);
    if (this.span) this.setSpan(this.span[0], this.span[1]);
  }

  /**
   * @param {"hip" | "knee"} key
   * @returns {uPlot.AlignedData}
   */
  #values(key) {
    const { angles } = this.session;
    const line = angles[`${key}_deg`];
    const band = angles[`${key}_se_deg`].map((se) => (se === null ? null : Z_95 * se));
    return [this.item.t_s, line, ...charts.bandEdges(line, band)];
  }

  /**
   * @param {"hip" | "knee"} key
   * @returns {uPlot.Range.MinMax}
   */
  #range(key) {
    const { thresholds } = this.item;
    const known = /** @type {number[]} */ (this.session.angles[`${key}_deg`].filter((value) => value !== null));
    const asked = key === "hip" ? [thresholds.hip_low_deg ?? 75, thresholds.hip_high_deg ?? 105] : [0, 90];
    const low = known.reduce((least, value) => Math.min(least, value), asked[0]);
    const high = known.reduce((most, value) => Math.max(most, value), asked[1]);
    return [low - 9, high + 9];
  }

  #size() {
    const { clientWidth, clientHeight } = this.holders.hip;
    return { width: Math.max(clientWidth, 100), height: Math.max(clientHeight, 60) };
  }

  #fit() {
    for (const key of /** @type {const} */ (["hip", "knee"])) {
      const { clientWidth: width, clientHeight: height } = this.holders[key];
      const plot = this.plots[key];
      if (width > 0 && height > 0 && (width !== plot.width || height !== plot.height)) plot.setSize({ width, height });
    }
  }

  /** @param {"hip" | "knee"} key */
  #make(key) {
    const axis = charts.axisStyle();
    const edge = charts.bandEdge();
    const bottom = key === "knee";
    /** @type {uPlot.Axis.DynamicValues} */
    const labels = (_plot, ticks, _axis, _space, step) =>
      ticks.map((tick) => (bottom ? clock(tick, step < 1 ? 1 : 0) : ""));
    /** @type {uPlot.Options} */
    const options = {
      ...this.#size(),
      padding: [TOP_PX, RIGHT_PX, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: { range: () => this.#range(key) } },
      axes: [
        { ...axis, size: bottom ? 24 : 2, space: 64, incrs: charts.TIME_STEPS_S, values: labels, gap: 3 },
        {
          ...axis,
          size: LEFT_PX,
          gap: 4,
          space: 24,
          incrs: [10, 20, 30, 45],
          values: (_plot, ticks) => ticks.map((tick) => `${tick}°`),
        },
      ],
      series: [{}, { stroke: charts.colour(key), width: 2, points: { show: false }, spanGaps: false }, edge, edge],
      bands: [{ series: [2, 3], fill: charts.colour(`${key}-band`) }],
      hooks: {
        drawClear: [(plot) => this.#background(plot, key)],
        draw: [(plot) => key === "knee" && this.#peaks(plot)],
      },
    };
    return new uPlot(options, this.#values(key), this.holders[key]);
  }

  /**
   * Repetitions, what is asked of the hip, and what could not be measured.
   * @param {uPlot} plot
   * @param {"hip" | "knee"} key
   */
  #background(plot, key) {
    const { hip_low_deg, hip_high_deg } = this.item.thresholds;
    charts.insidePlot(plot, (ctx, box) => {
      for (const rep of this.reps)
        charts.drawRep(ctx, box(rep.start_s, rep.end_s), {
          complete: rep.complete,
          selected: rep.index === this.selected,
        });
      if (key === "hip" && hip_low_deg !== null && hip_high_deg !== null)
        charts.fillZone(plot, [hip_low_deg, hip_high_deg], charts.colour("target-fill"));
      charts.hatchGaps(
        ctx,
        this.#gaps(key).map(([from_s, to_s]) => box(from_s, to_s)),
      );
    });
  }

  /**
   * @param {"hip" | "knee"} key
   * @returns {[number, number][]}
   */
  #gaps(key) {
    const { t_s } = this.item;
    const line = this.session.angles[`${key}_deg`];
    /** @type {[number, number][]} */
    const gaps = [];
    for (let i = 0; i < line.length; i += 1) {
      if (line[i] !== null) continue;
      const start = i;
      while (i < line.length && line[i] === null) i += 1;
      gaps.push([t_s[start], t_s[Math.min(i, t_s.length - 1)]]);
    }
    return gaps;
  }

  /** @param {uPlot} plot */
  #peaks(plot) {
    const { t_s } = this.item;
    const knee = this.session.angles.knee_deg;
    charts.insidePlot(plot, (ctx) => {
      for (const { peak_s } of this.reps) {
        if (peak_s === null) continue;
        const value = knee[t_s.findIndex((time_s) => time_s >= peak_s - 1e-6)] ?? null;
        if (value !== null) charts.drawPeak(ctx, plot.valToPos(peak_s, "x", true), plot.valToPos(value, "y", true));
      }
    });
  }
}
