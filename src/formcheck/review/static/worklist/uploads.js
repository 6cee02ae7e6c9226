// @ts-check
/** Clips dropped on the page: sent, queued, analysed, with progress and cancel. */

import { ApiError, getJobs, send, upload } from "../core/api.js";
import { announce, button, h, replaceContent, showError } from "../core/dom.js";
import { jobWords, t } from "../core/text.js";

/** @import { Job, ServerState } from "../core/types.js" */

const POLL_MS = 500;
const OPEN = ["queued", "running"];
const WAITING_SHOWN = 3;

/** @typedef {{name: string, share: number, cancel: () => void, waiting: boolean}} Sending */

export class Queue {
  /**
   * @param {ServerState} server
   * @param {() => void} changed  something new is in the list
   * @param {(jobs: Job[]) => void} progressed
   * @param {(job: Job) => boolean} listed  whether the list says why a job failed
   */
  constructor(server, changed, progressed, listed) {
    this.server = server;
    this.changed = changed;
    this.progressed = progressed;
    this.listed = listed;
    /** @type {Sending[]} */
    this.sending = [];
    /** @type {Job[]} */
    this.jobs = [];
    /** How each job stood when last asked; null before the first answer. @type {Map<string, string> | null} */
    this.states = null;
    /** @type {Set<string>} */
    this.dismissed = new Set();
    this.watching = false;
    this.again = false;
    this.closed = false;
    this.node = h("section", { class: "queue", "aria-label": t("review.upload.title"), hidden: true });
    const input = h("input", {
      type: "file",
      accept: "video/*,.mkv,.avi",
      multiple: true,
      class: "visually-hidden",
      tabindex: -1,
      "aria-label": t("review.upload.choose"),
    });
    input.addEventListener("change", () => {
      void this.add([...(input.files ?? [])]);
      input.value = "";
    });
    this.chooser = h(
      "span",
      {},
      input,
      button(t("review.upload.add"), () => input.click(), { class: "primary" }),
    );
    this.dropHint = h("div", { class: "drop-hint", hidden: true }, h("p", {}, t("review.upload.drop")));
    document.body.append(this.dropHint);
    /** @type {[string, (event: DragEvent) => void][]} */
    this.listeners = [
      ["dragover", (event) => this.#over(event)],
      ["dragleave", (event) => this.#leave(event)],
      ["drop", (event) => this.#drop(event)],
    ];
    for (const [type, listener] of this.listeners)
      document.addEventListener(type, /** @type {EventListener} */ (listener));
  }

  close() {
    this.closed = true;
    this.dropHint.remove();
    for (const [type, listener] of this.listeners)
      document.removeEventListener(type, /** @type {EventListener} */ (listener));
  }

  /** @param {DragEvent} event */
  #over(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.dropHint.hidden = false;
  }

  /** @param {DragEvent} event */
  #leave(event) {
    if (event.relatedTarget === null) this.dropHint.hidden = true;
  }

  /** @param {DragEvent} event */
  #drop(event) {
    if (!event.dataTransfer) return;
    event.preventDefault();
    this.dropHint.hidden = true;
    void this.add([...event.dataTransfer.files]);
  }

  /**
   * Send files one after another; the server analyses them one after another too.
   * @param {File[]} files
   */
  async add(files) {
    const waiting = files.map((file) => ({
      file,
      entry: /** @type {Sending} */ ({
        name: file.name,
        share: 0,
        waiting: true,
        cancel: () => this.#discard(file.name),
      }),
    }));
    this.sending.push(...waiting.map(({ entry }) => entry));
    this.#show();
    for (const { file, entry } of waiting) {
      if (this.sending.includes(entry)) await this.#send(file, entry);
    }
  }

