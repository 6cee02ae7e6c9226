// @ts-check
/** A video: chosen, sent, analysed with progress, and its report. */

import { ApiError } from "../core/api.js";
import { announce, button, h, showError } from "../core/dom.js";
import { hasText, percent, t } from "../core/text.js";
import { cancelCheck, checkPath, getCheck, getChecks, keepCheck, sendVideo } from "./api.js";
import { card, choiceOf, framedPage } from "./parts.js";
import { leftWords } from "./words.js";

/** @import { Check, View } from "./types.js" */

const POLL_MS = 500;

/** @returns {Promise<View>} */
export async function openChoice() {
  const { checks } = await getChecks();
  const choice = { keep: "yes", side: "" };
  const input = h("input", {
    type: "file",
    accept: "video/*,.mkv,.avi,.mts",
    class: "visually-hidden",
    tabindex: -1,
    "aria-hidden": "true",
    "aria-label": t("home.check.choose"),
  });
  const area = h(
    "div",
    { class: "drop-area" },
    h("p", { class: "big" }, t("home.check.drop")),
    h("p", { class: "soft" }, t("home.check.or")),
    button(t("home.check.choose"), () => input.click(), { class: "primary big" }),
    h("p", { class: "soft" }, t("home.check.how")),
    input,
  );
  const node = h("div", { class: "narrow" }, area, earlier(checks), options(choice));
  /** @type {(() => void) | null} */
  let stop = null;
  const take = (/** @type {FileList | null | undefined} */ files) => {
    if (files?.[0] && stop === null) stop = sendFile(node, files[0], choice);
  };
  input.addEventListener("change", () => take(input.files));
  const unlisten = listenForDrops(area, take);
  const close = () => {
    unlisten();
    stop?.();
  };
  return { node, title: t("home.door.check"), close };
}

/**
 * The videos since formcheck was started: one may still be under way.
 * @param {Check[]} checks
 */
function earlier(checks) {
  if (checks.length === 0) return null;
  const rows = checks.map((one) =>
    h(
      "li",
      {},
      h("a", { class: "row", href: `#/check/${one.check}` }, h("b", {}, one.name), h("span", {}, stateWords(one))),
    ),
  );
  return card(t("home.check.earlier"), h("ul", { class: "rows" }, ...rows));
}

/** @param {Check} check */
function stateWords({ state, share, stage }) {
  if (state === "queued") return t("home.check.waiting");
  if (state === "running") return `${stageWords(stage)} ${percent(share)}`;
  return t(state === "done" ? "home.practise.report" : "home.check.not_checked");
}

/** @param {{keep: string, side: string}} choice */
function options(choice) {
  const keep = choiceOf("keep", t("home.check.keep_title"), both("home.check.keep_", ["yes", "no"]), "yes", (value) => {
    choice.keep = value;
  });
  const legs = both("home.practise.leg_", ["found", "left", "right"]).map(
    ([key, words]) => /** @type {[string, string]} */ ([key === "found" ? "" : key, words]),
  );
  const side = choiceOf("side", t("home.check.leg_title"), legs, "", (value) => {
    choice.side = value;
  });
  return h("div", { class: "columns" }, card(t("home.check.keep_title"), keep), card(t("home.check.leg_title"), side));
}

/**
 * @param {string} prefix
 * @param {string[]} names
 * @returns {[string, string][]}
 */
const both = (prefix, names) => names.map((name) => [name, t(prefix + name)]);

/**
 * A file may be dropped anywhere on the page; missing the area must not open the video instead of the page.
 * @param {HTMLElement} area
 * @param {(files: FileList | null | undefined) => void} take
 */
function listenForDrops(area, take) {
  const over = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    area.classList.add("over");
  };
  const leave = (/** @type {DragEvent} */ event) => {
    if (event.relatedTarget === null) area.classList.remove("over");
  };
  const drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    area.classList.remove("over");
    take(event.dataTransfer?.files);
  };
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", leave);
  document.addEventListener("drop", drop);
  return () => {
    document.removeEventListener("dragover", over);
    document.removeEventListener("dragleave", leave);
    document.removeEventListener("drop", drop);
  };
}

/**
 * @param {HTMLElement} node
 * @param {File} file
 * @param {{keep: string, side: string}} choice
 * @returns {() => void} stops sending
 */
