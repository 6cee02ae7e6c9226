// @ts-check
/** The points of what is drawn on a frame, each of them draggable or moved by the arrow keys. */

import { button, h } from "../core/dom.js";
import { ARROWS, put, rounded } from "./placing.js";

/** @import { Point } from "../core/types.js" */
/** @import { Magnifier } from "./magnifier.js" */
/** @import { Viewport } from "./viewport.js" */

/** @typedef {{id: string, points: Point[]}} Shape */

/**
 * `change`: what is to be drawn is another.
 * @template {Shape} S
 */
export class Handles extends EventTarget {
  /**
   * @param {object} parts
   * @param {Viewport} parts.viewport
   * @param {Magnifier} parts.magnifier
   * @param {() => S[]} parts.kept  the shapes on the frame that is shown
   * @param {(shape: S, number: number) => string} parts.label  of a point, by its number from 0
   * @param {(shape: S) => void} parts.keep  a shape whose points were moved
   */
  constructor({ viewport, magnifier, kept, label, keep }) {
    super();
    this.viewport = viewport;
    this.magnifier = magnifier;
    this.kept = kept;
    this.label = label;
    this.keep = keep;
    /** While a point is dragged: its shape as it would be. @type {S | null} */
    this.dragged = null;
    this.node = h("div", { class: "points" });
    viewport.stage.append(this.node);
    viewport.addEventListener("placed", () => this.place());
  }

  /** The shapes on the frame that is shown, as they would be. */
  get here() {
    return this.kept().map((one) => (this.dragged?.id === one.id ? this.dragged : one));
  }

  /** Make the handles of what is on this frame. */
  refresh() {
    const { here } = this;
    const wanted = here.map((one) => one.id).join(" ");
    if (this.node.dataset.shown !== wanted) {
      this.node.dataset.shown = wanted;
      this.node.replaceChildren(...here.flatMap((one) => one.points.map((_, number) => this.#handle(one, number))));
    }
    this.place();
  }

  place() {
    const { here } = this;
    for (const node of this.node.children) {
      if (!(node instanceof HTMLElement)) continue;
      const point = here.find((one) => one.id === node.dataset.id)?.points[Number(node.dataset.number)];
      if (point) put(node, this.viewport.toStage(point));
    }
  }

  /**
   * @param {S} shape
   * @param {number} number
   */
  #handle(shape, number) {
    const { id } = shape;
    const props = { class: "point", "data-id": id, "data-number": number };
    const node = button(this.label(shape, number), () => {}, props, String(number + 1));
    const original = () => this.kept().find((one) => one.id === id);
    const moved = (/** @type {S} */ one, /** @type {Point} */ to) => ({
      ...one,
      points: one.points.map((point, at) => (at === number ? rounded(to) : point)),
    });
    node.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      node.setPointerCapture(event.pointerId);
      this.dragged = original() ?? null;
    });
    node.addEventListener("pointermove", (event) => {
      if (!this.dragged) return;
      const at = this.viewport.at(event);
      this.dragged = moved(this.dragged, this.viewport.toImage(at));
      this.magnifier.show(at);
      this.place();
      this.dispatchEvent(new Event("change"));
    });
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"]))
      node.addEventListener(type, () => {
        const { dragged } = this;
        this.dragged = null;
        this.magnifier.hide();
        if (dragged && dragged.points !== original()?.points && type === "pointerup") this.keep(dragged);
      });
    node.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      const one = original();
      if (!way || !one) return;
      event.preventDefault();
      event.stopPropagation();
      const step = event.shiftKey ? 10 : 1;
      const [x, y] = one.points[number];
      this.keep(moved(one, [x + way[0] * step, y + way[1] * step]));
      this.magnifier.show(this.viewport.toStage(one.points[number]));
    });
    node.addEventListener("blur", () => this.magnifier.hide());
    return node;
  }
}
