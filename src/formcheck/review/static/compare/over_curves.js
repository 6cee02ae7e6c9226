// @ts-check
/** The repetitions of two clips over each other, hip above knee; a click goes to that moment. */

import { h } from "../core/dom.js";
import { t } from "../core/text.js";
import { drawOver, legendWords } from "./differences.js";

/** @import { Comparison } from "../core/types.js" */
/** @import { Series } from "./differences.js" */

export class OverCurves {
  /**
   * @param {Comparison} data
   * @param {(share: number) => void} go  to a share of the repetition
   */
  constructor(data, go) {
    this.data = data;
    this.go = go;
    /** What the curves were drawn for. */
    this.drawn = "";
    this.share = 0;
    /** @type {{plot: uPlot, line: HTMLElement}[]} */
    this.plots = [];
    this.node = h("div", { class: "over-each", "data-measuring": t("review.goniometer.hidden") });
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.#draw();
    this.scheme.addEventListener("change", this.redraw);
    this.resized = new ResizeObserver(this.redraw);
    this.resized.observe(this.node);
  }

  close() {
    this.scheme.removeEventListener("change", this.redraw);
    this.resized.disconnect();
    for (const { plot } of this.plots) plot.destroy();
  }

  /** @param {number} share  of the repetition; outside of it the line is hidden */
  mark(share) {
    this.share = share;
    for (const { line } of this.plots) {
      line.hidden = share < -0.001 || share > 1.001;
      // A plot that was just made knows no places yet.
      line.style.left = `${share * 100}%`;
    }
  }

  #draw() {
    const { clientWidth, clientHeight } = this.node;
    if (clientWidth < 100) return;
    const wanted = `${clientWidth} ${clientHeight} ${this.scheme.matches}`;
    if (this.drawn === wanted) return;
    this.drawn = wanted;
    for (const { plot } of this.plots) plot.destroy();
    const key = (/** @type {"a" | "b"} */ side) => h("span", { class: `key ${side}` }, h("i", {}), side.toUpperCase());
    const panel = (/** @type {Series} */ series, /** @type {string} */ words) => {
      const holder = h("div", {
        class: "plot",
        role: "img",
        "aria-label": t("review.compare.description", { joint: words }),
        title: t("review.compare.curves_hint"),
      });
      return { series, holder, nodes: [h("h2", { class: series.slice(0, -4) }, words, key("a"), key("b")), holder] };
    };
    const panels = [panel("hip_deg", t("review.compare.hip")), panel("knee_deg", t("review.compare.knee"))];
    this.node.replaceChildren(legendWords(this.data), ...panels.flatMap(({ nodes }) => nodes));
    this.plots = panels.map(({ series, holder }) => this.#listen(drawOver(this.data, series, holder)));
    this.mark(this.share);
  }

  /** @param {uPlot} plot */
  #listen(plot) {
    const line = h("div", { class: "playhead" });
    plot.over.append(line);
    const at = (/** @type {PointerEvent} */ event) => {
      const box = plot.over.getBoundingClientRect();
      this.go(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1));
    };
    plot.over.addEventListener("pointerdown", (event) => {
      plot.over.setPointerCapture(event.pointerId);
      at(event);
    });
    plot.over.addEventListener("pointermove", (event) => event.buttons === 1 && at(event));
    return { plot, line };
  }
}
