// @ts-check
/** A goniometer on the video: three points, each of them draggable or moved by the arrow keys, with a magnifier. */

import { announce, button, h } from "../core/dom.js";
import { t } from "../core/text.js";
import { newId } from "../panels/review_state.js";
import { Magnifier } from "./magnifier.js";

/** @import { Item, Joint, Measurement, Point } from "../core/types.js" */
/** @import { Viewport } from "./viewport.js" */
/** @import { Player } from "./player.js" */
/** @import { ReviewState } from "../panels/review_state.js" */

/** Where the three points belong. @type {Record<Joint, [string, string, string]>} */
const LANDMARKS = {
  knee: ["hip", "knee", "ankle"],
  hip: ["trunk", "hip", "knee"],
  other: ["first_arm", "vertex", "second_arm"],
};

/**
 * @param {Joint} joint
 * @param {number} number  from 0
 */
const landmarkWords = (joint, number) => t(`review.goniometer.landmark.${LANDMARKS[joint][number]}`);

/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** `change`: what is to be drawn is another. */
export class Goniometer extends EventTarget {
  /**
   * @param {{item: Item, player: Player, viewport: Viewport, state: ReviewState, stage: HTMLElement}} parts
   */
  constructor({ item, player, viewport, state, stage }) {
    super();
    this.item = item;
    this.player = player;
    this.viewport = viewport;
    this.state = state;
    this.stage = stage;
    /** @type {Joint} */
    this.joint = "knee";
    this.active = false;
    /** @type {Point[]} */
    this.placed = [];
    /** Where the keyboard's cross stands, in the frame. @type {Point} */
    this.crossAt = [0, 0];
    /** While a point is dragged: the measurement as it would be. @type {Measurement | null} */
    this.dragged = null;
    this.handles = h("div", { class: "points" });
    this.hint = h("p", { class: "hint", hidden: true });
    this.magnifier = new Magnifier(player.video, viewport);
    this.cross = button(
      t("review.goniometer.place_here"),
      () => this.#placeAtCross(),
      { class: "cross", hidden: true },
      "",
    );
    stage.append(this.handles, this.cross, this.magnifier.node, this.hint);
    stage.addEventListener("pointermove", (event) => this.active && this.magnifier.show(viewport.at(event)));
    stage.addEventListener("pointerleave", () => {
      if (!this.dragged) this.magnifier.hide();
    });
    this.cross.addEventListener("keydown", (event) => this.#moveCross(event));
    viewport.addEventListener("placed", () => this.placeHandles());
  }

  /** Those laid on the frame that is shown. */
  get here() {
    const shown = this.player.video ? this.player.shown : this.player.index;
    const t_s = this.item.t_s[shown];
    const kept =
      this.state.layer === "analysed"
        ? []
        : this.state.review.goniometer.filter((one) => Math.abs(one.t_s - t_s) < 0.002);
    return kept.map((one) => (this.dragged?.id === one.id ? this.dragged : one));
  }

  /** @param {Joint} [joint] */
  start(joint = this.joint) {
    this.player.pause();
    this.joint = joint;
    this.active = true;
    this.placed = [];
    this.crossAt = this.viewport.toImage([this.stage.clientWidth / 2, this.stage.clientHeight / 2]);
    this.stage.classList.add("placing");
    this.viewport.aiming = true;
    this.#advise();
    this.cross.hidden = false;
    this.placeHandles();
    this.dispatchEvent(new Event("change"));
    this.stage.scrollIntoView({ block: "nearest" });
    this.cross.focus({ preventScroll: true });
  }

  stop() {
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

  /** Make the handles of what is on this frame. */
  refresh() {
    const wanted = this.here.map((one) => one.id).join(" ");
    if (this.handles.dataset.shown !== wanted) {
      this.handles.dataset.shown = wanted;
      this.handles.replaceChildren(
        ...this.here.flatMap((one) => [0, 1, 2].map((number) => this.#handle(one.id, one.joint, number))),
      );
    }
    this.placeHandles();
  }

  placeHandles() {
    for (const node of this.handles.children) {
      if (!(node instanceof HTMLElement)) continue;
      const measurement = this.here.find((one) => one.id === node.dataset.id);
      if (measurement) put(node, this.viewport.toStage(measurement.points[Number(node.dataset.number)]));
    }
    if (this.active) put(this.cross, this.viewport.toStage(this.crossAt));
  }

  #advise() {
    const { length } = this.placed;
    const landmark = landmarkWords(this.joint, length);
    const words = t("review.goniometer.point", { number: length + 1, landmark });
    this.hint.replaceChildren(h("b", {}, words), h("span", {}, t("review.goniometer.help")));
    this.hint.hidden = false;
    announce(words);
  }

  /** @param {Point} point */
  #add(point) {
    const last = this.placed.at(-1);
    if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < 3) return;
    this.placed.push([round(point[0]), round(point[1])]);
    if (this.placed.length < 3) {
      this.#advise();
      this.dispatchEvent(new Event("change"));
      return;
    }
    const { joint, placed: points } = this;
    const t_s = this.player.time_s;
    this.stop();
    this.state.change(t("review.change.goniometer"), (draft) => {
      draft.goniometer.push({
        id: newId(),
        t_s,
        joint,
        points,
        angle_deg: null,
        tool_deg: null,
        tool_se_deg: null,
        difference_deg: null,
      });
    });
    this.dispatchEvent(new Event("placed"));
  }

  #placeAtCross() {
    this.#add(this.crossAt);
  }

