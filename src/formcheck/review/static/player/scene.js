// @ts-check
/** A clip as it is seen: its video, what is drawn over it, and the goniometer on it. */

import { getBytes, itemPath } from "../core/api.js";
import { h, showError } from "../core/dom.js";
import { t } from "../core/text.js";
import { Drawings } from "./drawings.js";
import { boundingBox, legPoints } from "./geometry.js";
import { Goniometer } from "./goniometer.js";
import { loadVideo } from "./load_video.js";
import { Magnifier } from "./magnifier.js";
import { Overlay } from "./overlay.js";
import { Player } from "./player.js";
import { ScrubImages } from "./scrub_images.js";
import { Viewport } from "./viewport.js";

/** @import { Item, Side } from "../core/types.js" */
/** @import { ReviewState } from "../panels/review_state.js" */

/**
 * The clip's video element; null: the results are there without their clip.
 * @param {Item} item
 */
const videoOf = ({ name, video }) =>
  video.url
    ? h("video", {
        preload: "auto",
        muted: true,
        playsInline: true,
        "aria-label": t("review.clip.video", { name }),
        disablepictureinpicture: true,
      })
    : null;

const noClipHint = () =>
  h("p", { class: "hint" }, h("b", {}, t("review.clip.no_clip")), h("span", {}, t("review.clip.joints_instead")));

/** `tap`: the video was touched where nothing is placed; `measuring`: the goniometer was begun or ended. */
export class Scene extends EventTarget {
  /**
   * @param {Item} item
   * @param {ReviewState} state
   */
  constructor(item, state) {
    super();
    this.item = item;
    this.state = state;
    this.closed = false;
    this.showsLeg = true;
    /** Whether an angle is measured on this clip, or on one beside it. */
    this.measuring = false;
    /** @type {Side | null} */
    this.trackSide = null;
    /** @type {Float32Array | null} */
    this.track = null;
    this.video = videoOf(item);
    this.scrub = this.video && new ScrubImages(item.id);
    this.player = new Player(this.video, item.t_s, item.video.offset_s, this.scrub);
    this.canvas = h("canvas", { class: "overlay", "aria-hidden": "true" });
    const images = this.video && this.scrub ? [this.video, this.scrub.canvas] : [];
    this.stage = h("div", { class: "stage" }, ...images, this.canvas, !this.video && noClipHint());
    this.viewport = new Viewport(this.stage, images, item.video.size_px);
    this.overlay = new Overlay(this.canvas, this.viewport);
    const { player, stage, viewport } = this;
    this.magnifier = new Magnifier(player, viewport);
    /** Whether the magnifier follows the pointer when nothing is placed, too. */
    this.magnifies = false;
    const parts = { item, player, viewport, state, magnifier: this.magnifier };
    this.goniometer = new Goniometer(parts);
    this.drawings = new Drawings(parts);
    stage.append(this.magnifier.node);
    this.#connect();
  }

  #connect() {
    const { player, viewport, goniometer, drawings } = this;
    const draw = () => this.draw();
    player.addEventListener("shown", draw);
    player.addEventListener("away", draw);
    player.addEventListener("cursor", () => !this.video && draw());
    viewport.addEventListener("placed", draw);
    viewport.addEventListener("tap", (event) => {
      const placing = [goniometer.placing, drawings.placing].find((one) => one.active);
      if (placing) placing.tap(/** @type {CustomEvent} */ (event).detail);
      else this.dispatchEvent(new Event("tap"));
    });
    this.stage.addEventListener("pointermove", (event) => this.magnifies && this.magnifier.show(viewport.at(event)));
    this.stage.addEventListener("pointerleave", (event) => event.buttons === 0 && this.magnifier.hide());
    goniometer.addEventListener("change", () => {
      if (goniometer.active) drawings.stop();
      this.dispatchEvent(new Event("measuring"));
      draw();
    });
    drawings.addEventListener("change", () => {
      if (drawings.active) goniometer.stop();
      draw();
    });
    player.addEventListener("failed", (event) =>
      showError("video", t("review.clip.cannot_play", { reason: /** @type {CustomEvent<string>} */ (event).detail })),
    );
    this.video?.addEventListener(
      "error",
      () => this.video?.hasAttribute("src") && showError("video", t("review.clip.cannot_show")),
    );
    void this.loadTrack();
    if (this.video) this.#load(this.video);
  }

  /** @param {HTMLVideoElement} video */
  #load(video) {
    const wanted = () => !this.closed;
    // The first frame comes first.
    video.addEventListener("loadeddata", () => void this.scrub?.load(wanted), { once: true });
    void loadVideo(video, this.item.video, wanted);
  }

  close() {
    this.closed = true;
    this.player.pause();
    this.video?.removeAttribute("src");
    this.video?.load();
  }

  /** The joints of the leg that is shown. */
  async loadTrack() {
    const side = this.state.review.side;
    this.trackSide = side;
    try {
      const bytes = await getBytes(`${itemPath(this.item.id)}/track.bin${side ? "?layer=reviewed" : ""}`);
      if (this.trackSide !== side) return;
      this.track = new Float32Array(bytes);
      this.viewport.subject = boundingBox(this.track);
      this.draw();
    } catch (error) {
      showError("track", t("review.clip.cannot_load", { reason: /** @type {Error} */ (error).message }));
    }
  }

  /** The number of the frame that is on show. */
  get frame() {
    return Math.max(this.video ? this.player.shown : this.player.index, 0);
  }

  draw() {
    const { overlay, player, state, goniometer, drawings, frame } = this;
    overlay.clear();
    const { angles, document } = state.session;
    // While points are placed, formcheck's own must not lead the eye.
    if (this.showsLeg && this.track && !goniometer.active && !this.measuring && !player.awaiting)
      overlay.leg(legPoints(this.track, frame, document.side), angles, frame);
    goniometer.refresh();
    drawings.refresh();
    if (!player.awaiting) overlay.drawings(drawings.here, state.review.scale, drawings.placing.placed);
    for (const one of player.awaiting ? [] : goniometer.here) overlay.goniometer(one, true);
    if (goniometer.placed.length) overlay.goniometer({ points: goniometer.placed, joint: goniometer.joint }, true);
  }
}
