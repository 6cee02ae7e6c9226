// @ts-check
/** Keyboard shortcuts, and the dialog that lists them. */

import { button, h } from "./dom.js";
import { hasText, t } from "./text.js";

/**
 * @typedef {object} Shortcut
 * @property {string} key  as KeyboardEvent.key has it, lower case; "shift+" or "ctrl+" before it
 * @property {string} shown
 * @property {string} label
 * @property {string} group
 * @property {() => void} act
 * @property {boolean} [repeats]  may be held down
 */

/** Where letters and arrows belong to the control itself. */
const TYPING = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";

/** @param {KeyboardEvent} event */
function nameOf(event) {
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  const shift = event.shiftKey && (key.length > 1 || /[a-z]/.test(key)) ? "shift+" : "";
  return `${event.ctrlKey || event.metaKey ? "ctrl+" : ""}${event.altKey ? "alt+" : ""}${shift}${key}`;
}

/**
 * Whether a key belongs to the control that has the focus: Space and Enter press a button, arrows move a slider.
 * @param {HTMLElement} target
 * @param {string} name
 */
function isOwnKey(target, name) {
  if (target.closest(TYPING)) {
    if (name === "escape") target.blur();
    return true;
  }
  if (name === "space" || name === "enter")
    return target.closest("button, a, summary, input:not([type=range])") !== null;
  return name.startsWith("arrow") && target.closest("input[type=radio], input[type=range]") !== null;
}

/**
 * Obey the shortcuts until the returned function is called.
 * @param {Shortcut[]} shortcuts
 * @returns {() => void}
 */
export function listen(shortcuts) {
  const table = new Map(shortcuts.map((shortcut) => [shortcut.key, shortcut]));
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const name = nameOf(event);
    if (event.target instanceof HTMLElement && isOwnKey(event.target, name)) return;
    const shortcut = table.get(name);
    if (!shortcut || (event.repeat && !shortcut.repeats)) return;
    event.preventDefault();
    shortcut.act();
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

/**
 * Keys as they are called on the reader's keyboard.
 * @param {string} shown  such as "Ctrl Z"
 */
export function keyNames(shown) {
  const names = shown.split(" ");
  return names.map((name) => (hasText(`review.keys.name.${name}`) ? t(`review.keys.name.${name}`) : name));
}

/**
 * The button that lists the keys.
 * @param {Shortcut[]} shortcuts
 * @param {string} [pointing]
 */
export const keyHelpButton = (shortcuts, pointing) =>
  button(t("review.keys.button"), () => showKeyHelp(shortcuts, pointing), { class: "quiet", "aria-keyshortcuts": "?" });

/**
 * @param {Shortcut[]} shortcuts
 * @param {string} [pointing]  what else can be done, by mouse or finger
 */
export function showKeyHelp(shortcuts, pointing = "") {
  const groups = [...new Set(shortcuts.map((shortcut) => shortcut.group))];
  const rows = (/** @type {string} */ group) =>
    shortcuts
      .filter((one) => one.group === group && one.shown)
      .map((one) =>
        h("div", {}, h("dt", {}, ...keyNames(one.shown).map((name) => h("kbd", {}, name))), h("dd", {}, one.label)),
      );
  const dialog = h("dialog", { class: "key-help", "aria-labelledby": "key-help-title" });
  dialog.append(
    h(
      "header",
      {},
      h("h2", { id: "key-help-title" }, t("review.keys.title")),
      button(t("review.page.close"), () => dialog.close(), { autofocus: true }),
    ),
    h(
      "div",
      { class: "groups" },
      ...groups.map((group) => h("section", {}, h("h3", {}, group), h("dl", {}, ...rows(group)))),
    ),
  );
  if (pointing) dialog.append(h("p", { class: "soft" }, pointing));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}
