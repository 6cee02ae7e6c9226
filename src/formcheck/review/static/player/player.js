// @ts-check
/** Playing a clip. Frames are addressed by the clip's own timestamps, never by a rate. */

import { decimal, t } from "../core/text.js";

/** @import { ScrubImages } from "./scrub_images.js" */

/** A seek aims a little behind the frame's timestamp, so that rounding does not land on the frame before. */
const BEHIND_S = 0.008;
/** Within so many frames what is drawn over the video hardly moves. */
const NEAR_FRAMES = 3;
const LATEST_MS = 300;
/** A hand that has not moved for so long rests. */
const REST_MS = 40;

/** Frames that are closer than this take milliseconds to tell apart. */
const CLOSE_S = 0.012;

export const RATES = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2];

/** @returns {[string, string][]} */
export const rateChoices = () =>
  RATES.map((rate) => [String(rate), t("review.transport.rate", { rate: decimal(rate) })]);

/**
 * Index of the last value <= t, by bisection; 0 when there is none.
 * @param {number[]} values  rising
 * @param {number} t
 */
export function indexBefore(values, t) {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= t) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * @param {number[]} values  rising
 * @param {number} t
 */
export function nearest(values, t) {
  const before = indexBefore(values, t);
  return before + 1 < values.length && values[before + 1] - t < t - values[before] ? before + 1 : before;
}

/**
 * Moves the video and tells where it is. `cursor`: the moment that is wanted, at once; `shown`: the frame that is
 * on show; `away`: another frame, far from it, was asked for; `state`: playing, rate or loop changed.
 */
export class Player extends EventTarget {
  /**
   * @param {HTMLVideoElement | null} video  null: results without their clip; the cursor moves all the same
   * @param {number[]} times_s  on the clip's own clock
   * @param {number} [offset_s]  what the element's clock is ahead of it
   * @param {ScrubImages | null} [scrub]  what is shown while the cursor moves on and on
   */
  constructor(video, times_s, offset_s = 0, scrub = null) {
    super();
    this.video = video;
    this.scrub = scrub;
    this.offset_s = offset_s;
    this.times_s = times_s;
    /** How many decimals of a second tell any two frames apart. */
    this.decimals = times_s.some((time_s, at) => at > 0 && time_s - times_s[at - 1] < CLOSE_S) ? 3 : 2;
    this.index = 0;
    this.shown = -1;
    /** A frame far from the one that is shown is on its way: what is drawn over it would be another moment's. */
    this.awaiting = false;
    /** @type {{start_s: number, end_s: number} | null} */
    this.loop = null;
    /** @type {number | null} */
    this.sought = null;
    if (video) this.#attach(video);
    scrub?.addEventListener("drawn", () => {
      this.shown = scrub.frame;
      this.awaiting = false;
      this.dispatchEvent(new Event("shown"));
    });
  }

  /** The frame that the video element shows, which an image may cover. */
  #full = -1;
  /** Set while the hand moves; the video is sought when it rests. @type {ReturnType<typeof setTimeout> | undefined} */
  #moving;

  /** Between a pause and the next seek: the last frames of playing may still arrive. */
  #coasting = false;

  /** Without a clip: whether the cursor walks by the clock, and how fast. */
  #walking = false;
  #rate = 1;

  get time_s() {
    return this.times_s[this.index] ?? 0;
  }

  get playing() {
    return this.video ? !this.video.paused && !this.video.ended : this.#walking;
  }

  get rate() {
    return this.video?.playbackRate ?? this.#rate;
  }

  set rate(value) {
    this.#rate = value;
    if (this.video) this.video.playbackRate = value;
    else this.dispatchEvent(new Event("state"));
  }

  /** @param {number} index */
  show(index) {
    this.index = Math.max(0, Math.min(this.times_s.length - 1, Math.round(index)));
    this.#coasting = false;
    this.dispatchEvent(new Event("cursor"));
    this.#follow();
  }

  /** A single step is sought at once. Else small images follow until the hand rests: a seek meanwhile would hold up that one. */
  #follow() {
    const { scrub } = this;
    if (!scrub?.ready || this.playing) return this.#seek();
    const goesOn = this.#moving !== undefined;
    clearTimeout(this.#moving);
    this.#moving = setTimeout(() => this.#rest(), REST_MS);
    const far = this.#far(this.index);
    if (!goesOn && !far) return this.#seek();
    if (far && !scrub.covers) this.#leave();
    scrub.show(this.index);
  }

