// @ts-check
/** Zoom and pan of the video, which is moved by CSS; what is drawn over it asks here where a pixel of the frame lies. */

/** @import { Point } from "../core/types.js" */

const MOST = 8;
const MARGIN = 0.12;

export class Viewport extends EventTarget {
  /**
   * @param {HTMLElement} stage
   * @param {HTMLElement[]} images  what shows the frame: the video and what may cover it
   * @param {Point} size_px  of the clip's frames, upright
   */
  constructor(stage, images, size_px) {
    super();
    this.stage = stage;
    this.images = images;
    this.size_px = size_px;
    this.zoom = 1;
    /** Which point of the frame is in the middle of the stage. @type {Point} */
    this.middle = [size_px[0] / 2, size_px[1] / 2];
    /** @type {Map<number, Point>} */
    this.pointers = new Map();
    this.moved = false;
    /** A point is being placed: one finger aims instead of panning, and where it is lifted is the tap. */
    this.aiming = false;
    /** Where the person is: left, top, right, bottom. @type {[number, number, number, number] | null} */
    this.subject = null;
    new ResizeObserver(() => this.#place()).observe(stage);
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.#down(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"]))
      stage.addEventListener(type, (event) => this.#up(event));
  }

  /** Screen pixels a frame pixel. */
  get scale() {
    const [w, h] = this.size_px;
    return Math.min(this.stage.clientWidth / w, this.stage.clientHeight / h) * this.zoom;
  }

  /**
   * @param {Point} point  in the frame
   * @returns {Point} in the stage
   */
  toStage([x, y]) {
    const scale = this.scale;
    return [
      (x - this.middle[0]) * scale + this.stage.clientWidth / 2,
      (y - this.middle[1]) * scale + this.stage.clientHeight / 2,
    ];
  }

  /**
   * @param {Point} at  in the stage
   * @returns {Point} in the frame, kept inside it
   */
  toImage([x, y]) {
    const scale = this.scale;
    const [w, h] = this.size_px;
    const px = (x - this.stage.clientWidth / 2) / scale + this.middle[0];
    const py = (y - this.stage.clientHeight / 2) / scale + this.middle[1];
    return [Math.min(Math.max(px, 0), w), Math.min(Math.max(py, 0), h)];
  }

  /**
   * @param {{clientX: number, clientY: number}} event
   * @returns {Point}
   */
  at(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /**
   * @param {number} factor
   * @param {Point} [at]  in the stage, stays where it is
   */
  zoomBy(factor, at = [this.stage.clientWidth / 2, this.stage.clientHeight / 2]) {
    const held = this.toImage(at);
    this.zoom = Math.min(Math.max(this.zoom * factor, 1), MOST);
    const scale = this.scale;
    this.middle = [
      held[0] - (at[0] - this.stage.clientWidth / 2) / scale,
      held[1] - (at[1] - this.stage.clientHeight / 2) / scale,
    ];
    this.#place();
  }

  /**
   * @param {number} dx  screen pixels
   * @param {number} dy
   */
  panBy(dx, dy) {
    this.middle = [this.middle[0] - dx / this.scale, this.middle[1] - dy / this.scale];
    this.#place();
  }

  /** The person, as large as the stage allows; from there, the whole frame again. */
  toggleSubject() {
    if (!this.subject || this.zoom > 1) return this.reset();
    const [left, top, right, bottom] = this.subject;
    const [w, h] = [(right - left) * (1 + 2 * MARGIN), (bottom - top) * (1 + 2 * MARGIN)];
    const scale = Math.min(this.stage.clientWidth / w, this.stage.clientHeight / h);
    this.zoom = Math.min(Math.max(scale / this.scale, 1), MOST);
    this.middle = [(left + right) / 2, (top + bottom) / 2];
    this.#place();
  }

  reset() {
    this.zoom = 1;
    this.#place();
  }

  #place() {
    const [w, h] = this.size_px;
    const scale = this.scale;
    if (!(scale > 0)) return;
    // The frame may leave the middle only as far as it overhangs the stage.
    const roomX = Math.max(w / 2 - this.stage.clientWidth / (2 * scale), 0);
    const roomY = Math.max(h / 2 - this.stage.clientHeight / (2 * scale), 0);
    this.middle = [
      Math.min(Math.max(this.middle[0], w / 2 - roomX), w / 2 + roomX),
      Math.min(Math.max(this.middle[1], h / 2 - roomY), h / 2 + roomY),
    ];
    const [x, y] = this.toStage([0, 0]);
    for (const { style } of this.images) {
      style.width = `${w}px`;
      style.height = `${h}px`;
      style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    }
    this.dispatchEvent(new Event("placed"));
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    this.zoomBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), this.at(event));
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.target instanceof Element && event.target.closest("button, a")) return;
    this.stage.setPointerCapture(event.pointerId);
    if (this.pointers.size === 0) this.moved = false;
    this.pointers.set(event.pointerId, this.at(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.at(event);
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other && this.aiming && !this.moved) return;
    if (!other && !this.moved && Math.hypot(dx, dy) < 5) return;
    this.moved = true;
    this.pointers.set(event.pointerId, now);
    if (other) this.#pinch(before, now, other);
    else if (this.zoom > 1) this.panBy(dx, dy);
  }

  /**
   * @param {Point} before
   * @param {Point} now
   * @param {Point} other
   */
  #pinch(before, now, other) {
    const reach = (/** @type {Point} */ p) => Math.max(Math.hypot(p[0] - other[0], p[1] - other[1]), 1);
    this.zoomBy(reach(now) / reach(before), other);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (!this.pointers.delete(event.pointerId) || this.pointers.size) return;
    if (event.type === "pointerup" && !this.moved)
      this.dispatchEvent(new CustomEvent("tap", { detail: this.at(event) }));
  }
}
