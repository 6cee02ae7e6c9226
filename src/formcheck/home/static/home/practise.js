// @ts-check
/** Practise: which leg, where the camera goes, image and sound, and the window of live practice. */

import { h, one } from "../core/dom.js";
import { t } from "../core/text.js";
import { cameraCard } from "./camera.js";
import { liveCard } from "./live.js";
import { card, choiceOf } from "./parts.js";
import { questionCards } from "./questions.js";
import { legWords } from "./words.js";

/** @import { HomeState, View } from "./types.js" */

/** @typedef {{side: string | null, protocol: string | null, camera: string | null}} Choice */

/**
 * @param {HomeState} home
 * @returns {View}
 */
export function openPractise(home) {
  /** @type {Choice} */
  const choice = { side: null, protocol: null, camera: null };
  const live = liveCard(home, choice);
  const node = h(
    "div",
    { class: "narrow" },
    questionCards(home.questions),
    numbered(1, legCard(home, choice)),
    numbered(2, placeCard()),
    numbered(3, cameraCard(home, choice)),
    numbered(4, live.node),
  );
  return { node, title: t("home.door.practise"), close: live.close };
}

/**
 * @param {number} number
 * @param {HTMLElement} step
 */
function numbered(number, step) {
  step.querySelector("h2")?.prepend(h("span", { class: "number" }, String(number)), " ");
  return step;
}

/**
 * What is planned for today comes first; a leg of which less is done before the other.
 * @param {HomeState} home
 * @param {Choice} choice
 */
function legCard(home, choice) {
  const planned = [...home.today.goals].sort((a, b) => a.done / a.wanted - b.done / b.wanted);
  /** @type {Map<string, {words: string, side: string | null, protocol: string | null}>} */
  const found = new Map();
  planned.forEach((goal, index) => {
    const words = t("home.practise.leg_plan", {
      ...goal,
      leg: legWords(goal.side),
      reps: t("home.reps", { n: goal.reps }),
    });
    found.set(`plan-${index}`, { words, side: goal.side, protocol: goal.protocol });
  });
  for (const side of ["left", "right"]) {
    if (!planned.some((goal) => goal.side === side))
      found.set(side, { words: t(`home.practise.leg_${side}`), side, protocol: null });
  }
  found.set("found", { words: t("home.practise.leg_found"), side: null, protocol: null });
  const choices = [...found].map(([key, { words }]) => /** @type {[string, string]} */ ([key, words]));
  const first = planned.length ? "plan-0" : "found";
  const choose = (/** @type {string} */ key) => {
    const { side, protocol } = found.get(key) ?? { side: null, protocol: null };
    Object.assign(choice, { side, protocol });
  };
  choose(first);
  const title = t("home.practise.leg_title");
  return card(title, choiceOf("leg", title, choices, first, choose));
}

function placeCard() {
  const drawing = /** @type {HTMLTemplateElement} */ (one("#camera-place")).content.cloneNode(true);
  const tips = ["place_1", "place_2", "place_3"].map((name) => h("li", {}, t(`home.practise.${name}`)));
  return card(t("home.practise.place_title"), drawing, h("ul", { class: "tips" }, ...tips));
}
