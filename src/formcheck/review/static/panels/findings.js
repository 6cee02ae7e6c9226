// @ts-check
/** The first tab: repetitions, and findings on the whole set. */

import { button, h } from "../core/dom.js";
import { clock, degrees, pill, repVerdict, ruleTitle, seconds, withBand } from "../core/words.js";
import { findingList } from "./finding_list.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Rep } from "../core/types.js" */

/** @param {ClipView} view */
export function findingsTab(view) {
  const { document } = view.state.session;
  const { reasons } = document.quality;
  return [
    view.state.layer === "analysed" &&
      h(
        "p",
        { class: "soft" },
        "As analysed: nothing of the review is shown. Changing anything goes back to ‘as reviewed’.",
      ),
    otherLeg(view),
    ...(view.item.notices ?? []).map((notice) => h("p", { class: "care" }, notice)),
    reasons.length > 0 && h("ul", { class: "care" }, ...reasons.map((reason) => h("li", {}, reason))),
    repsTable(view, document.reps),
    h("h2", {}, "The whole set"),
    findingList(view, document.findings),
    h("ul", { class: "sentences" }, ...document.summary.sentences.map((sentence) => h("li", {}, sentence))),
  ];
}

/**
 * An analysis follows one leg; the other one has to be looked for in the clip.
 * @param {ClipView} view
 */
function otherLeg(view) {
  const { needs_side: side } = view.state.session;
  if (!side) return null;
  return h(
    "div",
    { class: "care" },
    h("p", {}, `The ${side} leg was not followed in this analysis, so nothing can be said of it yet.`),
    view.ui.job
      ? h("p", { role: "status" }, `Analysing: ${view.ui.job}`)
      : button(`Analyse the ${side} leg`, () => void view.edits.analyseSide(side), {
          class: "small",
          title: "Takes about as long as the clip; the analysis that is there stays",
        }),
  );
}

/**
 * @param {ClipView} view
 * @param {Rep[]} reps
 */
function repsTable(view, reps) {
  const add = button("Add a repetition here", () => view.edits.addRep(), {
    class: "small",
    "aria-keyshortcuts": "I",
    title: "Add a repetition that begins at the playhead (I)",
  });
  const head = h("div", { class: "heading" }, h("h2", {}, "Repetitions"), add);
  if (!reps.length)
    return h(
      "section",
      {},
      head,
      h("p", { class: "soft" }, "No repetition was found. You can add one where you see it."),
    );
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
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...[
              ["Rep", ""],
              ["Time", "min:s"],
              ["Knee lacks", "start → end"],
              ["Hip", "least–most"],
              ["Tempo", "out · hold · back"],
              ["Judged", ""],
            ].map(([words, note]) => h("th", { scope: "col" }, words, note && h("small", {}, note))),
          ),
        ),
        h("tbody", {}, ...reps.flatMap((rep) => repRows(view, rep))),
      ),
    ),
  );
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
        `Go to repetition ${rep.index}`,
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
  if (!rep.complete) return h("span", { class: "tag" }, "incomplete");
  const open = rep.findings.filter((finding) => !finding.advisory && finding.verdict !== "MET");
  const worst = repVerdict(rep);
  const words =
    open.length === 1 ? ` ${ruleTitle(open[0].rule).toLowerCase()}` : open.length ? ` (${open.length})` : "";
  return h(
    "span",
    { class: "judged" },
    pill(worst),
    h("small", {}, words),
    rep.partial && h("span", { class: "tag" }, "partial"),
  );
}

/** @param {ClipView} view */
function repTools(view) {
  const tool = (/** @type {string} */ words, /** @type {string} */ title, /** @type {() => void} */ act) =>
    button(words, act, { class: "small", title, "data-key": words });
  return h(
    "div",
    { class: "buttons rep-tools", role: "group", "aria-label": "Mend this repetition" },
    tool("Starts here", "Its start is at the playhead", () => view.edits.edgeHere("start_s")),
    tool("Straightest here", "The end of its straightening is at the playhead", () => view.edits.edgeHere("peak_s")),
    tool("Ends here", "Its end is at the playhead", () => view.edits.edgeHere("end_s")),
    tool("Split here", "Two repetitions: before and after the playhead (X)", () => view.edits.splitRep()),
    tool("Remove", "It is no repetition", () => view.edits.removeRep()),
    tool("Note", "A note on this repetition", () => view.edits.addNote("rep")),
  );
}
