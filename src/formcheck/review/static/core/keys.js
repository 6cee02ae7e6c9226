// @ts-check
/** Keyboard shortcuts, and the dialog that lists them. */

import { button, h } from "./dom.js";

/**
 * @typedef {object} Shortcut
 * @property {string} key  as KeyboardEvent.key has it, lower case; "shift+" or "ctrl+" before it
 * @property {string} shown
 * @property {string} words
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
 * Obey the shortcuts until the returned function is called.
 * @param {Shortcut[]} shortcuts
 * @returns {() => void}
 */
export function listen(shortcuts) {
  const table = new Map(shortcuts.map((shortcut) => [shortcut.key, shortcut]));
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : null;
    const name = nameOf(event);
    if (target?.closest(TYPING)) {
      if (name === "escape" && target instanceof HTMLElement) target.blur();
      return;
    }
    // Space and Enter press the button that has the focus.
    if ((name === "space" || name === "enter") && target?.closest("button, a, summary, input:not([type=range])"))
      return;
    if (name.startsWith("arrow") && target?.closest("input[type=radio], input[type=range]")) return;
    const shortcut = table.get(name);
    if (!shortcut || (event.repeat && !shortcut.repeats)) return;
    event.preventDefault();
    shortcut.act();
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

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
        h("div", {}, h("dt", {}, ...one.shown.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, one.words)),
      );
  const dialog = h("dialog", { class: "key-help", "aria-labelledby": "key-help-title" });
  dialog.append(
    h(
      "header",
      {},
      h("h2", { id: "key-help-title" }, "Keys"),
      button("Close", () => dialog.close(), { autofocus: true }),
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
