// @ts-check
/** The reviewer's layer of one clip: changes, undo, and saving by itself. The analysis is never touched. */

import { ApiError, getJson, itemPath, putReview, send } from "../core/api.js";
import { t } from "../core/text.js";

/** @import { SavedReview } from "../core/api.js" */
/** @import { Item, Kept, Review, Session } from "../core/types.js" */

const WAIT_MS = 400;
const AGAIN_MS = 3000;

/** @typedef {"saved" | "unsaved" | "saving" | "conflict" | "refused" | "offline"} Status */

/** @returns {string} */
export const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36).padStart(2, "0")).join("");

/**
 * `change`: the review or what is shown of it is another; `status`: saved or not; `reopened`: it was complete, and is a
 * draft again because something was changed; `notice`: the server has something to say about what was saved.
 */
export class ReviewState extends EventTarget {
  /** Who measures and notes, where that is not who signs: in one clip after another. */
  static secondRater = "";

  /** @param {Item} item */
  constructor(item) {
    super();
    this.id = item.id;
    this.analysed = item.analysed;
    /** @type {Session} */
    this.reviewed = complete(item.reviewed, item.analysed);
    /** @type {Review} */
    this.review = item.review;
    this.revision = item.review.revision;
    this.agreement = item.agreement ?? [];
    /** What is kept of the leg for the person; null until it was asked for. @type {Kept | null} */
    this.kept = null;
    /** @type {"analysed" | "reviewed"} */
    this.layer = "reviewed";
    /** @type {Status} */
    this.status = "saved";
    this.problem = "";
    /** @type {{revision: number, review: Review} | null} */
    this.theirs = null;
    /** @type {{review: Review, merge: string | undefined, label: string}[]} */
    this.done = [];
    /** @type {Review[]} */
    this.undone = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.counted = 0;
    /** 'Review complete' was ticked since the last save: the server keeps it only then for a changed review. */
    this.confirmed = false;
    this.sending = false;
  }

  /** The session as the chosen layer has it. */
  get session() {
    return this.layer === "analysed" ? this.analysed : this.reviewed;
  }

  get rater() {
    return ReviewState.secondRater || this.review.reviewer;
  }

  get clean() {
    return this.status === "saved";
  }

