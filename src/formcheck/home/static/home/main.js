// @ts-check
/** Which part of home is shown, by the address behind the #. */

import { ApiError } from "../core/api.js";
import { button, dismiss, h, one, showError } from "../core/dom.js";
import { t } from "../core/text.js";
import { endHome, getHome } from "./api.js";
import { openCheck, openChoice } from "./check.js";
import { openDoors } from "./doors.js";
import { openMine, openSet } from "./mine.js";
import { openPractise } from "./practise.js";

/** @import { View } from "./types.js" */

/** @type {View | null} */
let view = null;
let turn = 0;

/** @returns {Promise<View>} */
async function viewFor() {
  const [kind, id] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (kind === "check" && id) return openCheck(id);
  if (kind === "set" && id) return openSet(id);
  const home = await getHome();
  if (kind === "practise") return openPractise(home);
  if (kind === "check") return openChoice();
  if (kind === "mine") return openMine(home);
  return openDoors(home);
}

async function show() {
  const mine = ++turn;
  view?.close?.();
  view = null;
  dismiss();
  try {
    const next = await viewFor();
    if (mine !== turn) return next.close?.();
    view = next;
    place(next.node, next.title, next.back);
  } catch (error) {
    if (mine !== turn) return;
    if (!(error instanceof ApiError)) throw error;
    const message = h("p", {}, error.status === 403 ? t("review.page.no_answer") : error.message);
    place(h("div", { class: "narrow" }, h("h1", {}, t("review.page.cannot_show")), message), "");
  }
}

/**
 * @param {HTMLElement} node
 * @param {string} title
 * @param {string} [back]
 */
function place(node, title, back = "#/") {
  const main = one("#view");
  main.replaceChildren(node);
  main.scrollTop = 0;
  const home = title === "";
  // A video that is checked has a heading of its own, with its name or what went wrong.
  one("#heading").replaceChildren(home ? "" : h(node.querySelector("h1") ? "b" : "h1", {}, title));
  one("#toolbar").replaceChildren(
    home
      ? button(t("home.end"), () => void end())
      : h("a", { class: "as-button back", href: back }, `← ${t("home.back")}`),
  );
  document.title = home ? t("home.title") : `${title} – ${t("home.title")}`;
  main.focus({ preventScroll: true });
}

async function end() {
  try {
    await endHome();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return showError("end", error.message);
  }
  turn += 1;
  view?.close?.();
  view = null;
  one("#view").replaceChildren(
    h("div", { class: "narrow" }, h("h1", {}, t("home.ended_title")), h("p", {}, t("home.ended"))),
  );
  one("#toolbar").replaceChildren();
}

window.addEventListener("hashchange", () => void show());
void show();
