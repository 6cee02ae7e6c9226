// @ts-check
/** Hip and knee over time, with their error bands. Only painting: the time line (timeline.js) says what is shown. */

import { h } from "./dom.js";
import { Z_95, clock } from "./words.js";

/** @import { Item, Session } from "./types.js" */

/** Room for the scale left of the plots, and right of them: the time line's overlay keeps to the same. */
export const LEFT_PX = 136;
export const RIGHT_PX = 12;

const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600];

/** @param {string} name */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

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
    this.plots = /** @type {Record<"hip" | "knee", any>} */ ({});
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

  /** @param {"hip" | "knee"} key */
  #values(key) {
    const { t_s } = this.item;
    const line = this.session.angles[`${key}_deg`];
    const se = this.session.angles[`${key}_se_deg`];
    const edge = (/** @type {number} */ sign) =>
      line.map((value, i) =>
        value === null || se[i] === null ? null : value + sign * Z_95 * /** @type {number} */ (se[i]),
      );
    return [t_s, line, edge(1), edge(-1)];
  }

  /** @param {"hip" | "knee"} key */
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
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: colour("muted"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false }, font };
    const edge = { stroke: "transparent", width: 0, points: { show: false } };
    const bottom = key === "knee";
    const labels = (
      /** @type {any} */ _u,
      /** @type {number[]} */ ticks,
      /** @type {any} */ _axis,
      /** @type {any} */ _space,
      /** @type {number} */ step,
    ) => (bottom ? ticks.map((tick) => clock(tick, step < 1 ? 1 : 0)) : ticks.map(() => ""));
    const options = {
      ...this.#size(),
      padding: [2, RIGHT_PX, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: { range: () => this.#range(key) } },
      axes: [
        { ...axis, size: bottom ? 24 : 2, space: 64, incrs: STEPS_S, values: labels, gap: 3 },
        {
          ...axis,
          size: LEFT_PX,
          gap: 4,
          space: 24,
          incrs: [10, 20, 30, 45],
          values: (/** @type {any} */ _u, /** @type {number[]} */ ticks) => ticks.map((tick) => `${tick}°`),
        },
      ],
      series: [{}, { stroke: colour(key), width: 2, points: { show: false }, spanGaps: false }, edge, edge],
      bands: [{ series: [2, 3], fill: colour(`${key}-band`) }],
      hooks: {
        drawClear: [(/** @type {any} */ u) => this.#ground(u, key)],
        draw: [(/** @type {any} */ u) => key === "knee" && this.#peaks(u)],
      },
    };
    return new uPlot(options, this.#values(key), this.holders[key]);
  }

  /**
   * @param {any} u
   * @param {(pen: CanvasRenderingContext2D, box: (from: number, to: number) => [number, number, number, number]) => void} draw
   */
  #inside(u, draw) {
    const { left, top, width, height } = u.bbox;
    u.ctx.save();
    u.ctx.beginPath();
    u.ctx.rect(left, top, width, height);
    u.ctx.clip();
    draw(u.ctx, (from, to) => {
      const x = u.valToPos(from, "x", true);
      return [x, top, Math.max(u.valToPos(to, "x", true) - x, 1), height];
    });
    u.ctx.restore();
  }

  /**
   * Repetitions, what is asked of the hip, and what could not be measured.
   * @param {any} u
   * @param {"hip" | "knee"} key
   */
  #ground(u, key) {
    this.#inside(u, (pen, box) => {
      for (const rep of this.reps) {
        pen.fillStyle = colour(rep.index === this.selected ? "rep-selected" : "rep-fill");
        pen.fillRect(...box(rep.start_s, rep.end_s));
        if (rep.complete) continue;
        pen.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
        pen.strokeStyle = colour("muted");
        pen.strokeRect(...box(rep.start_s, rep.end_s));
        pen.setLineDash([]);
      }
      const { hip_low_deg, hip_high_deg } = this.item.thresholds;
      if (key === "hip" && hip_low_deg !== null && hip_high_deg !== null) {
        const [low, high] = [hip_low_deg, hip_high_deg].map((value) => u.valToPos(value, "y", true));
        pen.fillStyle = colour("target-fill");
        pen.fillRect(u.bbox.left, high, u.bbox.width, low - high);
      }
      for (const fill of [colour("gap-fill"), hatch(pen)]) {
        pen.fillStyle = fill;
        for (const [from, to] of this.#gaps(key)) pen.fillRect(...box(from, to));
      }
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

  /** @param {any} u */
  #peaks(u) {
    const arm = 5 * devicePixelRatio;
    const { t_s } = this.item;
    const knee = this.session.angles.knee_deg;
    this.#inside(u, (pen) => {
      for (const { peak_s } of this.reps) {
        if (peak_s === null) continue;
        const value =
          knee[
            Math.max(
              0,
              t_s.findIndex((t) => t >= peak_s - 1e-6),
            )
          ];
        if (value === null || value === undefined) continue;
        const [x, y] = [u.valToPos(peak_s, "x", true), u.valToPos(value, "y", true)];
        pen.beginPath();
        for (const [dx, dy] of [
          [0, -arm],
          [arm, 0],
          [0, arm],
          [-arm, 0],
        ])
          pen.lineTo(x + dx, y + dy);
        pen.closePath();
        pen.fillStyle = colour("card");
        pen.fill();
        pen.strokeStyle = colour("knee");
        pen.lineWidth = 2 * devicePixelRatio;
        pen.stroke();
      }
    });
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @returns {CanvasPattern | string}
 */
function hatch(pen) {
  const tile = document.createElement("canvas");
  const side = 8 * devicePixelRatio;
  tile.width = tile.height = side;
  const ink = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
  ink.strokeStyle = colour("gap-line");
  ink.lineWidth = 1.2 * devicePixelRatio;
  for (const offset of [-side, 0, side]) {
    ink.moveTo(offset, side);
    ink.lineTo(offset + side, 0);
  }
  ink.stroke();
  return pen.createPattern(tile, "repeat") ?? colour("gap-fill");
}
