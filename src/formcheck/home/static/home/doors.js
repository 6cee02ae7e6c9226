// @ts-check
/** The four doors, what is to be done today, and what is kept where. */

import { h } from "../core/dom.js";
import { t } from "../core/text.js";
import { questionCards } from "./questions.js";
import { goalWords } from "./words.js";

/** @import { HomeState, View } from "./types.js" */

/** Drawn with lines of one width, so that they are told apart at a glance. @type {Record<string, string[]>} */
const DRAWINGS = {
  practise: ["M4 40h40", "M9 34a3.5 3.5 0 1 0 .1 0", "M15 36h13l4-19 9-6", "M28 36h15"],
  check: ["M5 11h27v26H5z", "M32 20l11-6v20l-11-6z", "M14 24l4 4 7-8"],
  mine: ["M7 9h34v32H7z", "M7 18h34", "M15 5v8", "M33 5v8", "M15 30l5 5 12-11"],
  review: ["M11 7h26v34H11z", "M17 15h14", "M17 22h14", "M17 29h8", "M27 35l4 3 8-9"],
};
const TARGETS = { practise: "#/practise", check: "#/check", mine: "#/mine", review: "/review" };

/**
 * @param {HomeState} home
 * @returns {View}
 */
export function openDoors(home) {
  const doors = Object.entries(TARGETS).map(([name, href]) =>
    h(
      "a",
      { class: "door", href },
      drawing(name),
      h("span", {}, h("b", {}, t(`home.door.${name}`)), h("small", {}, t(`home.door.${name}_note`))),
    ),
  );
  const node = h(
    "div",
    { class: "narrow" },
    h("h1", { class: "visually-hidden" }, t("home.title")),
    home.sets.length + home.plan.length === 0 ? h("p", { class: "today" }, t("home.today_new")) : todayLine(home),
    questionCards(home.questions),
    h("nav", { class: "doors", "aria-label": t("home.title") }, ...doors),
    h("p", { class: "care" }, t("home.care")),
    kept(home),
  );
  return { node, title: "" };
}

/** @param {HomeState} home */
export function todayLine({ today }) {
  const words = today.goals.length ? today.goals.map(goalWords) : [t("home.today_free", { n: today.sets })];
  return h("p", { class: "today" }, h("b", {}, t("home.today")), ...words.map((word) => h("span", {}, word)));
}

/** @param {HomeState} home */
function kept({ folders }) {
  const row = (/** @type {keyof typeof folders} */ name) =>
    h("div", {}, h("dt", {}, t(`home.kept.${name}`)), h("dd", {}, h("code", {}, folders[name])));
  return h(
    "details",
    { class: "kept" },
    h("summary", {}, t("home.kept.title")),
    h("p", {}, t("home.kept.local")),
    h("dl", {}, row("record"), row("videos"), row("sessions")),
    h("p", {}, t("home.kept.erase")),
  );
}

/** @param {string} name */
function drawing(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("aria-hidden", "true");
  for (const line of DRAWINGS[name] ?? []) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}
