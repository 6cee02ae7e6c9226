// @ts-check
/** What is drawn over the untouched video: the working leg, its angles with their error, goniometer lines. */

import { band, degrees, number, t } from "../core/text.js";
import { lineWords } from "./drawings.js";
import { displayedAngle, unitVector } from "./geometry.js";

/** @import { Angles, Measurement, Point, Scale } from "../core/types.js" */
/** @import { Drawings } from "./drawings.js" */
/** @import { Viewport } from "./viewport.js" */

// The colours of the annotated clip (draw/canvas.py): Okabe and Ito's, apart for every kind of colour vision.
const WHITE = "rgb(248 248 248)";
const GREY = "rgb(196 196 196)";
const DARK = "rgb(16 20 26)";
const LIMB = "rgb(240 228 66)";
const YOURS = "rgb(255 158 88)";

/** Half the side of what a label keeps clear around a goniometer's point. */
const POINT_PX = 9;

/** Which joints of a leg (geometry.js) are joined. */
const PARTS = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 4],
  [4, 5],
  [3, 5],
];

/** Draws on one canvas over the stage. */
export class Overlay {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Viewport} viewport
   */
  constructor(canvas, viewport) {
    this.canvas = canvas;
    this.viewport = viewport;
    /** @type {CanvasRenderingContext2D} */
    this.ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.font = getComputedStyle(document.body).fontFamily;
    /** Where labels and points of this drawing are: left, top, right, bottom. @type {[number, number, number, number][]} */
    this.taken = [];
  }

  clear() {
    const { stage } = this.viewport;
    const dpr = devicePixelRatio;
    const [w, h] = [Math.round(stage.clientWidth * dpr), Math.round(stage.clientHeight * dpr)];
    if (this.canvas.width !== w || this.canvas.height !== h) [this.canvas.width, this.canvas.height] = [w, h];
    this.ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
    this.ctx.clearRect(0, 0, w, h);
    this.taken = [];
    this.ctx.lineCap = this.ctx.lineJoin = "round";
  }

  /**
   * The leg of a frame; in grey and without angles where it cannot be judged.
   * @param {(Point | null)[]} leg
   * @param {Angles} angles
   * @param {number} frame
   */
  leg(leg, angles, frame) {
    if (!leg.length) return;
    const joints = leg.map((joint) => joint && this.viewport.toStage(joint));
    const known = angles.usable[frame] === 1;
    const [shoulder, hip, knee, ankle] = joints;
    if (known) {
      this.#bend(shoulder, hip, knee);
      this.#bend(hip, knee, ankle);
    }
    PARTS.forEach(([from, to], number) => {
      const [a, b] = [joints[from], joints[to]];
      if (a && b) this.#outlined([a, b], number < 3 ? 3.5 : 2, known ? LIMB : GREY);
    });
    for (const [number, radius] of [
      [0, 3.5],
      [3, 3.5],
      [1, 5],
      [2, 5],
    ]) {
      const joint = joints[number];
      if (joint) this.#dot(joint, radius);
    }
    if (known && shoulder && hip && knee) this.#labels(shoulder, hip, knee, angles, frame);
    else if (!known)
      this.#plate([12, this.viewport.stage.clientHeight - 34], t("review.clip.cannot_tell_here"), "", [1, 0]);
  }

  /**
   * @param {Measurement | {points: Point[], joint: string}} measurement
   * @param {boolean} chosen
   */
  goniometer(measurement, chosen) {
    const points = measurement.points.map((point) => this.viewport.toStage(point));
    this.#outlined(points, chosen ? 3 : 2, YOURS, [7, 5]);
    if (points.length < 3) {
      for (const point of points) this.#dot(point, 4);
      return;
    }
    const value = displayedAngle(measurement);
    const [a, b, c] = points;
    for (const [x, y] of points) this.taken.push([x - POINT_PX, y - POINT_PX, x + POINT_PX, y + POINT_PX]);
    if (measurement.joint === "other") this.#between(a, b, c, YOURS);
    else this.#bend(a, b, c, YOURS);
    const away = unitVector([2 * b[0] - a[0] - c[0], 2 * b[1] - a[1] - c[1]]);
    if (value !== null)
      this.#plate(
        [b[0] + away[0] * 16, b[1] + away[1] * 16],
        t("review.clip.yours", { angle: degrees(value) }),
        "",
        away,
      );
  }

  /**
   * What the reviewer drew on a frame.
   * @param {Drawings["here"]} here
   * @param {Scale | null} scale
   * @param {Point[]} placed  the points of what is being drawn
   */
  drawings(here, scale, placed) {
    const onStage = (/** @type {Point[]} */ points) => points.map((point) => this.viewport.toStage(point));
    for (const { label, path, now } of here.followed)
      this.#way(onStage(path), now && this.viewport.toStage(now), label);
    const line = (/** @type {Point[]} */ points, /** @type {string} */ words) => {
      const ends = onStage(points);
      this.#outlined(ends, 2.5, YOURS);
      for (const end of ends) this.#dot(end, 3);
      const [a, b] = [ends[0], ends[ends.length - 1]];
      if (words) this.#plate([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2 - 10], words, "", [0, -1]);
    };
    for (const one of here.drawings) line(one.points, one.kind === "line" ? lineWords(one.points, scale) : one.text);
    if (here.scale) line(here.scale.points, t("review.draw.cm", { length: number(here.scale.length_cm, 1) }));
    if (here.unmeasured) line(here.unmeasured, "?");
    if (placed.length) line(placed, "");
  }

  /**
   * The way of a followed point, and where it is now.
   * @param {Point[]} path
   * @param {Point | null} now
   * @param {string} label
   */
  #way(path, now, label) {
    if (path.length > 1) this.#outlined(path, 1.5, YOURS);
    if (!now) return;
    this.#dot(now, 4);
    if (label) this.#plate([now[0] + 10, now[1]], label, "", [1, 0]);
  }

  /**
   * @param {Point} shoulder
   * @param {Point} hip
   * @param {Point} knee
   * @param {Angles} angles
   * @param {number} frame
   */
  #labels(shoulder, hip, knee, angles, frame) {
    const thigh = unitVector([knee[0] - hip[0], knee[1] - hip[1]]);
    const trunk = [shoulder[0] - hip[0], shoulder[1] - hip[1]];
    const side = thigh[1] * trunk[0] - thigh[0] * trunk[1] < 0 ? -1 : 1;
    /** @type {Point} */
    const front = [thigh[1] * side, -thigh[0] * side];
    this.#angle("knee", angles.knee_deg[frame], angles.knee_se_deg[frame], knee, front);
    this.#angle("hip", angles.hip_deg[frame], angles.hip_se_deg[frame], hip, [-thigh[0], -thigh[1]]);
  }

  /**
   * @param {"knee" | "hip"} name
   * @param {number | null} value
   * @param {number | null} se
   * @param {Point} joint
   * @param {Point} away
   */
  #angle(name, value, se, joint, away) {
    if (value === null) return;
    this.#plate(
      [joint[0] + away[0] * 14, joint[1] + away[1] * 14],
      t(`review.clip.${name}`, { angle: degrees(value) }),
      se === null ? "" : ` ±${band(se)}`,
      away,
    );
  }

  /**
   * @param {Point} at
   * @param {string} value
   * @param {string} error
   * @param {Point} away  the way out from the joint: the plate lies on that side of `at`
   */
  #plate(at, value, error, away) {
    const { ctx } = this;
    const { clientWidth, clientHeight } = this.viewport.stage;
    const size = clientWidth < 420 ? 12 : 14;
    ctx.font = `600 ${size}px ${this.font}`;
    const first = ctx.measureText(value).width;
    ctx.font = `400 ${size - 2}px ${this.font}`;
    const [w, h] = [first + ctx.measureText(error).width + size, size * 1.6];
    const wanted = [at[0] + (away[0] - 1) * (w / 2), at[1] + (away[1] - 1) * (h / 2)];
    const [x, y] = this.#free(wanted, [w, h], [clientWidth, clientHeight]);
    this.taken.push([x, y, x + w, y + h]);
    ctx.fillStyle = "rgb(16 20 26 / 82%)";
    ctx.fillRect(x, y, w, h);
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ctx.fillStyle = GREY;
    ctx.fillText(error, x + size / 2 + first, y + h / 2 + 1);
    ctx.font = `600 ${size}px ${this.font}`;
    ctx.fillStyle = WHITE;
    ctx.fillText(value, x + size / 2, y + h / 2 + 1);
  }

  /**
   * The place nearest to the wanted one at which a label covers no other label and no point.
   * @param {number[]} wanted
   * @param {[number, number]} size
   * @param {[number, number]} stage
   * @returns {Point}
   */
  #free(wanted, [w, h], [stageW, stageH]) {
    const inside = (/** @type {number} */ dx, /** @type {number} */ dy) =>
      /** @type {Point} */ ([
        Math.min(Math.max(wanted[0] + dx, 4), stageW - w - 4),
        Math.min(Math.max(wanted[1] + dy, 4), stageH - h - 4),
      ]);
    const tried = [0, 1, -1, 2, -2, 3, -3, 4, -4].flatMap((row) =>
      [0, 0.6, -0.6, 1.2, -1.2].map((column) => ({ row, column })),
    );
    tried.sort((a, b) => Math.hypot(a.row * h, a.column * w) - Math.hypot(b.row * h, b.column * w));
    const covers = (/** @type {Point} */ [x, y]) =>
      this.taken.some(
        ([left, top, right, bottom]) => x < right + 3 && x + w > left - 3 && y < bottom + 3 && y + h > top - 3,
      );
    const places = tried.map(({ row, column }) => inside(column * w, row * (h + 6)));
    return places.find((place) => !covers(place)) ?? places[0];
  }

  /**
   * Flexion as an arc from 'straight on' to the limb.
   * @param {Point | null} before
   * @param {Point | null} at
   * @param {Point | null} after
   * @param {string} [colour]
   */
  #bend(before, at, after, colour = WHITE) {
    if (!before || !at || !after) return;
    const onward = Math.atan2(at[1] - before[1], at[0] - before[0]);
    const limb = Math.atan2(after[1] - at[1], after[0] - at[0]);
    const reach = Math.min(
      Math.hypot(at[0] - before[0], at[1] - before[1]),
      Math.hypot(after[0] - at[0], after[1] - at[1]),
    );
    const radius = Math.min(36, 0.6 * reach);
    this.#outlined(
      [at, [at[0] + Math.cos(onward) * radius * 1.4, at[1] + Math.sin(onward) * radius * 1.4]],
      1.2,
      colour,
      [3, 4],
    );
    this.#arc(at, radius, onward, limb, colour);
  }

  /**
   * The angle between two arms.
   * @param {Point} a
   * @param {Point} at
   * @param {Point} c
   * @param {string} colour
   */
  #between(a, at, c, colour) {
    const [first, last] = [a, c].map((end) => Math.atan2(end[1] - at[1], end[0] - at[0]));
    const reach = Math.min(...[a, c].map((end) => Math.hypot(end[0] - at[0], end[1] - at[1])));
    this.#arc(at, Math.min(36, 0.6 * reach), first, last, colour);
  }

  /**
   * An arc from one direction to another, the shorter way.
   * @param {Point} at
   * @param {number} radius
   * @param {number} from
   * @param {number} to
   * @param {string} colour
   */
  #arc(at, radius, from, to, colour) {
    const turn = Math.atan2(Math.sin(to - from), Math.cos(to - from));
    for (const [width, stroke] of /** @type {[number, string][]} */ ([
      [4, DARK],
      [2, colour],
    ])) {
      this.ctx.beginPath();
      this.ctx.arc(at[0], at[1], radius, from, from + turn, turn < 0);
      this.ctx.lineWidth = width;
      this.ctx.strokeStyle = stroke;
      this.ctx.stroke();
    }
  }

  /**
   * A path with a dark edge, so that it reads on light and dark.
   * @param {Point[]} points
   * @param {number} width
   * @param {string} colour
   * @param {number[]} [dashes]
   */
  #outlined(points, width, colour, dashes = []) {
    const { ctx } = this;
    for (const [extra, stroke] of /** @type {[number, string][]} */ ([
      [2, DARK],
      [0, colour],
    ])) {
      ctx.beginPath();
      ctx.setLineDash(extra ? [] : dashes);
      // The first of them begins the path.
      for (const [x, y] of points) ctx.lineTo(x, y);
      ctx.lineWidth = width + extra;
      ctx.strokeStyle = stroke;
      ctx.stroke();
    }
    ctx.setLineDash([]);
  }

  /**
   * @param {Point} at
   * @param {number} radius
   */
  #dot(at, radius) {
    for (const [more, stroke] of /** @type {[number, string][]} */ ([
      [1.5, DARK],
      [0, WHITE],
    ])) {
      this.ctx.beginPath();
      this.ctx.arc(at[0], at[1], radius + more, 0, 2 * Math.PI);
      this.ctx.fillStyle = stroke;
      this.ctx.fill();
    }
  }
}
