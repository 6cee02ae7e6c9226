// @ts-check
/** What the reviewer can change, each as one step that can be undone. */

import { Refused, getJson, itemPath, send } from "./api.js";
import { settle, speak, trouble } from "./dom.js";
import { added, moved, removed, split, timesOf, writeReps } from "./rep_edits.js";
import { newId } from "./review_state.js";
import { clock, jobWords } from "./words.js";

/** @import { Job, Side } from "./types.js" */
/** @import { Bench } from "./bench.js" */
/** @import { Edited } from "./rep_edits.js" */

const ASK_AGAIN_MS = 500;

export class Edits {
  /** @param {Bench} bench */
  constructor(bench) {
    this.bench = bench;
  }

  get #times() {
    const { review, analysed } = this.bench.state;
    return review.reps ?? timesOf(analysed.document.reps);
  }

  /**
   * @param {string} label
   * @param {Edited | string} edited
   * @param {number} [chosen]
   */
  #editReps(label, edited, chosen = this.bench.ui.rep) {
    settle("reps");
    if (typeof edited === "string") {
      trouble("reps", edited);
      // An edge that was dragged goes back to where it was.
      return this.bench.refresh();
    }
    this.bench.ui.rep = chosen;
    this.bench.state.change(label, (draft) => writeReps(draft, edited));
  }

  /**
   * @param {number} rep  its number
   * @param {"start_s" | "peak_s" | "end_s"} edge
   * @param {number} time_s
   */
  moveEdge(rep, edge, time_s) {
    this.#editReps("moving a repetition's edge", moved(this.#times, rep - 1, edge, time_s));
  }

  addRep() {
    const { time_s } = this.bench.player;
    const edited = added(this.#times, time_s, this.bench.item.t_s.at(-1) ?? 0);
    this.#editReps("the added repetition", edited, this.#times.filter((rep) => rep.start_s < time_s).length + 1);
  }

  splitRep() {
    this.#editReps("the split", split(this.#times, this.bench.player.time_s));
  }

  removeRep() {
    if (this.bench.rep)
      this.#editReps(`removing repetition ${this.bench.rep.index}`, removed(this.#times, this.bench.rep.index - 1));
  }

  /** @param {"start_s" | "peak_s" | "end_s"} edge */
  edgeHere(edge) {
    const { rep, player } = this.bench;
    if (!rep) return;
    const edited = moved(this.#times, rep.index - 1, edge, player.time_s);
    const became = typeof edited === "string" ? null : edited.reps[rep.index - 1][edge];
    const there = became === null || Math.abs(became - player.time_s) < 0.01;
    this.#editReps(
      "the repetition's new times",
      there ? edited : `The playhead is outside what repetition ${rep.index} can reach: ${clock(player.time_s)}.`,
      rep.index,
    );
  }

  /** @param {"session" | "rep" | "frame"} scope */
  addNote(scope) {
    this.bench.player.pause();
    const id = newId();
    this.bench.ui.tab = "notes";
    this.bench.state.change("the note", (draft) => {
      draft.notes.push({
        id,
        scope,
        rep: scope === "rep" ? this.bench.ui.rep : null,
        t_s: scope === "frame" ? this.bench.player.time_s : null,
        text: "",
        at: new Date().toISOString(),
      });
    });
    const field = this.bench.body.querySelector(`[data-key="note-${id}"]`);
    if (field instanceof HTMLElement) field.focus();
  }

  addImage() {
    this.bench.player.pause();
    const { time_s } = this.bench.player;
    const where = this.bench.reps.find((rep) => time_s >= rep.start_s && time_s < rep.end_s);
    this.bench.state.change("the key image", (draft) => {
      draft.key_images.push({ id: newId(), t_s: time_s, caption: where ? `Repetition ${where.index}` : "" });
    });
    speak(`Frame at ${clock(time_s)} kept as a key image.`);
    this.bench.openTab("notes");
  }

  /**
   * The other leg was not followed in this analysis.
   * @param {Side} side
   */
  async analyseSide(side) {
    try {
      await send("POST", `${itemPath(this.bench.item.id)}/analyse?side=${side}`);
      speak("Analysing.");
      await this.#awaitJobs();
      if (this.bench.closed) return;
      const { reviewed } = await getJson(itemPath(this.bench.item.id));
      this.bench.state.setReviewed(reviewed);
      void this.bench.loadTrack();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      trouble("side", error.message);
    }
  }

  async #awaitJobs() {
    for (;;) {
      /** @type {Job[]} */
      const jobs = await getJson("/api/jobs");
      const job = jobs.findLast((one) => one.id === this.bench.item.id && one.kind !== "video");
      this.bench.ui.job = job && ["queued", "running"].includes(job.state) ? jobWords(job) : "";
      this.bench.refresh();
      if (job?.state === "failed")
        trouble("side", `The other leg could not be analysed: ${job.error ?? "no reason given"}`);
      if (!this.bench.ui.job || this.bench.closed) return;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}
