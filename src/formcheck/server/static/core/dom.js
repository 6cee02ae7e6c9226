// @ts-check
/** Building the page. Text only ever enters it as text nodes, so a script in a name or a note stays text. */

import { t } from "./text.js";

/** @typedef {Node | string | number | null | undefined | false} Child */
/**
 * Attributes; `value`, `checked` and the like are set as properties. `on` holds listeners, each for its own kind of event.
 * @typedef {{[name: string]: unknown, on?: {[K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void}}} Props
 */

const PROPERTIES = new Set([
  "value",
  "checked",
  "disabled",
  "selected",
  "open",
  "hidden",
  "muted",
  "playsInline",
  "draggable",
  "indeterminate",
  "htmlFor",
]);
const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name === "on") listen(node, props.on);
    else if (PROPERTIES.has(name)) Object.assign(node, { [name]: value });
    else if (name.startsWith("aria-")) node.setAttribute(name, String(value));
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false) node.setAttribute(name, String(value));
  }
  append(node, children);
  return node;
}

/**
 * @param {HTMLElement} node
 * @param {Props["on"]} listeners
 */
function listen(node, listeners = {}) {
  for (const [type, listener] of Object.entries(listeners))
    node.addEventListener(type, /** @type {EventListener} */ (listener));
}

/**
 * @param {Element} node
 * @param {Child[]} children
 */
export function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
}

/**
 * @param {string} label
 * @param {(event: MouseEvent) => void} click
 * @param {Props} [props]
 * @param {...Child} children  shown instead of the label, which then is for screen readers
 * @returns {HTMLButtonElement}
 */
export function button(label, click, props = {}, ...children) {
  const named = children.length ? { "aria-label": label, title: label } : {};
  return h("button", { type: "button", ...named, ...props, on: { click } }, ...(children.length ? children : [label]));
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 * @param {Props} [props]
 */
export function field(label, control, props = {}) {
  return h("label", { class: "field", ...props }, h("span", {}, label), control);
}

/**
 * @param {string} value
 * @param {[string, string][]} choices  value and words
 * @param {(value: string) => void} choose
 * @param {Props} [props]
 */
export function select(value, choices, choose, props = {}) {
  const options = choices.map(([key, words]) => h("option", { value: key, selected: key === value }, words));
  const node = h("select", props, ...options);
  node.addEventListener("change", () => choose(node.value));
  return node;
}

/** @type {Record<string, string>} */
const ICONS = {
  met: "M3 8.5 6.5 12 13 4.5",
  "not-met": "M4 4l8 8M12 4l-8 8",
  borderline: "M2 6.2c2-2 4-2 6 0s4 2 6 0M2 11c2-2 4-2 6 0s4 2 6 0",
  unknown: "M5.2 5.4C5.4 3.6 6.5 2.8 8 2.8c1.7 0 2.9 1 2.9 2.5 0 2.3-2.9 2.3-2.9 4.5M8 12.6v.8",
  information: "M8 7.2v5.2M8 3.4v.8",
  play: "M5 3v10l8-5z",
  pause: "M5.5 3v10M10.5 3v10",
  down: "M3.5 6 8 10.5 12.5 6",
  up: "M3.5 10 8 5.5 12.5 10",
  back: "M10 3 5 8l5 5",
  forward: "M6 3l5 5-5 5",
  loop: "M12.5 6A5 5 0 1 0 13 9M13 2.5V6H9.5",
  angle: "M13 13H3l8-10M6.5 13a4 4 0 0 0-1.2-2.8",
  note: "M3 3h10v7l-3 3H3zM5.5 6h5M5.5 8.5h3",
  image: "M2.5 3.5h11v9h-11zM2.5 11l3.5-3 2.5 2 2-1.5 3 2.5",
  zoom: "M7 2.5a4.5 4.5 0 1 0 .1 0M10.3 10.3 14 14M5 7h4M7 5v4",
  flag: "M4 14V2.5h8.5l-2.5 3 2.5 3H4",
  leg: "M2 12h6l2-5.5 3.5-3M8 12a1.2 1.2 0 1 0 .1 0",
};

/**
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name] ?? "");
  svg.append(path);
  return svg;
}

/**
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function one(selector) {
  const node = document.querySelector(selector);
  if (!(node instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return node;
}

/**
 * Tell screen readers something that the eye sees elsewhere.
 * @param {string} text
 */
export function announce(text) {
  one("#announcement").textContent = text;
}

/**
 * Show a problem until it is closed or solved; a second one with the same key takes its place.
 * @param {string} key
 * @param {string} text
 * @param {...Node} actions
 */
export const showError = (key, text, ...actions) => show("alert", key, text, actions);

/**
 * The same for what is no problem, but must not be missed.
 * @param {string} key
 * @param {string} text
 * @param {...Node} actions
 */
export const showNotice = (key, text, ...actions) => show("alert notice", key, text, actions);

/**
 * @param {string} look
 * @param {string} key
 * @param {string} text
 * @param {Node[]} actions
 */
function show(look, key, text, actions) {
  dismiss(key);
  const close = button(t("review.page.close"), () => dismiss(key), {}, "×");
  one("#alerts").append(h("div", { class: look, "data-key": key }, h("p", {}, text), ...actions, close));
}

/**
 * A part that can be scrolled takes the focus when it is clicked; the ring is for who came there by keyboard.
 * @param {HTMLElement} node
 */
export function ringForKeyboardOnly(node) {
  node.addEventListener("pointerdown", () => node.classList.add("by-pointer"));
  node.addEventListener("blur", () => node.classList.remove("by-pointer"));
  return node;
}

/** @param {string} [key] */
export function dismiss(key) {
  for (const node of one("#alerts").querySelectorAll(".alert")) {
    if (key === undefined || node.getAttribute("data-key") === key) node.remove();
  }
}

const keyOf = (/** @type {Element} */ node) => node.getAttribute("data-key");

/**
 * Put new content into a node without losing the reader's place: focus, caret, scroll and what is unfolded stay as they were.
 * @param {HTMLElement} node
 * @param {...Child} children
 */
export function replaceContent(node, ...children) {
  const held = document.activeElement;
  const key = held instanceof HTMLElement && node.contains(held) ? held.dataset.key : undefined;
  const caret =
    held instanceof HTMLTextAreaElement || (held instanceof HTMLInputElement && held.type === "text")
      ? [held.selectionStart, held.selectionEnd]
      : null;
  const top = node.scrollTop;
  const unfolded = [...node.querySelectorAll("details[open] > summary[data-key]")].map(keyOf);
  node.replaceChildren();
  append(node, children);
  for (const summary of node.querySelectorAll("details > summary[data-key]"))
    if (unfolded.includes(keyOf(summary))) summary.parentElement?.setAttribute("open", "");
  node.scrollTop = top;
  if (key === undefined) return;
  const again = node.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!(again instanceof HTMLElement)) return;
  again.focus({ preventScroll: true });
  if (caret && (again instanceof HTMLTextAreaElement || again instanceof HTMLInputElement))
    again.setSelectionRange(caret[0], caret[1]);
}
