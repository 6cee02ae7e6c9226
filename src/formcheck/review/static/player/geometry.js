// @ts-check
/** Where joints are and how they bend, as drawn on the video. */

/** @import { Point, Side } from "../core/types.js" */

const POINTS = 33;
/** Shoulder, hip, knee, ankle, heel, toe. */
const LEGS = { left: [11, 23, 25, 27, 29, 31], right: [12, 24, 26, 28, 30, 32] };

/**
 * The working leg's joints in a frame of the saved track; null where not seen.
 * @param {Float32Array} track  (T, 33, 2)
 * @param {number} frame
 * @param {Side | null} side
 * @returns {(Point | null)[]}
 */
export function legPoints(track, frame, side) {
  if (!side) return [];
  return LEGS[side].map((joint) => {
    const at = (frame * POINTS + joint) * 2;
    const [x, y] = [track[at], track[at + 1]];
    return Number.isFinite(x) && Number.isFinite(y) ? [x, y] : null;
  });
}

/**
 * Where in the frame the tracked points are, over the whole clip: left, top, right, bottom; null when there are none.
 * @param {Float32Array} track
 * @returns {[number, number, number, number] | null}
 */
export function boundingBox(track) {
  const box = /** @type {[number, number, number, number]} */ ([Infinity, Infinity, -Infinity, -Infinity]);
  for (let at = 0; at < track.length; at += 2) {
    const [x, y] = [track[at], track[at + 1]];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    [box[0], box[1], box[2], box[3]] = [
      Math.min(box[0], x),
      Math.min(box[1], y),
      Math.max(box[2], x),
      Math.max(box[3], y),
    ];
  }
  return box[2] > box[0] && box[3] > box[1] ? box : null;
}

/**
 * Neutral-zero flexion at the middle of three points: 180 minus the inner angle, 0 = straight.
 * @param {Point[]} points
 * @returns {number | null}
 */
export function flexion([a, b, c]) {
  const [u, v] = [
    [b[0] - a[0], b[1] - a[1]],
    [c[0] - b[0], c[1] - b[1]],
  ];
  if (Math.hypot(...u) < 1e-6 || Math.hypot(...v) < 1e-6) return null;
  return Math.abs((Math.atan2(u[0] * v[1] - u[1] * v[0], u[0] * v[0] + u[1] * v[1]) * 180) / Math.PI);
}

/**
 * As the server reads it: flexion for knee and hip, the angle between the arms for anything else.
 * @param {{points: Point[], joint: string}} measurement
 */
export function displayedAngle({ points, joint }) {
  const value = flexion(points);
  return value === null || joint !== "other" ? value : 180 - value;
}

/**
 * @param {Point} vector
 * @returns {Point}
 */
export function unitVector([x, y]) {
  const length = Math.max(Math.hypot(x, y), 1e-9);
  return [x / length, y / length];
}
