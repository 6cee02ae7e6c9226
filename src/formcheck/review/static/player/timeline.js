// @ts-check
/** The timeline: curves, the strip of repetitions, marks and the playhead. Moving in it moves the video, and the other way round. */

import { h } from "../core/dom.js";
import { t } from "../core/text.js";
import { Curves, LEFT_PX, RIGHT_PX } from "./curves.js";
import { findingMarkers, markerButtons, reviewerMarkers, stripButtons } from "./markers.js";

/** @import { Item, Rep, Review, Session } from "../core/types.js" */
/** @import { Player } from "./player.js" */

const SHORTEST_S = 0.4;
/** Below these a repetition has no room for its number and icon, or for its number. */
const NARROW_PX = 38;
const TINY_PX = 22;
/** A repetition narrower than this is zoomed to when it is chosen. */
const READABLE_PX = 70;

/**
 * @typedef {object} Actions  what the reader asks for in the time line
 * @property {(rep: number, go: boolean) => void} choose  go: show its start too
 * @property {(rep: number, edge: "start_s" | "peak_s" | "end_s", time_s: number) => void} moveEdge
 * @property {(finding: {rule: string, rep: number | null}) => void} openFinding
 */

export class Timeline {
  /**
   * @param {Item} item
   * @param {Player} player
   * @param {Actions} actions
   */
  constructor(item, player, actions) {
    this.item = item;
    this.player = player;
    this.actions = actions;
    const last = item.t_s.at(-1) ?? 0;
    this.whole = [Math.min(item.t_s[0] ?? 0, 0), Math.max(last, 0.1)];
    this.span = [...this.whole];
    this.selected = 0;
    this.editable = true;
    this.session = item.analysed;
    this.strip = h("div", { class: "strip", role: "group", "aria-label": t("review.timeline.reps") });
    this.marks = h("div", { class: "marks" });
    this.handles = h("div", { class: "handles" });
    this.playhead = h("div", { class: "playhead" });
    this.over = h("div", { class: "over" }, this.marks, this.handles, this.playhead);
    this.values = { hip: h("b", {}, ""), knee: h("b", {}, "") };
    const title = (/** @type {"hip" | "knee"} */ key) =>
      h(
        "p",
        { class: `curve-title ${key}` },
        t(`review.timeline.${key}`),
        this.values[key],
        h("small", {}, t(`review.timeline.${key}_unit`)),
      );
    this.plots = h("div", {
      class: "plots",
      role: "img",
      "aria-label": t("review.timeline.description"),
    });
    this.node = h(
      "section",
      { class: "timeline", "aria-label": t("review.timeline.title") },
      this.strip,
      h(
        "div",
        { class: "curves", "data-measuring": t("review.goniometer.hidden") },
        this.plots,
        title("hip"),
        title("knee"),
        this.over,
      ),
    );
    this.curves = new Curves(this.plots, item);
    this.#listen();
    player.addEventListener("cursor", () => this.follow());
    new ResizeObserver(() => this.place()).observe(this.over);
    this.zoomTo(this.whole[0], this.whole[1]);
  }

  get width() {
    return Math.max(this.over.clientWidth, 1);
  }