  /** @param {"analysed" | "reviewed"} layer */
  show(layer) {
    this.layer = layer;
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Change the review. Changes with the same `merge` that follow each other (typing) are undone together.
   * @param {string} label  what undo will take back
   * @param {(draft: Review) => void} edit
   * @param {string} [merge]
   */
  change(label, edit, merge) {
    const before = this.review;
    const draft = structuredClone(before);
    edit(draft);
    const reopened = before.done && draft.done;
    if (reopened) draft.done = false;
    if (draft.done) this.confirmed = true;
    if (merge === undefined || this.done.at(-1)?.merge !== merge) this.done.push({ review: before, merge, label });
    this.undone = [];
    this.layer = "reviewed";
    this.#take(draft);
    if (reopened) this.dispatchEvent(new Event("reopened"));
  }

  /** Say that it is complete as it is now. */
  confirm() {
    this.change(t("review.change.done"), (draft) => {
      draft.done = true;
    });
  }

  /** @returns {string | null} what was taken back */
  undo() {
    const last = this.done.pop();
    if (!last) return null;
    this.undone.push(this.review);
    this.#take(last.review);
    return last.label;
  }

  redo() {
    const next = this.undone.pop();
    if (!next) return false;
    this.done.push({ review: this.review, merge: undefined, label: t("review.change.last") });
    this.#take(next);
    return true;
  }

  /** Another tab wrote meanwhile: take what it wrote; one's own can be had back by undo. */
  takeTheirs() {
    if (!this.theirs) return;
    const { review, revision } = this.theirs;
    this.done.push({ review: this.review, merge: undefined, label: t("review.change.load_other") });
    this.theirs = null;
    this.revision = revision;
    this.#take(review);
  }

  /** Another tab wrote meanwhile: put one's own in its place. */
  keepMine() {
    if (!this.theirs) return;
    this.revision = this.theirs.revision;
    this.theirs = null;
    this.#take(this.review);
  }

  /**
   * The server can say more than when it was last asked: the other leg was analysed.
   * @param {Session} reviewed
   */
  setReviewed(reviewed) {
    this.reviewed = complete(reviewed, this.analysed);
    this.dispatchEvent(new Event("change"));
  }

  /** Ask what is kept of the leg for the person. */
  async loadKept() {
    this.kept = await getJson(`${itemPath(this.id)}/calibrations`);
    this.dispatchEvent(new Event("change"));
  }

  /** Keep what was measured for the person, once it is saved. */
  async keepForPerson() {
    await this.save();
    this.kept = await (await send("POST", `${itemPath(this.id)}/calibrations`)).json();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Put the set into the practice record, once what was said is saved.
   * @returns {Promise<{session: string, person: string, new: boolean, reviewed: boolean}>}
   */
  async keepInRecord() {
    await this.save();
    return (await send("POST", `${itemPath(this.id)}/record`)).json();
  }

  /** @param {number} number */
  async removeKept(number) {
    this.kept = await (await send("DELETE", `${itemPath(this.id)}/calibrations/${number}`)).json();
    this.dispatchEvent(new Event("change"));
  }

  /** Forget the whole layer. */
  async forget() {
    clearTimeout(this.timer);
    await send("DELETE", `${itemPath(this.id)}/review`);
    this.#say("saved");
  }

  /** @param {Review} review */
  #take(review) {
    this.review = review;
    this.counted += 1;
    if (this.status !== "conflict" || !this.theirs) this.#say("unsaved");
    this.dispatchEvent(new Event("change"));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), WAIT_MS);
  }

  /**
   * @param {Status} status
   * @param {string} [problem]
   */
  #say(status, problem = "") {
    this.status = status;
    this.problem = problem;
    this.dispatchEvent(new Event("status"));
  }

  /** Send what is not yet saved. Only one message is under way at a time. */
  async save() {
    if (this.sending || this.theirs || this.clean) return;
    clearTimeout(this.timer);
    this.sending = true;
    const [sent, confirm] = [this.counted, this.confirmed && this.review.done];
    this.confirmed = false;
    this.#say("saving");
    try {
      const answer = await putReview(this.id, {
        revision: this.revision,
        review: { ...this.review, revision: this.revision },
        ...(confirm && { confirm }),
      });
      this.#saved(answer, sent);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.confirmed ||= confirm;
      this.#failed(error, sent);
    } finally {
      this.sending = false;
    }
    if (this.status === "unsaved") this.timer = setTimeout(() => this.save(), WAIT_MS);
  }

  /**
   * @param {SavedReview} answer
   * @param {number} sent
   */
  #saved(answer, sent) {
    this.revision = answer.revision;
    this.reviewed = complete(answer.reviewed, this.analysed);
    this.agreement = answer.agreement ?? [];
    if (this.kept) void this.loadKept();
    // What was typed while the message was under way is newer than the answer.
    const reopened = sent === this.counted && this.review.done && !answer.review.done;
    if (sent === this.counted) this.review = answer.review;
    this.#say(sent === this.counted ? "saved" : "unsaved");
    this.dispatchEvent(new Event("change"));
    if (reopened) this.dispatchEvent(new Event("reopened"));
    this.dispatchEvent(new CustomEvent("notice", { detail: answer.notices ?? [] }));
  }

  /**
   * @param {ApiError} error
   * @param {number} sent
   */
  #failed(error, sent) {
    const { review, revision } = error.body;
    if (error.status === 409 && review && revision !== undefined) {
      this.theirs = { review, revision };
      this.#say("conflict", error.message);
    } else if (error.status === 0 || error.status === 403) {
      this.#say("offline", error.message);
      this.timer = setTimeout(() => this.save(), AGAIN_MS);
    } else this.#say(sent === this.counted ? "refused" : "unsaved", error.message);
  }
}

/**
 * @param {Session} reviewed
 * @param {Session} analysed
 * @returns {Session}
 */
const complete = (reviewed, analysed) => ({
  ...reviewed,
  document: reviewed.document ?? analysed.document,
  angles: reviewed.angles ?? analysed.angles,
});
