// @ts-check
/** Setting points on a frame one after another: by mouse, finger or keyboard, with a magnifier. */

import { announce, button, h } from "../core/dom.js";
import { t } from "../core/text.js";

/** @import { Point } from "../core/types.js" */
/** @import { Magnifier } from "./magnifier.js" */
/** @import { Viewport } from "./viewport.js" */

/** @type {Record<string, Point>} */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/**
 * @param {Point} point
 * @returns {Point}
 */
export const rounded = ([x, y]) => [round(x), round(y)];

/**
 * @param {HTMLElement} node
 * @param {Point} at
 */
export function put(node, [x, y]) {
  node.style.transform = `translate(${x}px, ${y}px)`;
}

/** `change`: begun, ended, or a point was set. */
export class Placing extends EventTarget {
  /**
   * @param {{viewport: Viewport, magnifier: Magnifier}} parts
   */
  constructor({ viewport, magnifier }) {
    super();
    this.viewport = viewport;
    this.stage = viewport.stage;
    this.magnifier = magnifier;
    this.active = false;
    /** @type {Point[]} */
    this.placed = [];
    this.count = 0;
    /** What the next point is. @type {(number: number) => string} */
    this.words = () => "";
    /** @type {(points: Point[]) => void} */
    this.done = () => {};
    /** What had the focus before. @type {HTMLElement | null} */
    this.before = null;
    /** The control that begins this, for when nothing had the focus. @type {() => Element | null} */
    this.control = () => null;
    /** Where the keyboard's cross stands, in the frame. @type {Point} */
    this.crossAt = [0, 0];
    this.hint = h("p", { class: "hint", hidden: true });
    this.cross = button(
      t("review.goniometer.place_here"),
      () => this.#add(this.crossAt),
      { class: "cross", hidden: true },
      "",
    );
    this.stage.append(this.cross, this.hint);
    this.stage.addEventListener("pointermove", (event) => this.active && magnifier.show(viewport.at(event)));
    this.cross.addEventListener("keydown", (event) => this.#moveCross(event));
    viewport.addEventListener("placed", () => this.#putCross());
  }

  /**
   * @param {number} count  of points
   * @param {(number: number) => string} words  what a point is, by its number from 0
   * @param {(points: Point[]) => void} done
   */
  start(count, words, done) {
    const { activeElement: held } = document;
    if (held !== this.cross) this.before = held instanceof HTMLElement && held !== document.body ? held : null;
    Object.assign(this, { count, words, done, active: true, placed: [] });
    this.crossAt = this.viewport.toImage([this.stage.clientWidth / 2, this.stage.clientHeight / 2]);
    this.stage.classList.add("placing");
    this.viewport.aiming = true;
    this.#advise();
    this.cross.hidden = false;
    this.#putCross();
    this.dispatchEvent(new Event("change"));
    this.stage.scrollIntoView({ block: "nearest" });
    this.cross.focus({ preventScroll: true });
  }

  stop() {
    const byKeyboard = document.activeElement === this.cross;
    this.#end();
    if (byKeyboard) this.#giveBack();
  }

  #end() {
    if (!this.active) return;
    this.active = false;
    this.placed = [];
    this.stage.classList.remove("placing");
    this.viewport.aiming = false;
    this.hint.hidden = this.cross.hidden = true;
    this.magnifier.hide();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * A tap on the stage.
   * @param {Point} at
   */
  tap(at) {
    this.#add(this.viewport.toImage(at));
  }

  #putCross() {
    if (this.active) put(this.cross, this.viewport.toStage(this.crossAt));
  }

  #advise() {
    const words = this.words(this.placed.length);
    this.hint.replaceChildren(h("b", {}, words), h("span", {}, t("review.goniometer.help")));
    this.hint.hidden = false;
    announce(words);
  }

  /** @param {Point} point */
  #add(point) {
    const last = this.placed.at(-1);
    if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < 3) return;
    this.placed.push(rounded(point));
    if (this.placed.length < this.count) {
      this.#advise();
      this.dispatchEvent(new Event("change"));
      return;
    }
    const { placed } = this;
    const byKeyboard = document.activeElement === this.cross;
    this.#end();
    this.done(placed);
    if (byKeyboard) this.#giveBack();
  }

  /** Return the focus to where it was, or to the control that begins this; what was made anew is known by its key. */
  #giveBack() {
    const { before } = this;
    if (this.active || (document.activeElement !== this.cross && document.activeElement !== document.body)) return;
    const key = before?.dataset.key;
    const again = key ? document.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
    const shown = [before, again, this.control()].find((one) => one?.isConnected && one.checkVisibility());
    if (shown instanceof HTMLElement) shown.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  #moveCross(event) {
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 1 : 10;
    const [w, h] = this.viewport.size_px;
    this.crossAt = [
      Math.min(Math.max(this.crossAt[0] + way[0] * step, 0), w),
      Math.min(Math.max(this.crossAt[1] + way[1] * step, 0), h),
    ];
    this.#putCross();
    this.magnifier.show(this.viewport.toStage(this.crossAt));
  }
}
