// @ts-check
/** What two clips differ by: their curves over each other, and the table. */

import { h, ringForKeyboardOnly } from "../core/dom.js";
import { capital, figure, signed, suffix } from "../core/words.js";

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
  const edge = (/** @type {number} */ sign) =>
    middle[series].map((value) => (value === null ? null : value + sign * half));
  return [edge(1), edge(-1)];
}

/**
 * What the lines are, in words.
 * @param {Comparison} data
 */
export function legendWords(data) {
  const of = (/** @type {"a" | "b"} */ side) => data[`${side}_curve`]?.reps.length ?? data[`${side}_reps`].length;
  const left = (data.a_curve?.left_out.length ?? 0) + (data.b_curve?.left_out.length ?? 0);
  const sample = (/** @type {string} */ look, /** @type {string} */ words) =>
    h("span", { class: "key" }, h("i", { class: look }), words);
  const sizes = ["hip", "knee"].flatMap((joint) => {
    const key = /** @type {"knee_band_deg"} */ (`${joint}_band_deg`);
    const halves = [data.a_mean[key], data.b_mean[key]].filter((half) => typeof half === "number");
    return halves.length ? [`${joint} ± ${Math.ceil(Math.max(...halves) - 1e-9)}°`] : [];
  });
  return h(
    "p",
    { class: "legend" },
    sample("bold", `median of the complete repetitions, as in the table (A: ${of("a")}, B: ${of("b")})`),
    sample("fine", `one repetition each${left ? ` (${left} partial, not in the median)` : ""}`),
    sizes.length > 0 && sample("shade", `measurement error, 95 % (${sizes.join(", ")})`),
  );
}

/**
 * Every repetition thin, their median thick; B is dashed, so that colour is not alone.
 * @param {Comparison} data
 * @param {Series} series
 * @param {HTMLElement} holder
 */
export function drawOver(data, series, holder) {
  const [inkA, inkB] = [charts.colour("compare-a"), charts.colour("compare-b")];
  const thin = (/** @type {string} */ stroke, /** @type {number[] | undefined} */ dash) => ({
    stroke,
    width: 1,
    alpha: 0.3,
    dash,
    points: { show: false },
  });
  const thick = (/** @type {string} */ stroke, /** @type {number[] | undefined} */ dash) => ({
    stroke,
    width: 3,
    dash,
    points: { show: false },
  });
  const axis = charts.axisStyle();
  const dash = [7, 5];
  const [edgesA, edgesB] = [edges(data.a_mean, series), edges(data.b_mean, series)];
  const after = 1 + data.a_reps.length + data.b_reps.length + 2;
  /** @type {uPlot.Options} */
  const options = {
    width: holder.clientWidth,
    height: holder.clientHeight,
    padding: [4, 22, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: scale } },
    bands: [edgesA, edgesB].flatMap((band, at) =>
      band.length ? [{ series: [after + 2 * at, after + 2 * at + 1], fill: `${[inkA, inkB][at]}26` }] : [],
    ),
    axes: [
      {
        ...axis,
        size: 24,
        gap: 2,
        values: (_plot, ticks) => ticks.map((tick) => `${tick} %`),
      },
      {
        ...axis,
        size: 46,
        space: 26,
        values: (_plot, ticks) => ticks.map((tick) => `${tick}°`),
      },
    ],
    series: [
      {},
      ...data.a_reps.map(() => thin(inkA, undefined)),
      ...data.b_reps.map(() => thin(inkB, dash)),
      thick(inkA, undefined),
      thick(inkB, dash),
      ...[...edgesA, ...edgesB].map(() => charts.bandEdge()),
    ],
  };
  const lines = [
    ...data.a_reps.map((rep) => rep[series]),
    ...data.b_reps.map((rep) => rep[series]),
    data.a_mean[series],
    data.b_mean[series],
    ...edgesA,
    ...edgesB,
  ];
  return new uPlot(options, [data.percent, ...lines.map((line) => line ?? [])], holder);
}

/** @param {string} unit */
const unitWords = (unit) => (unit === "°" ? unit : suffix(unit));

/**
 * Without the row's own name, which stands above it.
 * @param {Comparison["rows"][number]} row
 */
const sentence = (row) =>
  capital(row.sentence.startsWith(`${row.label}: `) ? row.sentence.slice(row.label.length + 2) : row.sentence);

/** @param {Comparison} data */
export function differences(data) {
  const value = (/** @type {number | null} */ number, /** @type {string} */ unit) =>
    number === null ? "–" : figure(number, unit === "s" ? 1 : 0) + unitWords(unit);
  const change = (/** @type {Comparison["rows"][number]} */ row) => {
    if (row.difference === null) return "–";
    const error =
      row.error === null ? "" : ` ± ${row.unit === "s" ? row.error.toFixed(1) : Math.ceil(row.error - 1e-9)}`;
    return `${signed(row.difference, row.unit === "s" ? 1 : 0)}${unitWords(row.unit)}${error}`;
  };
  const told = (/** @type {boolean} */ within) => (within ? "within measurement error" : "more than measurement error");
  const warnings = [
    ...(data.caveats ?? []),
    ...(data.a.notices ?? []).map((notice) => `A: ${notice}`),
    ...(data.b.notices ?? []).map((notice) => `B: ${notice}`),
  ];
  return ringForKeyboardOnly(
    h(
      "section",
      { class: "differences", "aria-label": "Differences", tabindex: 0 },
      h("h2", {}, "Differences"),
      warnings.length > 0 && h("ul", { class: "care" }, ...warnings.map((warning) => h("li", {}, warning))),
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, "Compared"),
            ...["A", "B", "B less A"].map((words) => h("th", { scope: "col", class: "num" }, words)),
          ),
        ),
        h(
          "tbody",
          {},
          ...data.rows.map((row) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, row.label, h("div", { class: "sentence" }, sentence(row))),
              h("td", { class: "num" }, value(row.a, row.unit)),
              h("td", { class: "num" }, value(row.b, row.unit)),
              h(
                "td",
                { class: "num" },
                h("b", {}, change(row)),
                row.within_error !== null && h("div", {}, h("span", { class: "tag" }, told(row.within_error))),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}
