// @ts-check
/** What two clips differ by: their curves over each other, and the table. */

import { h, ringForKeyboardOnly } from "../core/dom.js";
import { capital, ceiling, t } from "../core/text.js";
import { TOP_PX } from "../player/curves.js";

/** @import { Comparison } from "../core/types.js" */
/** @typedef {"knee_deg" | "hip_deg"} Series */

/** The scale is never finer than this: noise of a few degrees must not look like a change. */
const LEAST_DEG = 40;

/**
 * @param {uPlot | null} _plot
 * @param {number | null} low
 * @param {number | null} high
 * @returns {uPlot.Range.MinMax}
 */
export function scale(_plot, low, high) {
  if (low === null || high === null) return [0, LEAST_DEG];
  const half = Math.max(((high - low) / 2) * 1.06, LEAST_DEG / 2);
  return [(low + high) / 2 - half, (low + high) / 2 + half];
}

/**
 * The edges of a bold line's error band.
 * @param {Comparison["a_mean"]} middle
 * @param {Series} series
 */
function edges(middle, series) {
  const half = middle[/** @type {"knee_band_deg"} */ (series.replace("_deg", "_band_deg"))];
  if (typeof half !== "number") return [];
  return charts.bandEdges(
    middle[series],
    middle[series].map(() => half),
  );
}

/**
 * What the lines are, in words.
 * @param {Comparison} data
 */
export function legendWords(data) {
  const of = (/** @type {"a" | "b"} */ side) => data[`${side}_curve`]?.reps.length ?? data[`${side}_reps`].length;
  const left = (data.a_curve?.left_out.length ?? 0) + (data.b_curve?.left_out.length ?? 0);
  const sample = (/** @type {string} */ line, /** @type {string} */ words) =>
    h("span", { class: "key" }, h("i", { class: line }), words);
  const sizes = ["hip", "knee"].flatMap((joint) => {
    const key = /** @type {"knee_band_deg"} */ (`${joint}_band_deg`);
    const halves = [data.a_mean[key], data.b_mean[key]].filter((half) => typeof half === "number");
    return halves.length
      ? [t(`review.compare.legend_size_${joint}`, { band: `${ceiling(Math.max(...halves))}°` })]
      : [];
  });
  return h(
    "p",
    { class: "legend" },
    sample("bold", t("review.compare.legend_median", { a: of("a"), b: of("b") })),
    sample("fine", left ? t("review.compare.legend_left_out", { n: left }) : t("review.compare.legend_one")),
    sizes.length > 0 && sample("shade", t("review.compare.legend_error", { sizes: sizes.join(t("number.list_mark")) })),
  );
}

/**
 * A curve of a clip; B is dashed, so that colour is not alone.
 * @param {"a" | "b"} side
 * @param {Partial<uPlot.Series>} style
 * @returns {uPlot.Series}
 */
const curveOf = (side, style) => ({
  stroke: charts.colour(`compare-${side}`),
  dash: side === "b" ? [7, 5] : undefined,
  points: { show: false },
  ...style,
});

/**
 * Every repetition thin, their median thick, with its error band.
 * @param {Comparison} data
 * @param {Series} series
 * @param {HTMLElement} holder
 */
export function drawOver(data, series, holder) {
  const axis = charts.axisStyle();
  const sides = /** @type {const} */ (["a", "b"]);
  /** @type {{line: (number | null)[], style: uPlot.Series}[]} */
  const drawn = [
    ...sides.flatMap((side) =>
      data[`${side}_reps`].map((rep) => ({ line: rep[series], style: curveOf(side, { width: 1, alpha: 0.3 }) })),
    ),
    ...sides.map((side) => ({ line: data[`${side}_mean`][series], style: curveOf(side, { width: 3 }) })),
  ];
  /** @type {uPlot.Band[]} */
  const bands = [];
  for (const side of sides) {
    const lines = edges(data[`${side}_mean`], series);
    if (!lines.length) continue;
    bands.push({ series: [drawn.length + 1, drawn.length + 2], fill: `${charts.colour(`compare-${side}`)}26` });
    drawn.push(...lines.map((line) => ({ line, style: charts.bandEdge() })));
  }
  /** @type {uPlot.Options} */
  const options = {
    width: holder.clientWidth,
    height: holder.clientHeight,
    padding: [TOP_PX, 22, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: scale } },
    bands,
    axes: [
      { ...axis, size: 24, gap: 2, values: (_plot, ticks) => ticks.map((value) => t("number.percent", { value })) },
      { ...axis, size: 46, space: 26, values: (_plot, ticks) => ticks.map((value) => `${value}°`) },
    ],
    series: [{}, ...drawn.map(({ style }) => style)],
  };
  return new uPlot(options, [data.percent, ...drawn.map(({ line }) => line)], holder);
}

