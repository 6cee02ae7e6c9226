// @ts-check
/** The first tab: repetitions, and findings on the whole set. */

import { statusBadge } from "../core/badges.js";
import { button, h } from "../core/dom.js";
import { clock, degrees, hasText, seconds, t, withBand } from "../core/text.js";
import { findingList } from "./finding_list.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Rep } from "../core/types.js" */

/** @param {ClipView} view */
export function findingsTab(view) {
  const { document } = view.state.session;
  const { reasons } = document.quality;
  return [
    view.state.layer === "analysed" && h("p", { class: "soft" }, t("review.findings.as_analysed")),
    otherLeg(view),
    ...(view.item.notices ?? []).map((notice) => h("p", { class: "caution" }, notice)),
    setAside(view),
    reasons.length > 0 && h("ul", { class: "caution" }, ...reasons.map((reason) => h("li", {}, reason))),
    repsTable(view, document.reps),
    h("h2", {}, t("review.findings.set")),
    findingList(view, document.findings),
    h("ul", { class: "sentences" }, ...document.summary.sentences.map((sentence) => h("li", {}, sentence))),
  ];
}

/**
 * What of the review does not apply to the session as it is judged, and what the reviewer's times cannot show.
 * @param {ClipView} view
 */
function setAside({ state }) {
  const notices = state.layer === "reviewed" ? (state.session.notices ?? []) : [];
  return notices.length > 0 && h("ul", { class: "caution set-aside" }, ...notices.map((words) => h("li", {}, words)));
}

/**
 * An analysis follows one leg; the other one has to be looked for in the clip.
 * @param {ClipView} view
 */
export function otherLeg(view) {
  const { needs_side: side } = view.state.reviewed;
  if (!side) return null;
  // A session of the record holds the leg that was practised; what is found in a clip belongs beside the clip.
  if (!view.item.video.url || ["store", "session"].includes(view.server.opened))
    return h("p", { class: "caution" }, t(`review.findings.other_${side}`), " ", t("review.findings.needs_clip"));
  return h(
    "div",
    { class: "caution" },
    h("p", {}, t(`review.findings.other_${side}`)),
    view.ui.job
      ? h("p", { role: "status" }, t("review.findings.analysing", { state: view.ui.job }))
      : button(t(`review.findings.analyse_${side}`), () => void view.edits.analyseSide(side), {
          class: "small",
          title: t("review.findings.analyse_hint"),
        }),
  );
}

/**
 * @param {ClipView} view
 * @param {Rep[]} reps
 */
function repsTable(view, reps) {
  const add = button(t("review.findings.add_rep"), () => view.edits.addRep(), {
    class: "small",
    "aria-keyshortcuts": "I",
    title: t("review.findings.add_rep_hint"),
  });
  const head = h("div", { class: "heading" }, h("h2", {}, t("review.findings.reps")), add);
  if (!reps.length) return h("section", {}, head, h("p", { class: "soft" }, t("review.findings.no_reps")));
  return h(
    "section",
    {},
    head,
    h(
      "div",
      { class: "sideways" },
      h(
        "table",
        { class: "reps" },
        h("thead", {}, h("tr", {}, ...["rep", "time", "knee", "hip", "tempo", "judged"].map(columnHead))),
        h("tbody", {}, ...reps.flatMap((rep) => repRows(view, rep))),
      ),
    ),
  );
}

/** @param {string} name */
function columnHead(name) {
  const unit = `review.findings.${name}_unit`;
  return h("th", { scope: "col" }, t(`review.findings.${name}`), hasText(unit) && h("small", {}, t(unit)));
}

/**
 * @param {ClipView} view
 * @param {Rep} rep
 */
function repRows(view, rep) {
  const chosen = rep.index === view.ui.rep;
  const choose = () => view.chooseRep(rep.index);
  const row = h(
    "tr",
    {
      class: chosen ? "selected" : "",
      "data-rep": rep.index,
      on: {
        click: (/** @type {MouseEvent} */ event) =>
          !(event.target instanceof Element && event.target.closest("button")) && choose(),
      },
    },
    h(
      "th",
      { scope: "row" },
      button(
        t("review.findings.go_to_rep", { rep: rep.index }),
        choose,
        { class: "rep-button", "aria-pressed": chosen, "data-key": `rep-${rep.index}` },
        String(rep.index),
      ),
    ),
    h("td", { class: "nowrap" }, `${clock(rep.start_s)}–${clock(rep.end_s)}`),
    h(
      "td",
      { class: "nowrap of-tool" },
      degrees(rep.knee_flexion_start_deg),
      " → ",
      h("b", {}, withBand(rep.knee_flexion_peak_deg, rep.knee_se_deg)),
    ),
    h(
      "td",
      { class: "nowrap of-tool" },
      rep.hip_flexion_min_deg === null
        ? degrees(null)
        : `${degrees(rep.hip_flexion_min_deg)}–${degrees(rep.hip_flexion_max_deg)}`,
    ),
    h("td", { class: "nowrap" }, `${seconds(rep.extend_s)} · ${seconds(rep.hold_s)} · ${seconds(rep.return_s)}`),
    h("td", {}, judged(rep)),
  );
  return chosen
    ? [
        row,
        h("tr", { class: "selected opened" }, h("td", { colspan: 6 }, repTools(view), findingList(view, rep.findings))),
      ]
    : [row];
}

/** @param {Rep} rep */
function judged(rep) {
  if (!rep.status) return h("span", { class: "tag" }, rep.status_words);
  return h(
    "span",
    { class: "judged" },
    statusBadge(rep.status, t(`status.${rep.status}`)),
    rep.findings.some((finding) => finding.overruled) && h("span", { class: "tag own" }, t("review.finding.overruled")),
    rep.deciding_words && h("small", {}, rep.deciding_words),
    rep.partial && h("span", { class: "tag" }, t("status.partial")),
  );
}

/** @param {ClipView} view */
function repTools(view) {
  const { edits } = view;
  const tool = (/** @type {string} */ name, /** @type {() => void} */ act) =>
    button(t(`review.findings.${name}`), act, {
      class: "small",
      title: t(`review.findings.${name}_hint`),
      "data-key": name,
    });
  return h(
    "div",
    { class: "buttons rep-tools", role: "group", "aria-label": t("review.findings.edit") },
    tool("starts_here", () => edits.edgeHere("start_s")),
    tool("straightest_here", () => edits.edgeHere("peak_s")),
    tool("ends_here", () => edits.edgeHere("end_s")),
    tool("split_here", () => edits.splitRep()),
    tool("remove", () => edits.removeRep()),
    tool("note", () => edits.addNote("rep")),
  );
}