  /** @param {string} name */
  #discard(name) {
    this.sending = this.sending.filter((one) => one.name !== name);
    this.#show();
  }

  /**
   * @param {File} file
   * @param {Sending} entry
   */
  async #send(file, entry) {
    entry.waiting = false;
    const { done, cancel } = upload(`/api/uploads?name=${encodeURIComponent(file.name)}`, file, (share) => {
      entry.share = share;
      this.#show();
    });
    entry.cancel = cancel;
    try {
      await done;
      this.changed();
      this.watch();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError(`upload ${file.name}`, t("review.upload.failed", { name: file.name, reason: error.message }));
    } finally {
      this.sending = this.sending.filter((one) => one !== entry);
      this.#show();
    }
  }

  /** Ask how the jobs are doing as long as one is open. */
  async watch() {
    this.again = true;
    if (this.watching) return;
    this.watching = true;
    try {
      do {
        this.again = false;
        const answer = await getJobs();
        this.jobs = answer.filter((job) => job.kind !== "video");
        this.#report();
        this.#show();
        this.progressed(this.jobs);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      } while (!this.closed && (this.again || this.jobs.some((job) => OPEN.includes(job.state))));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.closed) showError("jobs", error.message);
    } finally {
      this.watching = false;
    }
  }

  #report() {
    const before = this.states;
    this.states = new Map(this.jobs.map((job) => [job.job, job.state]));
    for (const job of this.jobs) {
      if (OPEN.includes(job.state)) continue;
      if (job.state !== "failed") this.dismissed.add(job.job);
      // What had ended before this page was opened is in the list already.
      if (before === null || before.get(job.job) === job.state) continue;
      announce(t("review.job.said", { name: job.name, state: endWords(job) }));
      this.changed();
    }
  }

  /** @param {Job} job */
  async #cancel(job) {
    try {
      await send("DELETE", `/api/jobs/${encodeURIComponent(job.job)}`);
      this.watch();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError("cancel", error.message);
    }
  }

  #show() {
    const jobs = this.jobs.filter((job) => !this.dismissed.has(job.job));
    this.node.hidden = jobs.length + this.sending.length === 0;
    // Of many that wait, the list itself says it of each.
    const later = jobs.filter((job) => job.state === "queued").slice(WAITING_SHOWN);
    const shown = jobs.filter((job) => !later.includes(job));
    const lines = [...shown.map((job) => this.#jobLine(job)), ...this.sending.map(sendingLine)];
    if (later.length) lines.push(this.#laterLine(later));
    replaceContent(this.node, h("ul", {}, ...lines));
  }

  /** @param {Job[]} later */
  #laterLine(later) {
    const cancel = () => {
      for (const job of later) void this.#cancel(job);
    };
    return h(
      "li",
      {},
      h("span", { class: "name" }, t("review.upload.waiting_more", { n: later.length })),
      button(t("review.upload.cancel_waiting"), cancel, { class: "small", "data-key": "later" }),
    );
  }

  /** @param {Job} job */
  #jobLine(job) {
    const key = job.job;
    if (OPEN.includes(job.state)) {
      const share = job.state === "queued" ? 0 : job.share;
      return line(
        job.name,
        jobWords(job),
        share,
        cancelButton(job.name, key, () => void this.#cancel(job)),
      );
    }
    const hide = () => {
      this.dismissed.add(key);
      this.#show();
    };
    const label = t("review.upload.close_one", { name: job.name });
    const close = button(label, hide, { class: "small", "data-key": key }, t("review.page.close"));
    // A reason that the list gives is not given twice.
    const told = job.state === "failed" && this.listed(job);
    return line(job.name, told ? t("review.worklist.failed") : endWords(job), null, close);
  }
}

/** @param {Job} job  that has ended */
const endWords = (job) => t(`review.job.${job.state}`, { reason: job.error ?? t("review.page.no_reason") });

/**
 * @param {string} name
 * @param {string} key
 * @param {() => void} cancel
 */
const cancelButton = (name, key, cancel) =>
  button(t("review.upload.cancel_one", { name }), cancel, { class: "small", "data-key": key }, t("review.page.cancel"));

/** @param {Sending} sending */
function sendingLine({ name, share, waiting, cancel }) {
  const state = waiting ? t("review.upload.waiting") : jobWords({ stage: "copying", share, state: "running" });
  return line(name, state, share, cancelButton(name, `sending-${name}`, cancel));
}

/**
 * @param {string} name
 * @param {string} state
 * @param {number | null} share  null: nothing is under way any more
 * @param {HTMLElement} action
 */
function line(name, state, share, action) {
  const label = t("review.upload.progress", { name, state });
  return h(
    "li",
    { "data-name": name },
    h("span", { class: "name" }, name),
    h("progress", { max: 1, value: share ?? 0, hidden: share === null, "aria-label": label }),
    h("span", { class: "soft" }, state),
    action,
  );
}
