// @ts-check
/** In the page's head: as analysed or as reviewed, whether all is saved, undo. */

import { announce, button, dismiss, h, showError, showNotice } from "../core/dom.js";
import { showKeyHelp } from "../core/keys.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Status } from "./review_state.js" */

/** @type {Record<Status, string>} */
const WORDS = {
  saved: "Saved",
  unsaved: "Not saved yet …",
  saving: "Saving …",
  conflict: "Not saved",
  refused: "Not saved",
  offline: "Not saved",
};

/** What the sheet of keys says of the pointer. */
export const POINTING =
  "Wheel or pinch: zoom the picture or the curves. Drag in the curves: move in time. Drag the picture when it is zoomed. Shift and wheel: pan the curves.";

/** Leaving would lose something: it cannot be saved as it is. */
export const STUCK = /** @type {Status[]} */ (["conflict", "refused", "offline"]);

export class Toolbar {
  /** @param {ClipView} view */
  constructor(view) {
    this.view = view;
    this.status = h("span", { class: "status" });
    /** What the server said of the last save. */
    this.noticed = "";
    this.standing = h("span", { class: "tag standing" });
    this.layers = h(
      "fieldset",
      { class: "units" },
      h("legend", { class: "visually-hidden" }, "Shown"),
      this.#layer("analysed", "As analysed"),
      this.#layer("reviewed", "As reviewed"),
    );
    this.undo = button("Undo", () => view.undo(), { class: "quiet", disabled: true });
    const keys = button("Keys (?)", () => showKeyHelp(view.shortcuts, POINTING), {
      class: "quiet",
      "aria-keyshortcuts": "?",
    });
    this.nodes = [this.layers, this.standing, this.status, this.undo, keys];
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
    this.standing.textContent = done ? "Complete" : "Draft";
    this.standing.classList.toggle("own", done);
    this.standing.title = done
      ? "‘Review complete’ is ticked under Finish"
      : "The report is headed as a draft until ‘Review complete’ is ticked under Finish";
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
    const words = WORDS[state.status];
    if (state.status === "saved" && this.status.textContent) announce(words);
    this.status.textContent = words;
    this.status.classList.toggle("bad", STUCK.includes(state.status));
    if (["saved", "saving"].includes(state.status)) dismiss("save");
    if (state.status === "offline")
      showError("save", `${state.problem} Your changes are kept here; saving is tried again.`);
    if (state.status === "refused")
      showError(
        "save",
        `Not saved: ${state.problem}`,
        button("Undo it", () => this.view.undo()),
      );
    if (state.status === "conflict") this.#sayConflict();
  }

  #sayReopened() {
    showNotice(
      "reopened",
      "This review was complete. Something was changed since, so it is a draft again.",
      button("It is complete as it is now", () => this.view.state.confirm(), { class: "primary" }),
    );
  }

  #sayConflict() {
    const { state } = this.view;
    const load = button("Load that version", () => state.takeTheirs(), { class: "primary" });
    const keep = button("Keep mine instead", () => state.keepMine());
    showError("save", "Not saved: this review was changed in another tab meanwhile.", load, keep);
  }
}
