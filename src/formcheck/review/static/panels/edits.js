// @ts-check
/** What the reviewer can change, each as one step that can be undone. */

import { ApiError, getItem, getJobs, itemPath, send } from "../core/api.js";
import { announce, dismiss, showError } from "../core/dom.js";
import { clock, jobWords, t } from "../core/text.js";
import { added, moved, removed, repTimes, split, writeReps } from "./rep_edits.js";
import { newId } from "./review_state.js";

/** @import { Job, Side } from "../core/types.js" */
/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Edited } from "./rep_edits.js" */

const ASK_AGAIN_MS = 500;

export class Edits {
  /** @param {ClipView} view */
  constructor(view) {
    this.view = view;
  }

  get #times() {
    const { review, reviewed } = this.view.state;
    return review.reps ?? repTimes(reviewed.document.reps);
  }

  /**
   * @param {string} label
   * @param {Edited | string} edited
   * @param {number} [chosen]
   */
  #editReps(label, edited, chosen = this.view.ui.rep) {
    dismiss("reps");
    if (typeof edited === "string") {
      showError("reps", edited);
      // An edge that was dragged goes back to where it was.
      return this.view.refresh();
    }
    this.view.ui.rep = chosen;
    const { side } = this.view.state.reviewed.document;
    this.view.state.change(label, (draft) => writeReps(draft, edited, side));
  }

  /**
   * @param {number} rep  its number
   * @param {"start_s" | "peak_s" | "end_s"} edge
   * @param {number} time_s
   */
  moveEdge(rep, edge, time_s) {
    this.#editReps(t("review.change.edge"), moved(this.#times, rep - 1, edge, time_s));
  }

  addRep() {
    const { time_s } = this.view.player;
    const edited = added(this.#times, time_s, this.view.item.t_s.at(-1) ?? 0);
    this.#editReps(t("review.change.add_rep"), edited, this.#times.filter((rep) => rep.start_s < time_s).length + 1);
  }

  splitRep() {
    this.#editReps(t("review.change.split_rep"), split(this.#times, this.view.player.time_s));
  }

  removeRep() {
    if (this.view.rep)
      this.#editReps(
        t("review.change.remove_rep", { rep: this.view.rep.index }),
        removed(this.#times, this.view.rep.index - 1),
      );
  }

  /** @param {"start_s" | "peak_s" | "end_s"} edge */
  edgeHere(edge) {
    const { rep, player } = this.view;
    if (!rep) return;
    const edited = moved(this.#times, rep.index - 1, edge, player.time_s);
    const became = typeof edited === "string" ? null : edited.reps[rep.index - 1][edge];
    const there = became === null || Math.abs(became - player.time_s) < 0.01;
    this.#editReps(
      t("review.change.times"),
      there ? edited : t("review.edit.out_of_reach", { rep: rep.index, time: clock(player.time_s) }),
      rep.index,
    );
  }

  /** @param {"session" | "rep" | "frame"} scope */
  addNote(scope) {
    this.view.player.pause();
    const id = newId();
    this.view.ui.tab = "notes";
    this.view.state.change(t("review.change.note"), (draft) => {
      draft.notes.push({
        id,
        scope,
        rep: scope === "rep" ? this.view.ui.rep : null,
        t_s: scope === "frame" ? this.view.player.time_s : null,
        text: "",
        at: new Date().toISOString(),
        by: this.view.state.rater,
      });
    });
    const field = this.view.body.querySelector(`[data-key="note-${id}"]`);
    if (field instanceof HTMLElement) field.focus();
  }

  addImage() {
    this.view.player.pause();
    const { time_s } = this.view.player;
    const where = this.view.reps.find((rep) => time_s >= rep.start_s && time_s < rep.end_s);
    this.view.state.change(t("review.change.image"), (draft) => {
      draft.key_images.push({
        id: newId(),
        t_s: time_s,
        caption: where ? t("review.clip.rep", { rep: where.index }) : "",
      });
    });
    announce(t("review.notes.image_kept", { time: clock(time_s) }));
    this.view.openTab("notes");
  }

  /**
   * The other leg was not followed in this analysis.
   * @param {Side} side
   */
  async analyseSide(side) {
    try {
      await send("POST", `${itemPath(this.view.item.id)}/analyse?side=${side}`);
      announce(t("review.findings.analysing_said"));
      await this.#awaitJobs();
      if (this.view.closed) return;
      const { reviewed } = await getItem(this.view.item.id);
      this.view.state.setReviewed(reviewed);
      void this.view.scene.loadTrack();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError("side", error.message);
    }
  }

  /**
   * Slow motion that the file does not tell: all times change, so the page begins anew.
   * @param {number} speed
   */
  async analyseAtSpeed(speed) {
    try {
      await send("POST", `${itemPath(this.view.item.id)}/analyse-again?speed=${speed}`);
      announce(t("review.findings.analysing_said"));
      if ((await this.#awaitJobs()) && !this.view.closed) location.reload();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError("speed", error.message);
    }
  }

  /** @returns {Promise<boolean>}  whether it was done */
  async #awaitJobs() {
    for (;;) {
      /** @type {Job[]} */
      const jobs = await getJobs();
      const job = jobs.findLast((one) => one.id === this.view.item.id && one.kind !== "video");
      this.view.ui.job = job && ["queued", "running"].includes(job.state) ? jobWords(job) : "";
      this.view.refresh();
      if (job?.state === "failed")
        showError("side", t("review.findings.analyse_failed", { reason: job.error ?? t("review.page.no_reason") }));
      if (!this.view.ui.job || this.view.closed) return job?.state === "done";
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}