/** @typedef {Comparison["rows"][number]} Row */

/** @param {Row} row */
const verdictOf = ({ within_error }) => (within_error === null ? "unknown" : within_error ? "same" : "changed");

/**
 * Knee, hip and tempo: whether each of their numbers differs by more than the threshold.
 * @param {Comparison} data
 */
function verdicts({ rows }) {
  const aspect = (/** @type {Row} */ row) =>
    h(
      "div",
      { class: "aspect" },
      h("span", { class: `tag ${verdictOf(row)}` }, `${row.aspect}: ${t(`review.compare.${verdictOf(row)}`)}`),
      h("p", {}, sentence(row)),
    );
  const card = (/** @type {string} */ what) => {
    const judged = rows.filter(({ verdict_on }) => verdict_on === what);
    // A card is as striking as the most that it says.
    const verdict = ["changed", "unknown", "same"].find((one) => judged.some((row) => verdictOf(row) === one));
    return h("li", { class: verdict }, h("b", {}, t(`review.compare.verdict_on.${what}`)), ...judged.map(aspect));
  };
  const subjects = new Set(rows.map(({ verdict_on }) => verdict_on));
  return h("ul", { class: "verdicts" }, ...[...subjects].filter((what) => what !== null).map(card));
}

/**
 * Without the row's own name, which stands above it.
 * @param {Row} row
 */
const sentence = (row) =>
  capital(row.sentence.startsWith(`${row.label}: `) ? row.sentence.slice(row.label.length + 2) : row.sentence);

/** @param {Row} row */
function differenceRow(row) {
  const judged =
    row.within_error !== null &&
    h("div", {}, h("span", { class: "tag" }, t(row.within_error ? "review.compare.within" : "review.compare.beyond")));
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, row.label, h("div", { class: "sentence" }, sentence(row))),
    h("td", { class: "num" }, row.words.a),
    h("td", { class: "num" }, row.words.b),
    h("td", { class: "num" }, h("b", {}, row.words.difference), judged),
    h("td", { class: "num" }, row.words.error),
  );
}

/** @param {Comparison} data */
function warningsOf(data) {
  const of = (/** @type {"a" | "b"} */ side) =>
    (data[side].notices ?? []).map((notice) => t("review.compare.notice", { side: side.toUpperCase(), notice }));
  const warnings = [...(data.caveats ?? []), ...of("a"), ...of("b")];
  return warnings.length > 0 && h("ul", { class: "caution" }, ...warnings.map((warning) => h("li", {}, warning)));
}

/** @param {Comparison} data */
export function differences(data) {
  const columns = ["A", "B", t("review.compare.change")].map((words) => h("th", { scope: "col", class: "num" }, words));
  const hint = { scope: "col", class: "num", title: t("review.compare.threshold_hint") };
  columns.push(h("th", hint, t("review.compare.threshold")));
  const head = h("tr", {}, h("th", { scope: "col" }, t("review.compare.compared")), ...columns);
  return ringForKeyboardOnly(
    h(
      "section",
      {
        class: "differences",
        "aria-label": t("review.compare.differences"),
        "data-measuring": t("review.goniometer.hidden"),
        tabindex: 0,
      },
      h("h2", {}, t("review.compare.differences")),
      warningsOf(data),
      verdicts(data),
      h("table", {}, h("thead", {}, head), h("tbody", {}, ...data.rows.map(differenceRow))),
    ),
  );
}