  /** @param {number} time_s */
  #x(time_s) {
    return ((time_s - this.span[0]) / (this.span[1] - this.span[0])) * this.width;
  }

  /** @param {number} clientX */
  #time(clientX) {
    const share = (clientX - this.over.getBoundingClientRect().left) / this.width;
    return this.span[0] + Math.min(Math.max(share, 0), 1) * (this.span[1] - this.span[0]);
  }

  /**
   * @param {Session} session
   * @param {Review} review
   * @param {number} selected
   * @param {boolean} editable
   */
  show(session, review, selected, editable) {
    this.session = session;
    this.selected = this.curves.selected = selected;
    this.editable = editable;
    this.curves.setSession(session);
    const { reps } = session.document;
    const own = reviewerMarkers(review, (time_s) => this.player.showTime(time_s));
    this.strip.replaceChildren(...stripButtons(reps, selected, (rep) => this.actions.choose(rep, true)));
    this.marks.replaceChildren(...markerButtons([...findingMarkers(reps, this.actions.openFinding), ...own]));
    this.#fillHandles(reps.find((rep) => rep.index === selected));
    this.place();
  }

  /**
   * @param {number} from_s
   * @param {number} to_s
   */
  zoomTo(from_s, to_s) {
    const [start, end] = this.whole;
    const length = Math.min(Math.max(to_s - from_s, SHORTEST_S), end - start);
    const from = Math.min(Math.max((from_s + to_s - length) / 2, start), end - length);
    this.span = [from, from + length];
    this.curves.setSpan(from, from + length);
    this.place();
  }

  /**
   * @param {number} factor  below 1: nearer
   * @param {number} [around_s]
   */
  zoomBy(factor, around_s = this.player.time_s) {
    const [from, to] = this.span;
    const held = Math.min(Math.max(around_s, from), to);
    this.zoomTo(held - (held - from) * factor, held + (to - held) * factor);
  }

  /** @param {number} share  of what is shown */
  panBy(share) {
    const by = (this.span[1] - this.span[0]) * share;
    const limited = Math.min(Math.max(by, this.whole[0] - this.span[0]), this.whole[1] - this.span[1]);
    this.zoomTo(this.span[0] + limited, this.span[1] + limited);
  }

  /**
   * Bring a repetition into view, large enough to work on.
   * @param {Rep} rep
   */
  reveal(rep) {
    const length = rep.end_s - rep.start_s;
    const large = this.#x(rep.end_s) - this.#x(rep.start_s) >= READABLE_PX;
    if (!large) this.zoomTo(rep.start_s - 2 * length, rep.end_s + 2 * length);
    else if (rep.start_s < this.span[0] || rep.end_s > this.span[1]) {
      const shown = this.span[1] - this.span[0];
      const middle = (rep.start_s + rep.end_s) / 2;
      this.zoomTo(Math.max(middle - shown / 2, this.whole[0]), Math.max(middle - shown / 2, this.whole[0]) + shown);
    }
  }

  reset() {
    this.zoomTo(this.whole[0], this.whole[1]);
  }

  /** Put everything that has a time where that time now is. */
  place() {
    for (const node of [...this.strip.children, ...this.marks.children, ...this.handles.children]) {
      if (!(node instanceof HTMLElement)) continue;
      const x = this.#x(Number(node.dataset.at));
      const until = node.dataset.until;
      const end = until === undefined ? x : this.#x(Number(until));
      const offset = Number(node.dataset.shift ?? 0);
      node.hidden = end < 0 || x > this.width;
      if (until !== undefined) {
        const left = Math.max(x, 0);
        const width = Math.max(Math.min(end, this.width) - left - 2, 3);
        node.style.width = `${width}px`;
        node.classList.toggle("narrow", width < NARROW_PX);
        node.classList.toggle("tiny", width < TINY_PX);
        node.style.transform = `translateX(${left}px)`;
      } else node.style.transform = `translate(${x + Number(node.dataset.inside ?? 0)}px, ${offset}px)`;
    }
    this.#placePlayhead();
  }

  /** The player moved: keep the playhead in view. */
  follow() {
    const { time_s } = this.player;
    const [from, to] = this.span;
    if (time_s < from || time_s > to) {
      const length = to - from;
      const start = this.player.playing ? time_s - length * 0.05 : time_s - length / 2;
      const limited = Math.min(Math.max(start, this.whole[0]), this.whole[1] - length);
      this.zoomTo(limited, limited + length);
    } else this.#placePlayhead();
  }

  #placePlayhead() {
    const x = this.#x(this.player.time_s);
    this.playhead.style.transform = `translateX(${x}px)`;
    this.playhead.hidden = x < -1 || x > this.width + 1;
  }

  /** @param {Rep | undefined} rep */
  #fillHandles(rep) {
    this.handles.replaceChildren();
    if (!rep || !this.editable) return;
    const edges = /** @type {["start_s" | "end_s", string][]} */ ([
      ["start_s", t("review.timeline.drag_start", { rep: rep.index })],
      ["end_s", t("review.timeline.drag_end", { rep: rep.index })],
    ]);
    for (const [edge, title] of edges) {
      const handle = h("div", {
        class: "handle",
        title,
        "data-edge": edge,
        "data-at": rep[edge],
      });
      handle.addEventListener("pointerdown", (event) => this.#dragEdge(event, handle, rep, edge));
      this.handles.append(handle);
    }
  }

  /**
   * @param {PointerEvent} event
   * @param {HTMLElement} handle
   * @param {Rep} rep
   * @param {"start_s" | "peak_s" | "end_s"} edge
   */
  #dragEdge(event, handle, rep, edge) {
    event.stopPropagation();
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    let time_s = rep[edge];
    const move = (/** @type {PointerEvent} */ now) => {
      time_s = this.#time(now.clientX);
      time_s = edge === "start_s" ? Math.min(time_s, rep.end_s - 0.2) : Math.max(time_s, rep.start_s + 0.2);
      handle.dataset.at = String(time_s);
      this.curves.reps = this.session.document.reps.map((other) =>
        other === rep ? { ...rep, [edge]: time_s } : other,
      );
      this.curves.repaint();
      this.player.showTime(time_s);
      this.place();
    };
    const done = (/** @type {PointerEvent} */ now) => {
      handle.removeEventListener("pointermove", move);
      if (now.type === "pointerup" && time_s !== rep[edge]) this.actions.moveEdge(rep.index, edge, time_s);
      else this.curves.setSession(this.session);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", done, { once: true });
    handle.addEventListener("pointercancel", done, { once: true });
  }

  #listen() {
    const { over } = this;
    over.style.left = `${LEFT_PX}px`;
    over.style.right = `${RIGHT_PX}px`;
    this.strip.style.marginLeft = `${LEFT_PX}px`;
    this.strip.style.marginRight = `${RIGHT_PX}px`;
    /** @type {Map<number, number>} */
    const fingers = new Map();
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button"))) return;
      over.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, event.clientX);
      if (fingers.size > 1) return;
      this.player.pause();
      const time_s = this.#time(event.clientX);
      this.player.showTime(time_s);
      const rep = this.session.document.reps.find((one) => time_s >= one.start_s && time_s < one.end_s);
      if (rep && rep.index !== this.selected) this.actions.choose(rep.index, false);
    });
    over.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      fingers.set(event.pointerId, event.clientX);
      if (other === undefined) this.player.showTime(this.#time(event.clientX));
      else
        this.zoomBy(
          Math.max(Math.abs(before - other), 12) / Math.max(Math.abs(event.clientX - other), 12),
          this.#time(other),
        );
    });
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"]))
      over.addEventListener(type, (event) => fingers.delete(event.pointerId));
    this.node.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const sideways = event.shiftKey ? event.deltaY : event.deltaX;
        if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) this.panBy(sideways / this.width);
        else this.zoomBy(Math.exp(event.deltaY * (event.deltaMode ? 0.05 : 0.002)), this.#time(event.clientX));
      },
      { passive: false },
    );
  }
}
