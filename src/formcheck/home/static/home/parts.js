// @ts-check
/** Parts of which home's views are made. */

import { h } from "../core/dom.js";
import { t } from "../core/text.js";

/** @import { Child } from "../core/dom.js" */

/**
 * @param {string} title
 * @param {...Child} children
 */
export const card = (title, ...children) => h("section", { class: "card" }, h("h2", {}, title), ...children);

/**
 * One choice of several, each a large target.
 * @param {string} name
 * @param {string} legend
 * @param {[string, string][]} choices  value and words
 * @param {string} value
 * @param {(value: string) => void} choose
 */
export function choiceOf(name, legend, choices, value, choose) {
  return h(
    "fieldset",
    { class: "choice" },
    h("legend", { class: "visually-hidden" }, legend),
    ...choices.map(([key, words]) =>
      option("radio", name, key, words, key === value, (checked) => checked && choose(key)),
    ),
  );
}

/**
 * @param {"radio" | "checkbox"} type
 * @param {string} name
 * @param {string} value
 * @param {string} words
 * @param {boolean} checked
 * @param {(checked: boolean) => void} change
 */
export function option(type, name, value, words, checked, change) {
  const input = h("input", { type, name, value, checked });
  input.addEventListener("change", () => change(input.checked));
  return h("label", { class: "option" }, input, h("span", {}, words));
}

/**
 * A report or another page of its own within this one, as tall as it is, so that only one thing scrolls.
 * @param {string} url
 * @param {string} title
 */
export function framedPage(url, title) {
  const frame = h("iframe", { class: "framed", src: url, title });
  /** @type {ResizeObserver | null} */
  let observer = null;
  frame.addEventListener("load", () => {
    const inner = frame.contentDocument;
    if (!inner?.body) return;
    observer?.disconnect();
    const fit = () => {
      frame.height = String(Math.ceil(inner.body.getBoundingClientRect().height) + 8);
    };
    observer = new ResizeObserver(fit);
    observer.observe(inner.body);
    fit();
  });
  return h(
    "div",
    { class: "framing" },
    h("p", { class: "own-page" }, h("a", { href: url, target: "_blank", rel: "noopener" }, t("home.full_report"))),
    frame,
  );
}
