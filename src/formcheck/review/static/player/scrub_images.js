// @ts-check
/** Small images of a clip's frames, which follow the hand: no video element finds a frame that fast. */

import { itemPath } from "../core/api.js";
import { h } from "../core/dom.js";
import { indexBefore } from "./player.js";

/** @typedef {{url: string, frames: number[]}} Index  which frame each image shows */

const STILL_MADE = 202;
const ASK_AGAIN_MS = 500;
/** While one is decoded the next ones are on their way. */
const MOST_AT_ONCE = 4;

/** `drawn`: the image of another frame is on the canvas. */
export class ScrubImages extends EventTarget {
  /** @param {string} id  of the item */
  constructor(id) {
    super();
    this.path = `${itemPath(id)}/scrub`;
    this.canvas = h("canvas", { class: "scrub-image", hidden: true, "aria-hidden": "true" });
    /** Which frame the canvas shows. */
    this.frame = -1;
  }

  /** @type {Index | null} */
  #index = null;
  /** The number of the image that is wanted next, -1: none. */
  #wanted = -1;
  /** The number of the image that was asked for last. */
  #latest = -1;
  #underWay = 0;
  #asked = 0;
  #drawn = 0;

  /** Whether there are images to show; the server makes them when a clip is opened. */
  get ready() {
    return this.#index !== null;
  }

  /** Whether the canvas covers the video. */
  get covers() {
    return !this.canvas.hidden;
  }

  /**
   * Wait until the images are made.
   * @param {() => boolean} wanted  whether the page still waits for them
   */
  async load(wanted) {
    while (wanted()) {
      // Without them the video is sought as ever.
      const answer = await fetch(this.path).catch(() => null);
      if (answer?.status === 200) this.#index = await answer.json();
      if (answer?.status !== STILL_MADE) return;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  /**
   * Draw the image of a frame, unless another one is wanted by the time it could be asked for.
   * @param {number} frame
   */
  show(frame) {
    if (!this.#index) return;
    const number = indexBefore(this.#index.frames, frame);
    this.#wanted = number === this.#latest ? -1 : number;
    this.#next();
  }

  /** Uncover the video; what is still on its way is not drawn any more. */
  hide() {
    this.canvas.hidden = true;
    this.#wanted = this.#latest = -1;
    this.#drawn = this.#asked;
  }

  #next() {
    if (this.#wanted < 0 || this.#underWay >= MOST_AT_ONCE) return;
    this.#latest = this.#wanted;
    this.#wanted = -1;
    void this.#draw(this.#latest);
  }

  /** @param {number} number */
  async #draw(number) {
    if (!this.#index) return;
    const turn = ++this.#asked;
    const { url, frames } = this.#index;
    const image = new Image();
    image.src = `${url}/${number}`;
    this.#underWay += 1;
    try {
      await image.decode();
      if (turn > this.#drawn) this.#put(image, turn, frames[number]);
    } catch {
      // The images were removed, or made again: without them until the clip is opened again.
      this.#index = null;
    } finally {
      this.#underWay -= 1;
      this.#next();
    }
  }

  /**
   * @param {HTMLImageElement} image
   * @param {number} turn
   * @param {number} frame
   */
  #put(image, turn, frame) {
    const { canvas } = this;
    if (canvas.width !== image.width || canvas.height !== image.height)
      [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d", { alpha: false })?.drawImage(image, 0, 0);
    this.#drawn = turn;
    this.frame = frame;
    canvas.hidden = false;
    this.dispatchEvent(new Event("drawn"));
  }
}