function sendFile(node, file, choice) {
  const bar = progressBar(file.name, () => {
    sending.cancel();
    location.hash = "#/";
  });
  node.replaceChildren(bar.node);
  bar.show(null, t("home.check.sending"), "");
  const sending = sendVideo(file, choice, (share) => bar.show(share, t("home.check.sending"), ""));
  sending.done.then(
    (check) => {
      if (check) location.hash = `#/check/${encodeURIComponent(check.check)}`;
    },
    (error) => {
      if (!(error instanceof ApiError)) throw error;
      node.replaceChildren(problem(refusal(error)));
    },
  );
  return sending.cancel;
}

/** @param {ApiError} error */
function refusal(error) {
  if (error.status === 415) return [t("home.check.not_video")];
  if (error.status === 413) return [t("home.check.no_room")];
  return [t("home.check.failed"), t("home.check.failed_reason", { reason: error.message })];
}

/** @param {string[]} words */
function problem(words) {
  const [first, ...rest] = words;
  announce(first ?? "");
  return h(
    "section",
    { class: "card problem" },
    h("h1", {}, first),
    ...rest.map((one) => h("p", { class: "soft" }, one)),
    again(),
  );
}

const again = () =>
  button(t("home.check.another"), () => {
    if (location.hash === "#/check") window.dispatchEvent(new HashChangeEvent("hashchange"));
    else location.hash = "#/check";
  });

/**
 * @param {string} name
 * @param {() => void} cancel
 */
function progressBar(name, cancel) {
  const bar = h("progress", { max: 1, value: 0, "aria-label": name });
  const share = h("b", { class: "percent" });
  const stage = h("p", { class: "stage" });
  const left = h("p", { class: "soft" });
  const stop = button(t("home.check.cancel"), cancel);
  return {
    node: h("section", { class: "card working" }, h("h1", {}, name), share, bar, stage, left, stop),
    /**
     * @param {number | null} done  null: not known, or not worth a number
     * @param {string} doing
     * @param {string} rest
     */
    show(done, doing, rest) {
      if (done === null) bar.removeAttribute("value");
      else bar.value = done;
      share.textContent = done === null ? "\u00a0" : percent(done);
      stage.textContent = doing;
      left.textContent = rest;
    },
  };
}

/**
 * @param {string} id
 * @returns {Promise<View>}
 */
export async function openCheck(id) {
  const node = h("div", { class: "narrow" });
  const view = { node, title: t("home.door.check"), closed: false, close: () => {} };
  view.close = () => {
    view.closed = true;
  };
  const first = await getCheck(id).catch((error) => {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  });
  if (first === null) node.replaceChildren(problem([t("home.check.gone")]));
  else void follow(view, first);
  return view;
}

/**
 * @param {{node: HTMLElement, closed: boolean}} view
 * @param {Check} check
 */
async function follow(view, check) {
  const bar = progressBar(check.name, () => void cancelCheck(check.check));
  view.node.replaceChildren(bar.node);
  let now = check;
  try {
    while (now.state === "queued" || now.state === "running") {
      if (now.state === "queued") bar.show(null, t("home.check.waiting"), "");
      else bar.show(now.share, stageWords(now.stage), leftWords(now.left_s));
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (view.closed) return;
      now = await getCheck(check.check);
    }
    if (!view.closed) showEnd(view.node, now);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (!view.closed) showError("check", error.message);
  }
}

/** @param {string} stage */
const stageWords = (stage) => `${t(hasText(`stage.${stage}`) ? `stage.${stage}` : "stage.analyse")} …`;

/**
 * @param {HTMLElement} node
 * @param {Check} check
 */
function showEnd(node, check) {
  if (check.state === "cancelled") node.replaceChildren(problem([t("home.check.cancelled")]));
  else if (check.state === "failed") {
    const reason = check.error ?? t("review.page.no_reason");
    node.replaceChildren(problem([t("home.check.failed"), t("home.check.failed_reason", { reason })]));
  } else {
    node.classList.add("wide");
    node.replaceChildren(keptLine(check), framedPage(`${checkPath(check.check)}/report.html`, check.name));
    announce(t("home.practise.report"));
  }
}

/** @param {Check} check */
function keptLine(check) {
  const kept = t(check.reviewed ? "home.check.kept_reviewed" : "home.check.kept");
  const words = check.set ? kept : t("home.check.not_kept");
  const failed = check.not_kept ? t("home.check.keep_failed", { reason: check.not_kept }) : null;
  const line = h("div", { class: "kept-line" }, h("p", {}, failed ?? words));
  if (!check.set) {
    const keep = async () => {
      try {
        line.replaceWith(keptLine(await keepCheck(check.check)));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        showError("keep", error.message);
      }
    };
    line.append(button(t("home.check.keep"), () => void keep(), { class: "primary" }));
  }
  line.append(again());
  return line;
}
