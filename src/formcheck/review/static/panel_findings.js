// @ts-check
/** The first tab: repetitions, and findings on the whole set. */

import { findingList } from "./finding_list.js";
import { button, h } from "./dom.js";
import { clock, degrees, pill, repVerdict, ruleTitle, seconds, withBand } from "./words.js";

/** @import { Bench } from "./bench.js" */
/** @import { Rep } from "./types.js" */

/** @param {Bench} bench */
export function findingsTab(bench) {
  const { document } = bench.state.session;
  const { reasons } = document.quality;
  return [
    bench.state.layer === "analysed" &&
      h(
        "p",
        { class: "soft" },
        "As analysed: nothing of the review is shown. Changing anything goes back to ‘as reviewed’.",
      ),
    otherLeg(bench),
    ...(bench.item.notices ?? []).map((notice) => h("p", { class: "care" }, notice)),
    reasons.length > 0 && h("ul", { class: "care" }, ...reasons.map((reason) => h("li", {}, reason))),
    repsTable(bench, document.reps),
    h("h2", {}, "The whole set"),
    findingList(bench, document.findings),
    h("ul", { class: "sentences" }, ...document.summary.sentences.map((sentence) => h("li", {}, sentence))),
  ];
}

/**
 * An analysis follows one leg; the other one has to be looked for in the clip.
 * @param {Bench} bench
 */
function otherLeg(bench) {
  const { needs_side: side } = bench.state.session;
  if (!side) return null;
  return h(
    "div",
    { class: "care" },
    h("p", {}, `The ${side} leg was not followed in this analysis, so nothing can be said of it yet.`),
    bench.ui.job
      ? h("p", { role: "status" }, `Analysing: ${bench.ui.job}`)
      : button(`Analyse the ${side} leg`, () => void bench.edits.analyseSide(side), {
          class: "small",
          title: "Takes about as long as the clip; the analysis that is there stays",
        }),
  );
}

/**
 * @param {Bench} bench
 * @param {Rep[]} reps
 */
function repsTable(bench, reps) {
  const add = button("Add a repetition here", () => bench.edits.addRep(), {
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
        h("tbody", {}, ...reps.flatMap((rep) => repRows(bench, rep))),
      ),
    ),
  );
}

/**
 * @param {Bench} bench
 * @param {Rep} rep
 */
function repRows(bench, rep) {
  const chosen = rep.index === bench.ui.rep;
  const choose = () => bench.chooseRep(rep.index);
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
        h(
          "tr",
          { class: "selected opened" },
          h("td", { colspan: 6 }, repTools(bench), findingList(bench, rep.findings)),
        ),
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

/** @param {Bench} bench */
function repTools(bench) {
  const tool = (/** @type {string} */ words, /** @type {string} */ title, /** @type {() => void} */ act) =>
    button(words, act, { class: "small", title, "data-key": words });
  return h(
    "div",
    { class: "buttons rep-tools", role: "group", "aria-label": "Mend this repetition" },
    tool("Starts here", "Its start is at the playhead", () => bench.edits.edgeHere("start_s")),
    tool("Straightest here", "The end of its straightening is at the playhead", () => bench.edits.edgeHere("peak_s")),
    tool("Ends here", "Its end is at the playhead", () => bench.edits.edgeHere("end_s")),
    tool("Split here", "Two repetitions: before and after the playhead (X)", () => bench.edits.splitRep()),
    tool("Remove", "It is no repetition", () => bench.edits.removeRep()),
    tool("Note", "A note on this repetition", () => bench.edits.addNote("rep")),
  );
}
