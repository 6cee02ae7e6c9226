// @ts-check
/** Questions that live practice could not ask at the end of a set, one at a time. */

import { ApiError } from "../core/api.js";
import { announce, button, h, showError } from "../core/dom.js";
import { t } from "../core/text.js";
import { dropQuestions, putAnswers } from "./api.js";
import { card, option } from "./parts.js";
import { whenWords } from "./words.js";

/** @import { Asked, Question } from "./types.js" */
/** @typedef {(answer: number | string[] | null) => void} Answer  null: nothing is chosen (any more) */

const CHOICES = {
  places: ["buttock", "back_of_thigh", "calf", "foot", "front_of_thigh", "shin"].map((name) => [
    name.replaceAll("_", " "),
    `place.${name}`,
  ]),
  red_flags: ["saddle", "bladder_bowel", "weakness"].map((name) => [name, `flag.${name}`]),
};

/**
 * The questions of the newest set first; those of the next set follow when they are answered.
 * @param {Asked[]} asked
 */
export function questionCards(asked) {
  const node = h("div", { class: "asked" });
  const [first, ...rest] = asked;
  if (first) ask(node, first, 0, () => rest.length > 0 && node.append(questionCards(rest)));
  return node;
}

/**
 * @param {HTMLElement} node
 * @param {Asked} asked
 * @param {number} index
 * @param {() => void} finished
 */
function ask(node, asked, index, finished) {
  const question = asked.questions[index];
  if (question === undefined) return;
  /** @type {number | string[] | null} */
  let answer = null;
  const forward = button(t("home.questions.next"), () => void keep(), { class: "primary", disabled: true });
  const fields = fieldsOf(asked.set, question, (given) => {
    answer = given;
    forward.disabled = given === null;
  });
  const keep = () =>
    attempt(asked.set, async () => {
      // Until it is saved there is nothing to change: a second press must not answer the next question.
      forward.disabled = true;
      fields.disabled = true;
      const { advice } = await putAnswers(asked.set, { [question]: answer });
      if (index + 1 < asked.questions.length) {
        ask(node, asked, index + 1, finished);
        node.querySelector("input")?.focus();
      } else {
        thank(node, advice);
        finished();
      }
    });
  const later = () => {
    node.replaceChildren();
    finished();
  };
  const never = () =>
    attempt(asked.set, async () => {
      await dropQuestions(asked.set);
      later();
    });
  const number = t("home.questions.which", { number: index + 1, n: asked.questions.length });
  const buttons = [
    forward,
    button(t("home.questions.later"), later),
    button(t("home.questions.never"), () => void never(), { class: "quiet" }),
  ];
  node.replaceChildren(
    card(
      t("home.questions.title", { date: whenWords(asked.date) }),
      h("p", { class: "soft" }, number),
      fields,
      h("div", { class: "buttons" }, ...buttons),
    ),
  );
}

/**
 * @param {string} set
 * @param {() => Promise<void>} act
 */
async function attempt(set, act) {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showError(`answers ${set}`, error.message);
  }
}

/**
 * @param {HTMLElement} node
 * @param {string[]} advice
 */
function thank(node, advice) {
  const thanks = t("home.questions.thanks");
  const words = advice.map((one) => h("p", { class: "advice" }, one));
  node.replaceChildren(h("section", { class: "card" }, h("p", {}, thanks), ...words));
  announce([thanks, ...advice].join(" "));
}

/**
 * @param {string} set
 * @param {Question} question
 * @param {Answer} answer
 */
function fieldsOf(set, question, answer) {
  const name = `${set}-${question}`;
  return question === "places" || question === "red_flags"
    ? choices(name, question, answer)
    : scale(name, question, answer);
}

/**
 * @param {string} name
 * @param {"pain_before" | "pain_after"} question
 * @param {Answer} answer
 */
function scale(name, question, answer) {
  const steps = Array.from({ length: 11 }, (_, value) =>
    option("radio", name, String(value), String(value), false, () => answer(value)),
  );
  const ends = ["scale_low", "scale_high"].map((end) => h("span", {}, t(`home.questions.${end}`)));
  return h(
    "fieldset",
    { class: "scale" },
    h("legend", {}, t(`home.questions.${question}`)),
    h("div", {}, ...steps),
    h("p", { class: "ends" }, ...ends),
  );
}

/**
 * @param {string} name
 * @param {"places" | "red_flags"} question
 * @param {Answer} answer
 */
function choices(name, question, answer) {
  /** @type {Set<string>} */
  const chosen = new Set();
  const boxes = CHOICES[question].map(([value, key]) =>
    option("checkbox", name, value, t(key), false, (checked) => {
      if (checked) chosen.add(value);
      else chosen.delete(value);
      if (checked) uncheck(none);
      answer(chosen.size ? [...chosen] : null);
    }),
  );
  const none = option("checkbox", name, "", t("home.questions.nothing"), false, (checked) => {
    chosen.clear();
    boxes.forEach(uncheck);
    answer(checked ? [] : null);
  });
  return h("fieldset", { class: "choice" }, h("legend", {}, t(`home.questions.${question}`)), ...boxes, none);
}

/** @param {HTMLElement} box */
function uncheck(box) {
  const input = box.querySelector("input");
  if (input) input.checked = false;
}
