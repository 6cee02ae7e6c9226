// @ts-check
/** In the page's head: as analysed or as reviewed, whether all is saved, undo. */

import { announce, button, dismiss, h, showError, showNotice } from "../core/dom.js";
import { keyHelpButton } from "../core/keys.js";
import { t } from "../core/text.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { ReviewState, Status } from "./review_state.js" */

/** Leaving would lose something: it cannot be saved as it is. */
export const STUCK = /** @type {Status[]} */ (["conflict", "refused", "offline"]);

export class Toolbar {
  /** @param {ClipView} view */
  constructor(view) {
    this.view = view;
    this.status = h("span", { class: "status" });
    /** What the server said of the last save. */
    this.noticed = "";
    this.reviewState = h("span", { class: "tag review-state" });
    this.layers = h(
      "fieldset",
      { class: "units" },
      h("legend", { class: "visually-hidden" }, t("review.toolbar.shown")),
      this.#layer("analysed", t("review.toolbar.analysed")),
      this.#layer("reviewed", t("review.toolbar.reviewed")),
    );
    this.undo = button(t("review.toolbar.undo"), () => view.undo(), { class: "quiet", disabled: true });
    const keys = keyHelpButton(view.shortcuts, t("review.clip_keys.pointing"));
    this.nodes = [this.layers, this.reviewState, this.status, this.undo, keys];
    view.state.addEventListener("status", () => this.#say());
    view.state.addEventListener("reopened", () => this.#sayReopened());
    view.state.addEventListener("notice", (event) => {
      const words = /** @type {CustomEvent<string[]>} */ (event).detail.join(" ");
      if (words === this.noticed) return;
      this.noticed = words;
      if (words) showNotice("notices", words);
      else dismiss("notices");
    });
    this.#say();
  }

  refresh() {
    const { state } = this.view;
    for (const input of this.layers.querySelectorAll("input")) input.checked = input.value === state.layer;
    this.undo.disabled = state.done.length === 0;
    const { done } = state.review;
    this.reviewState.textContent = t(done ? "review.toolbar.complete" : "review.toolbar.draft");
    this.reviewState.classList.toggle("own", done);
    this.reviewState.title = t(done ? "review.toolbar.complete_hint" : "review.toolbar.draft_hint");
    if (done) dismiss("reopened");
  }

  /**
   * @param {"analysed" | "reviewed"} value
   * @param {string} words
   */
  #layer(value, words) {
    const show = () => this.view.state.show(value);
    return h(
      "label",
      {},
      h("input", { type: "radio", name: "layer", value, on: { change: show } }),
      h("span", {}, words),
    );
  }

  #say() {
    const { state } = this.view;
    const words = t(STUCK.includes(state.status) ? "review.toolbar.not_saved" : `review.toolbar.${state.status}`);
    if (state.status === "saved" && this.status.textContent) announce(words);
    this.status.textContent = words;
    this.status.classList.toggle("bad", STUCK.includes(state.status));
    reportSaving(state, () => this.view.undo());
  }

  #sayReopened() {
    showNotice(
      "reopened",
      t("review.toolbar.reopened"),
      button(t("review.toolbar.confirm"), () => this.view.state.confirm(), { class: "primary" }),
    );
  }
}

/**
 * Say why a review could not be saved, and what can be done.
 * @param {ReviewState} state
 * @param {() => void} undo
 */
export function reportSaving(state, undo) {
  const { problem } = state;
  if (["saved", "saving"].includes(state.status)) dismiss("save");
  if (state.status === "offline") showError("save", t("review.toolbar.offline", { problem }));
  if (state.status === "refused")
    showError("save", t("review.toolbar.refused", { problem }), button(t("review.toolbar.undo_it"), undo));
  if (state.status !== "conflict") return;
  const load = button(t("review.toolbar.load_other"), () => state.takeTheirs(), { class: "primary" });
  const keep = button(t("review.toolbar.keep_mine"), () => state.keepMine());
  showError("save", t("review.toolbar.conflict"), load, keep);
}
