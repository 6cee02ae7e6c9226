// @ts-check
/** My practice: today, the plan, the latest sets, calendar and trend. */

import { getJson } from "../core/api.js";
import { h } from "../core/dom.js";
import { t } from "../core/text.js";
import { setPath } from "./api.js";
import { todayLine } from "./doors.js";
import { card, framedPage } from "./parts.js";
import { planCard } from "./plan.js";
import { legWords, whenWords } from "./words.js";

/** @import { HomeState, PractisedSet, View } from "./types.js" */

/**
 * @param {HomeState} home
 * @returns {View}
 */
export function openMine(home) {
  const node = h("div", { class: "narrow wide" });
  const fill = (/** @type {HomeState} */ state) =>
    node.replaceChildren(
      todayLine(state),
      h("div", { class: "columns" }, planCard(state, fill), setsCard(state.sets)),
      h("h2", { class: "apart" }, t("home.mine.progress_title")),
      ...progress(state),
    );
  fill(home);
  return { node, title: t("home.door.mine") };
}

/**
 * Calendar and trend; where a set was reviewed, with a box to see what was analysed.
 * @param {HomeState} state
 */
function progress({ any_reviewed }) {
  const title = t("home.mine.progress_title");
  const frame = h("div", {}, framedPage("/api/home/progress.html", title));
  if (!any_reviewed) return [frame];
  const box = h("input", { type: "checkbox" });
  box.addEventListener("change", () =>
    frame.replaceChildren(framedPage(`/api/home/progress.html${box.checked ? "?as_analysed" : ""}`, title)),
  );
  return [h("label", { class: "check" }, box, h("span", {}, t("home.mine.as_analysed"))), frame];
}

/** @param {PractisedSet[]} sets */
function setsCard(sets) {
  const rows = sets.map((set) =>
    h(
      "li",
      {},
      h("a", { class: "row", href: `#/set/${set.set}` }, h("b", {}, whenWords(set.date)), h("span", {}, setWords(set))),
    ),
  );
  return card(
    t("home.mine.sets_title"),
    rows.length ? h("ul", { class: "rows" }, ...rows) : h("p", { class: "soft" }, t("home.mine.sets_none")),
  );
}

/** @param {PractisedSet} set */
const setWords = ({ side, reps, reviewed }) =>
  [
    t("home.mine.set_line", { leg: legWords(side), reps: t("home.reps", { n: reps }) }),
    ...(reviewed ? [t("home.mine.reviewed")] : []),
  ].join(", ");

/**
 * @param {string} set
 * @returns {Promise<View>}
 */
export async function openSet(set) {
  const { date } = /** @type {PractisedSet} */ (await getJson(setPath(set)));
  const title = t("home.mine.set_report", { date: whenWords(date) });
  return {
    node: h("div", { class: "narrow wide" }, framedPage(`${setPath(set)}/report.html`, title)),
    title,
    back: "#/mine",
  };
}
