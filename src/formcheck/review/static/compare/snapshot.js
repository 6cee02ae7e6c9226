// @ts-check
/** The comparison as an image: both frames as they are shown, with what is drawn over them, whose they are, and their angles. */

import { h } from "../core/dom.js";
import { t } from "../core/text.js";

/** @import { ComparedSide } from "./side.js" */

/** Pixels of the image for each of the page. */
const SCALE = 2;
const GAP_PX = 4;
const TEXT_PX = 14;
const LINE_PX = 22;
const MARGIN_PX = 10;

/**
 * Hand out both frames as one image.
 * @param {ComparedSide[]} sides
 * @param {string} moment  which moment it is
 * @param {[string, string]} names  of the clips
 */
export async function saveSnapshot(sides, moment, names) {
  const image = await snapshot(sides, moment);
  if (!image) return;
  const [a, b] = names.map((name) => name.replace(/\.\w+$/, ""));
  const url = URL.createObjectURL(image);
  h("a", { href: url, download: t("review.compare.image_name", { a, b }) }).click();
  URL.revokeObjectURL(url);
}

/**
 * @param {ComparedSide[]} sides
 * @param {string} moment  which moment it is
 * @returns {Promise<Blob | null>}
 */
function snapshot(sides, moment) {
  const widths = sides.map(({ scene }) => scene.stage.clientWidth);
  const height = Math.max(...sides.map(({ scene }) => scene.stage.clientHeight));
  const full = [widths.reduce((sum, width) => sum + width + GAP_PX, -GAP_PX), height + 3 * LINE_PX + 2 * MARGIN_PX];
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = full.map((length) => Math.round(length * SCALE));
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ctx.scale(SCALE, SCALE);
  ctx.fillStyle = "white";
  ctx.fillRect(0, 0, full[0], full[1]);
  let left = 0;
  sides.forEach((side, at) => {
    drawFrame(ctx, side, left);
    const lines = [side.caption, side.live.textContent ?? "", ...(at === 0 ? [moment] : [])];
    drawLines(ctx, lines, [left + MARGIN_PX, height + MARGIN_PX], widths[at] - 2 * MARGIN_PX);
    left += widths[at] + GAP_PX;
  });
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {ComparedSide} side
 * @param {number} left
 */
function drawFrame(ctx, { scene, player }, left) {
  const { stage, viewport, canvas, video } = scene;
  const [w, h] = [stage.clientWidth, stage.clientHeight];
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, 0, w, h);
  ctx.clip();
  ctx.translate(left, 0);
  ctx.fillStyle = "#101418";
  ctx.fillRect(0, 0, w, h);
  const shown = player.scrub?.covers ? player.scrub.canvas : video;
  const [x, y] = viewport.toStage([0, 0]);
  const [right, bottom] = viewport.toStage(viewport.size_px);
  if (shown) ctx.drawImage(shown, x, y, right - x, bottom - y);
  ctx.drawImage(canvas, 0, 0, w, h);
  ctx.restore();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string[]} lines
 * @param {[number, number]} at
 * @param {number} width
 */
function drawLines(ctx, lines, [x, y], width) {
  const family = getComputedStyle(document.body).fontFamily;
  ctx.fillStyle = "#14181d";
  ctx.textBaseline = "top";
  lines.forEach((line, row) => {
    ctx.font = `${row === 0 ? 600 : 400} ${TEXT_PX}px ${family}`;
    ctx.fillText(line, x, y + row * LINE_PX, width);
  });
}
