// @ts-check
/** A magnifier over the video: the frame around the pointer, larger, in a corner that the pointer is not in. */

import { h } from "../core/dom.js";

/** @import { Point } from "../core/types.js" */
/** @import { Player } from "./player.js" */
/** @import { Viewport } from "./viewport.js" */

const SIZE_PX = 132;
const ZOOM = 3;
const HAVE_FRAME = 2;

export class Magnifier {
  /**
   * @param {Player} player  without a video there is nothing to magnify
   * @param {Viewport} viewport
   */
  constructor(player, viewport) {
    this.player = player;
    this.viewport = viewport;
    this.node = h("canvas", { class: "magnifier", hidden: true, "aria-hidden": "true" });
  }

  hide() {
    this.node.hidden = true;
  }

  /** @param {Point} at  in the stage */
  show(at) {
    const { node, viewport } = this;
    const { scrub, video } = this.player;
    if (!video || video.readyState < HAVE_FRAME) return;
    node.hidden = false;
    node.classList.toggle("right", at[0] < viewport.stage.clientWidth / 2);
    const side = Math.round(SIZE_PX * devicePixelRatio);
    if (node.width !== side) node.width = node.height = side;
    const ctx = /** @type {CanvasRenderingContext2D} */ (node.getContext("2d"));
    const [x, y] = viewport.toImage(at);
    const reach = SIZE_PX / (viewport.scale * ZOOM);
    const shown = scrub?.covers ? scrub.canvas : video;
    const natural = (shown === video ? video.videoWidth : shown.width) / viewport.size_px[0];
    const [left, top] = [(x - reach / 2) * natural, (y - reach / 2) * natural];
    ctx.fillStyle = "#101418";
    ctx.fillRect(0, 0, side, side);
    ctx.drawImage(shown, left, top, reach * natural, reach * natural, 0, 0, side, side);
    drawCross(ctx, side);
  }
}

/**
 * Four short lines that leave the point itself free.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} side
 */
function drawCross(ctx, side) {
  const centre = side / 2;
  const directions = [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ];
  for (const [width, stroke] of /** @type {[number, string][]} */ ([
    [3, "rgb(16 20 26)"],
    [1, "rgb(255 158 88)"],
  ])) {
    ctx.strokeStyle = stroke;
    ctx.lineWidth = width * devicePixelRatio;
    ctx.beginPath();
    for (const [dx, dy] of directions) {
      ctx.moveTo(centre + dx * side * 0.06, centre + dy * side * 0.06);
      ctx.lineTo(centre + dx * side * 0.24, centre + dy * side * 0.24);
    }
    ctx.stroke();
  }
}
