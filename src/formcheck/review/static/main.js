// @ts-check
/** Which page is shown, by the address behind the #. */

import { getJson, Refused } from "./api.js";
import { openBench } from "./bench.js";
import { openCompare } from "./compare.js";
import { append, h, one, settle } from "./dom.js";
import { openWorklist } from "./worklist.js";

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
  if (kind === "item" && ids[0]) return openBench(ids[0], server);
  if (kind === "compare" && ids[1]) return openCompare(ids[0], ids[1]);
  if (!kind && server.single && server.opened !== "folder" && server.opened !== "store")
    return openBench(server.single, server);
  return openWorklist(server);
}

/** @param {ServerState} server */
async function show(server) {
  const mine = ++turn;
  page?.close();
  page = null;
  settle();
  const view = one("#view");
  try {
    const next = await pageFor(server);
    if (mine !== turn) return next.close();
    page = next;
    view.replaceChildren(next.node);
    one("#where").replaceChildren();
    append(one("#where"), next.heading);
    one("#tools").replaceChildren(...next.toolbar);
    document.title = `${one("#where").firstElementChild?.textContent ?? "Worklist"} – formcheck review`;
    view.focus({ preventScroll: true });
  } catch (error) {
    if (mine !== turn) return;
    if (!(error instanceof Refused)) throw error;
    view.replaceChildren(
      h(
        "div",
        { class: "waiting" },
        h("h1", {}, "This cannot be shown"),
        h("p", {}, error.message),
        h("p", {}, h("a", { href: "#/" }, "Back to the list")),
      ),
    );
  }
}

async function start() {
  try {
    const server = await getJson("/api/state");
    window.addEventListener("hashchange", (event) => {
      if (page?.stuck && !window.confirm("What you changed last could not be saved. Leave it?"))
        history.replaceState(null, "", event.oldURL);
      else void show(server);
    });
    await show(server);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    one("#view").replaceChildren(
      h(
        "div",
        { class: "waiting" },
        h("h1", {}, "formcheck review"),
        h(
          "p",
          {},
          error.status === 401 || error.status === 403
            ? "This page is open only to who started it: use the address that formcheck printed in its terminal."
            : error.message,
        ),
      ),
    );
  }
}

window.addEventListener("beforeunload", (event) => {
  if (page && !page.clean) event.preventDefault();
});

void start();