  /** @param {KeyboardEvent} event */
  #moveCross(event) {
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 1 : 10;
    const [w, h] = this.item.video.size_px;
    this.crossAt = [
      Math.min(Math.max(this.crossAt[0] + way[0] * step, 0), w),
      Math.min(Math.max(this.crossAt[1] + way[1] * step, 0), h),
    ];
    this.placeHandles();
    this.magnifier.show(this.viewport.toStage(this.crossAt));
  }

  /**
   * @param {string} id
   * @param {Joint} joint
   * @param {number} number
   */
  #handle(id, joint, number) {
    const label = t("review.goniometer.handle", { number: number + 1, landmark: landmarkWords(joint, number) });
    const node = button(label, () => {}, { class: "point", "data-id": id, "data-number": number }, String(number + 1));
    const original = () => this.state.review.goniometer.find((one) => one.id === id);
    const moved = (/** @type {Measurement} */ one, /** @type {Point} */ to) => ({
      ...one,
      points: one.points.map((point, at) =>
        at === number ? /** @type {Point} */ ([round(to[0]), round(to[1])]) : point,
      ),
      angle_deg: null,
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
      this.placeHandles();
      this.dispatchEvent(new Event("change"));
    });
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"]))
      node.addEventListener(type, () => {
        if (this.dragged && this.dragged.points !== original()?.points && type === "pointerup")
          this.#keep(this.dragged);
        this.dragged = null;
        this.magnifier.hide();
      });
    node.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      const one = original();
      if (!way || !one) return;
      event.preventDefault();
      event.stopPropagation();
      const step = event.shiftKey ? 10 : 1;
      this.#keep(moved(one, [one.points[number][0] + way[0] * step, one.points[number][1] + way[1] * step]));
      this.magnifier.show(this.viewport.toStage(one.points[number]));
    });
    node.addEventListener("blur", () => this.magnifier.hide());
    return node;
  }

  /** @param {Measurement} measurement */
  #keep(measurement) {
    this.state.change(
      t("review.change.goniometer_point"),
      (draft) => {
        draft.goniometer = draft.goniometer.map((one) => (one.id === measurement.id ? measurement : one));
      },
      `goniometer ${measurement.id}`,
    );
  }
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/**
 * @param {HTMLElement} node
 * @param {Point} at
 */
function put(node, [x, y]) {
  node.style.transform = `translate(${x}px, ${y}px)`;
}
