// @ts-check
/** The window of live practice: started, watched, and then its report. */

import { ApiError } from "../core/api.js";
import { announce, button, h, showError } from "../core/dom.js";
import { t } from "../core/text.js";
import { endLive, getHome, getLive, startLive } from "./api.js";
import { card } from "./parts.js";
import { questionCards } from "./questions.js";

/** @import { HomeState, Live } from "./types.js" */
/** @import { Choice } from "./practise.js" */

const POLL_MS = 1000;

/** @param {Live} live */
const isOpen = ({ state }) => ["running", "ending", "asking", "telling"].includes(state);

/**
 * @param {HomeState} home
 * @param {Choice} choice
 */
export function liveCard(home, choice) {
  const body = h("div", { class: "live-state" });
  const node = card(t("home.practise.start_title"), body);
  // Of what is watched; one that was begun later takes its place.
  let round = 0;
  const attempt = async (/** @type {() => Promise<Live>} */ act) => {
    try {
      await watch(await act());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError("live", error.message);
    }
  };
  const start = async () => {
    round += 1;
    body.replaceChildren(h("p", { class: "big" }, t("home.practise.opening")));
    await attempt(() => startLive(choice));
    // Refused: what is open already is shown again.
    if (!body.querySelector("button, a")) await attempt(getLive);
  };
  const watch = async (/** @type {Live} */ first) => {
    round += 1;
    const mine = round;
    let live = first;
    show(live);
    while (isOpen(live)) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (mine !== round) return;
      const next = await getLive();
      if (mine !== round) return;
      if (next.state !== live.state) show(next);
      live = next;
    }
  };
  const show = (/** @type {Live} */ live) => {
    const parts = liveParts(
      live,
      () => void start(),
      () => void attempt(endLive),
    );
    body.replaceChildren(...parts);
    if (live.state === "done" && live.set) void addQuestions(body, live.set);
    if (live.state !== "idle") announce(parts[0]?.textContent ?? "");
  };
  if (isOpen(home.live)) void attempt(async () => home.live);
  else show({ state: "idle" });
  return {
    node,
    close: () => {
      round += 1;
    },
  };
}

/**
 * @param {Live} live
 * @param {() => void} start
 * @param {() => void} end
 * @returns {HTMLElement[]}
 */
function liveParts(live, start, end) {
  const again = button(t("home.practise.again"), start);
  const report = h("a", { class: "as-button primary", href: `#/set/${live.set}` }, t("home.practise.report"));
  switch (live.state) {
    case "running":
      return [h("p", { class: "big" }, t("home.practise.running")), button(t("home.practise.end"), end)];
    case "asking":
    case "telling":
      return [
        h("p", { class: "big" }, t(`home.practise.${live.state}`)),
        h("p", { class: "soft" }, t("home.practise.again_note")),
        h("div", { class: "buttons" }, report, again),
      ];
    case "ending":
      return [h("p", { class: "big" }, t("home.practise.ending"))];
    case "done":
      if (!live.set) return [h("p", { class: "big" }, t("home.practise.done_none")), again];
      return [h("p", { class: "big" }, t("home.practise.done")), h("div", { class: "buttons" }, report, again)];
    case "failed":
      return [
        h("p", { class: "big" }, t("home.practise.failed")),
        h("p", { class: "soft" }, live.error ? t("home.practise.failed_reason", { reason: live.error }) : ""),
        again,
      ];
    default:
      return [
        h("p", {}, t("home.practise.start_note")),
        button(t("home.practise.start"), start, { class: "primary big" }),
      ];
  }
}

/**
 * The questions of the set that has just ended.
 * @param {HTMLElement} body
 * @param {string} set
 */
async function addQuestions(body, set) {
  const { questions } = await getHome();
  body.append(questionCards(questions.filter((asked) => asked.set === set)));
}
