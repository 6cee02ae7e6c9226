// @ts-check
/** Lines, words, a known length and followed points on the video, all part of the review. */

import { ApiError, itemPath, sendJson } from "../core/api.js";
import { announce, showError } from "../core/dom.js";
import { degrees, number, t } from "../core/text.js";
import { newId } from "../panels/review_state.js";
import { SAME_FRAME_S } from "./goniometer.js";
import { Handles } from "./handles.js";
import { Placing } from "./placing.js";

/** @import { FollowedPoint, Item, PlacedPoint, Point, Review, Scale } from "../core/types.js" */
/** @import { Magnifier } from "./magnifier.js" */
/** @import { Viewport } from "./viewport.js" */
/** @import { Player } from "./player.js" */
/** @import { ReviewState } from "../panels/review_state.js" */
/** @import { Shape } from "./handles.js" */

/** @typedef {"line" | "text" | "scale" | "follow"} Kind */

const COUNTS = { line: 2, text: 1, scale: 2, follow: 1 };
/** The handle of the known length; everything else has an id of its own. */
const SCALE_ID = "scale";

/**
 * How far two points are apart, in words: in centimetres where a length is known.
 * @param {Point[]} points
 * @param {Scale | null} scale
 */
export function lengthWords(points, scale) {
  const px = pathPx(points);
  if (!scale) return t("review.draw.px", { length: number(px) });
  return t("review.draw.cm", { length: number(px * cmPerPx(scale), 1) });
}

/** How long a pixel is. @param {Scale} scale */
export const cmPerPx = (scale) => scale.length_cm / pathPx(scale.points);

/**
 * The angle between a line and the horizontal edge of the frame, in words: 0° to 90°.
 * @param {Point[]} points
 */
export function toHorizontalWords(points) {
  const [[ax, ay], [bx, by]] = [points[0], points[points.length - 1]];
  return degrees((Math.atan2(Math.abs(by - ay), Math.abs(bx - ax)) * 180) / Math.PI);
}

/**
 * What stands beside a line.
 * @param {Point[]} points
 * @param {Scale | null} scale
 */
export const lineWords = (points, scale) =>
  t("review.draw.line_words", { length: lengthWords(points, scale), angle: toHorizontalWords(points) });

/** @param {Point[]} points */
const pathPx = (points) =>
  points.slice(1).reduce((sum, [x, y], at) => sum + Math.hypot(x - points[at][0], y - points[at][1]), 0);

/** `change`: what is to be drawn is another; `placed`: something was drawn; `state`: a length is to be said, or a point is followed. */
export class Drawings extends EventTarget {
  /**
   * @param {{item: Item, player: Player, viewport: Viewport, state: ReviewState, magnifier: Magnifier}} parts
   */
  constructor({ item, player, viewport, state, magnifier }) {
    super();
    this.item = item;
    this.player = player;
    this.state = state;
    /** Two points whose distance has still to be said. @type {Omit<Scale, "length_cm"> | null} */
    this.unmeasured = null;
    /** Ids of points that were lost where their places end. @type {Set<string>} */
    this.lost = new Set();
    /** The point that is being followed just now. */
    this.busy = "";
    this.placing = new Placing({ viewport, magnifier });
    /** @type {Handles<Shape>} */
    this.handles = new Handles({
      viewport,
      magnifier,
      kept: () => this.#shapes,
      label: (_, at) => t("review.draw.handle", { number: at + 1 }),
      keep: (shape) => this.#keep(shape),
    });
    for (const part of [this.placing, this.handles])
      part.addEventListener("change", () => this.dispatchEvent(new Event("change")));
  }

  get active() {
    return this.placing.active;
  }

