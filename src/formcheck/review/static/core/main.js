// @ts-check
/** Which page is shown, by the address behind the #. */

import { openCompare } from "../compare/compare.js";
import { openClipView } from "../player/clip_view.js";
import { openWorklist } from "../worklist/worklist.js";
import { ApiError, getState } from "./api.js";
import { append, dismiss, h, one } from "./dom.js";
import { t } from "./text.js";

/** @import { ServerState } from "./types.js" */
/** @typedef {{node: HTMLElement, heading: import("./dom.js").Child[], toolbar: Node[], clean: boolean, stuck?: boolean, close: () => void}} Page */

/** @type {Page | null} */
let page = null;
let turn = 0;

/**
 * @param {ServerState} server
 * @returns {Promise<Page>}
 */
function pageFor(server) {
  const [kind, ...ids] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (kind === "item" && ids[0]) return openClipView(ids[0], server);
  if (kind === "compare" && ids[1]) return openCompare(ids[0], ids[1]);
  if (!kind && server.single && server.opened !== "folder" && server.opened !== "store")
    return openClipView(server.single, server);
  return openWorklist(server);
}

/** @param {ServerState} server */
async function show(server) {
  const mine = ++turn;
  page?.close();
  page = null;
  dismiss();
  const view = one("#view");
  try {
    const next = await pageFor(server);
    if (mine !== turn) return next.close();
    page = next;
    view.replaceChildren(next.node);
    one("#heading").replaceChildren();
    append(one("#heading"), next.heading);
    one("#toolbar").replaceChildren(...next.toolbar);
    document.title = `${one("#heading").firstElementChild?.textContent ?? ""} – ${t("review.page.title")}`;
    view.focus({ preventScroll: true });
  } catch (error) {
    if (mine !== turn) return;
    if (!(error instanceof ApiError)) throw error;
    view.replaceChildren(
      h(
        "div",
        { class: "waiting" },
        h("h1", {}, t("review.page.cannot_show")),
        h("p", {}, error.message),
        h("p", {}, h("a", { href: "#/" }, t("review.page.back"))),
      ),
    );
  }
}

async function start() {
  try {
    const server = await getState();
    window.addEventListener("hashchange", (event) => {
      if (page?.stuck && !window.confirm(t("review.page.leave_unsaved"))) history.replaceState(null, "", event.oldURL);
      else void show(server);
    });
    await show(server);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    one("#view").replaceChildren(
      h(
        "div",
        { class: "waiting" },
        h("h1", {}, t("review.page.title")),
        h("p", {}, error.status === 401 || error.status === 403 ? t("review.page.not_yours") : error.message),
      ),
    );
  }
}

window.addEventListener("beforeunload", (event) => {
  if (page && !page.clean) event.preventDefault();
});

void start();