  #leave() {
    this.awaiting = true;
    this.dispatchEvent(new Event("away"));
  }

  #rest() {
    clearTimeout(this.#moving);
    this.#moving = undefined;
    this.#seek();
  }

  /** @param {number} time_s */
  showTime(time_s) {
    this.show(nearest(this.times_s, time_s));
  }

  /**
   * Show the first frame at or after a time: the first one of a repetition.
   * @param {number} time_s
   */
  showFrom(time_s) {
    const before = indexBefore(this.times_s, time_s);
    this.show(this.times_s[before] < time_s - 1e-6 ? before + 1 : before);
  }

  /**
   * Step by frames: the timestamps say where the next one is.
   * @param {number} frames
   */
  step(frames) {
    this.pause();
    this.show(this.index + frames);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    const past = this.index >= this.times_s.length - 1;
    if (this.loop && (this.time_s < this.loop.start_s || this.time_s >= this.loop.end_s))
      this.showFrom(this.loop.start_s);
    else if (past) this.show(0);
    if (!this.video) return this.#walk();
    if (this.#moving !== undefined) this.#rest();
    // A pause that comes before playing began rejects the promise: nothing went wrong.
    this.video
      .play()
      .catch(
        (error) =>
          error.name !== "AbortError" && this.dispatchEvent(new CustomEvent("failed", { detail: error.message })),
      );
  }

  pause() {
    if (!this.playing) return;
    this.#coasting = true;
    this.#walking = false;
    if (this.video) this.video.pause();
    else this.dispatchEvent(new Event("state"));
  }

  /** Results without their clip: the saved joints move by the clock. */
  #walk() {
    let [time_s, before_ms] = [this.time_s, performance.now()];
    this.#walking = true;
    const step = (/** @type {number} */ now_ms) => {
      if (!this.#walking) return;
      time_s += ((now_ms - before_ms) / 1000) * this.#rate;
      before_ms = now_ms;
      const [first, last] = [
        this.loop?.start_s ?? this.times_s[0],
        this.loop?.end_s ?? this.times_s[this.times_s.length - 1],
      ];
      if (time_s >= last && this.loop) time_s = first;
      this.showTime(time_s);
      if (time_s >= last) this.pause();
      else requestAnimationFrame(step);
    };
    this.dispatchEvent(new Event("state"));
    requestAnimationFrame(step);
  }

  /** @param {number} direction */
  faster(direction) {
    const place = RATES.indexOf(this.rate);
    this.rate = RATES[Math.max(0, Math.min(RATES.length - 1, (place < 0 ? 4 : place) + direction))];
  }

  /** @param {{start_s: number, end_s: number} | null} loop */
  setLoop(loop) {
    this.loop = loop;
    this.dispatchEvent(new Event("state"));
  }

  /** Seeks are coalesced: while one is under way only the latest wish is kept, and is fulfilled next. */
  #seek() {
    if (!this.video || this.video.readyState < 1) return;
    if (this.sought !== null) return;
    // The browser would say nothing of a frame that is there.
    if (this.scrub?.covers && this.#full === this.index) return this.#present(this.index);
    this.sought = this.index;
    if (this.#far(this.index)) this.#leave();
    this.video.currentTime = this.#aim(this.index);
  }

  /** @param {number} index */
  #aim(index) {
    const start_s = this.times_s[index];
    const gap_s = index + 1 < this.times_s.length ? this.times_s[index + 1] - start_s : BEHIND_S;
    return start_s + this.offset_s + Math.min(BEHIND_S, gap_s * 0.4);
  }

  #settled() {
    const reached = this.sought;
    this.sought = null;
    if (reached === null) return;
    if (reached !== this.index && !this.playing && this.#moving === undefined) this.#seek();
    if (!this.video?.requestVideoFrameCallback) this.#present(reached);
    // The browser says nothing when the frame is the one that was there.
    else setTimeout(() => this.#waits && this.sought === null && this.#present(reached), LATEST_MS);
  }

  get #waits() {
    return this.awaiting || this.scrub?.covers;
  }

  /** @param {number} index */
  #far(index) {
    return Math.abs(index - this.shown) > NEAR_FRAMES;
  }

  /** @param {number} index */
  #present(index) {
    this.#full = index;
    // Under an image the video may still arrive where the hand was before.
    if (this.scrub?.covers && (this.playing ? this.sought !== null : index !== this.index)) return;
    if (index === this.index || this.playing) this.scrub?.hide();
    this.shown = index;
    this.awaiting = this.sought !== null && this.#far(this.sought);
    if (this.sought === null && (this.playing || this.#coasting)) {
      this.index = index;
      this.dispatchEvent(new Event("cursor"));
      if (this.playing) this.#turnAround();
    }
    this.dispatchEvent(new Event("shown"));
  }

  #turnAround() {
    if (this.loop && this.index < this.times_s.length && this.time_s >= this.loop.end_s)
      this.showFrom(this.loop.start_s);
    else if (this.loop && this.index === this.times_s.length - 1) this.showFrom(this.loop.start_s);
  }

  /** @param {HTMLVideoElement} video */
  #attach(video) {
    const state = () => this.dispatchEvent(new Event("state"));
    for (const type of ["play", "pause", "ratechange", "ended", "loadedmetadata"]) video.addEventListener(type, state);
    video.addEventListener("seeked", () => this.#settled());
    video.addEventListener("loadedmetadata", () => this.#seek());
    video.addEventListener("ended", () => this.loop && this.play());
    if (video.requestVideoFrameCallback) {
      const each = (/** @type {number} */ _now, /** @type {{mediaTime: number}} */ frame) => {
        const index = nearest(this.times_s, frame.mediaTime - this.offset_s);
        video.requestVideoFrameCallback(each);
        this.#present(index);
      };
      video.requestVideoFrameCallback(each);
    } else {
      const each = () => {
        if (!video.isConnected) return;
        if (this.playing) this.#present(indexBefore(this.times_s, video.currentTime - this.offset_s));
        requestAnimationFrame(each);
      };
      requestAnimationFrame(each);
    }
  }
}