  /** The time of the frame that is shown. */
  get #t_s() {
    return this.item.t_s[this.player.video ? this.player.shown : this.player.index];
  }

  /** What is drawn on the frame that is shown. */
  get here() {
    const { handles, state } = this;
    const moved = new Map(handles.here.map((shape) => [shape.id, shape.points]));
    const { drawings, scale, followed } = state.review;
    return {
      drawings: drawings.flatMap((one) => (moved.has(one.id) ? [{ ...one, points: moved.get(one.id) ?? [] }] : [])),
      scale: scale && moved.has(SCALE_ID) ? { ...scale, points: moved.get(SCALE_ID) ?? [] } : null,
      unmeasured: this.unmeasured && this.#isHere(this.unmeasured) ? this.unmeasured.points : null,
      followed: state.layer === "analysed" ? [] : followed.map((one) => this.#until(one, moved.get(one.id)?.[0])),
    };
  }

  /** @param {{t_s: number}} one */
  #isHere({ t_s }) {
    return Math.abs(t_s - this.#t_s) < SAME_FRAME_S;
  }

  /**
   * The way of a followed point up to the frame that is shown, and where it is there.
   * @param {FollowedPoint} followed
   * @param {Point | undefined} now
   */
  #until({ label, places }, now) {
    const past = places
      .filter(([t_s]) => t_s <= this.#t_s + SAME_FRAME_S)
      .map(([, x, y]) => /** @type {Point} */ ([x, y]));
    return { label, path: past, now: now ?? null };
  }

  /** @returns {Shape[]} */
  get #shapes() {
    const { state } = this;
    if (state.layer === "analysed") return [];
    const { drawings, scale, followed } = state.review;
    return [
      ...drawings.filter((one) => this.#isHere(one)),
      ...(scale && this.#isHere(scale) ? [{ id: SCALE_ID, points: scale.points }] : []),
      ...followed.flatMap(({ id, places }) => {
        const place = places.find(([t_s]) => this.#isHere({ t_s }));
        return place ? [{ id, points: [/** @type {Point} */ ([place[1], place[2]])] }] : [];
      }),
    ];
  }

  /** @param {Kind} kind */
  start(kind) {
    this.player.pause();
    const words = (/** @type {number} */ at) =>
      COUNTS[kind] === 1 ? t(`review.draw.point_${kind}`) : t("review.draw.point_of_line", { number: at + 1 });
    this.placing.start(COUNTS[kind], words, (points) => this.#add(kind, points));
  }

  stop() {
    this.placing.stop();
  }

  refresh() {
    this.handles.refresh();
  }

  /**
   * @param {Kind} kind
   * @param {Point[]} points
   */
  #add(kind, points) {
    const t_s = this.player.time_s;
    if (kind === "scale") this.unmeasured = { t_s, points };
    else if (kind === "follow") void this.#begin({ t_s, point: points[0] });
    else
      this.state.change(t(`review.change.${kind}`), (draft) => {
        draft.drawings.push({ id: newId(), t_s, kind, points, text: "" });
        keepImage(draft, t_s);
      });
    this.dispatchEvent(new Event("placed"));
  }

  /**
   * Take two points as a length that is to be said.
   * @param {Point[]} points
   */
  offerLength(points) {
    this.unmeasured = { t_s: this.player.time_s, points };
    this.dispatchEvent(new Event("state"));
  }

  /** @param {number} length_cm */
  setLength(length_cm) {
    const { unmeasured } = this;
    if (!unmeasured) return;
    this.unmeasured = null;
    this.state.change(t("review.change.scale"), (draft) => {
      draft.scale = { ...unmeasured, length_cm };
    });
  }

  /** @param {Shape} shape */
  #keep({ id, points }) {
    const followed = this.state.review.followed.find((one) => one.id === id);
    if (followed) return void this.#correct(followed, { t_s: this.#t_s, point: points[0] });
    this.state.change(
      t("review.change.drawing_moved"),
      (draft) => {
        if (id === SCALE_ID && draft.scale) draft.scale.points = points;
        draft.drawings = draft.drawings.map((one) => (one.id === id ? { ...one, points } : one));
      },
      `drawing ${id}`,
    );
  }

  /** @param {PlacedPoint} mark */
  async #begin(mark) {
    const id = newId();
    const [x, y] = mark.point;
    this.state.change(t("review.change.followed"), (draft) => {
      draft.followed.push({ id, label: "", marks: [mark], places: [[mark.t_s, x, y]] });
    });
    await this.#follow(id, mark, null);
  }

  /**
   * A hand has moved the point: that is where it is, and what lies between the marks is found anew.
   * @param {FollowedPoint} followed
   * @param {PlacedPoint} mark
   */
  async #correct({ id, marks }, mark) {
    const others = marks.filter((one) => Math.abs(one.t_s - mark.t_s) >= SAME_FRAME_S);
    const before = others.findLast((one) => one.t_s < mark.t_s);
    const after = others.find((one) => one.t_s > mark.t_s);
    this.state.change(t("review.change.followed"), (draft) => {
      draft.followed = draft.followed.map((one) =>
        one.id === id ? { ...one, marks: [...others, mark].sort((a, b) => a.t_s - b.t_s) } : one,
      );
    });
    if (before) await this.#follow(id, before, mark);
    await this.#follow(id, mark, after ?? null);
  }

  /**
   * Follow a point on from where its places end.
   * @param {FollowedPoint} followed
   */
  async followOn({ id, places }) {
    const last = places.at(-1);
    if (last) await this.#follow(id, { t_s: last[0], point: [last[1], last[2]] }, null);
  }

  /**
   * @param {string} id
   * @param {PlacedPoint} start
   * @param {PlacedPoint | null} end
   */
  async #follow(id, start, end) {
    this.busy = id;
    this.dispatchEvent(new Event("state"));
    try {
      /** @type {{places: [number, number, number][], lost: boolean}} */
      const found = await sendJson("POST", `${itemPath(this.item.id)}/follow`, { start, end });
      if (found.lost) this.lost.add(id);
      else this.lost.delete(id);
      this.#take(id, start.t_s, end?.t_s ?? Infinity, found.places);
      announce(t(found.lost ? "review.draw.lost_said" : "review.draw.followed_said"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError("follow", error.message);
    } finally {
      this.busy = "";
      this.dispatchEvent(new Event("state"));
    }
  }

  /**
   * @param {string} id
   * @param {number} from_s
   * @param {number} until_s
   * @param {[number, number, number][]} found
   */
  #take(id, from_s, until_s, found) {
    const outside = (/** @type {[number, number, number]} */ [t_s]) =>
      t_s < from_s - SAME_FRAME_S || t_s > until_s + SAME_FRAME_S;
    this.state.change(
      t("review.change.followed"),
      (draft) => {
        draft.followed = draft.followed.map((one) =>
          one.id === id ? { ...one, places: [...one.places.filter(outside), ...found].sort(([a], [b]) => a - b) } : one,
        );
      },
      `follow ${id}`,
    );
  }
}

/**
 * A frame that is drawn on is a key image, so that report and export show it.
 * @param {Review} draft
 * @param {number} t_s
 */
function keepImage(draft, t_s) {
  if (!draft.key_images.some((one) => Math.abs(one.t_s - t_s) < SAME_FRAME_S))
    draft.key_images.push({ id: newId(), t_s, caption: "" });
}
