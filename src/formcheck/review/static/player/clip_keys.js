// @ts-check
/** The keys of the clip view, and going from repetition to repetition. */

import { announce } from "../core/dom.js";
import { showKeyHelp } from "../core/keys.js";
import { t } from "../core/text.js";
import { TABS } from "../panels/panel.js";

/** @import { Rep, Session } from "../core/types.js" */
/** @import { ClipView } from "./clip_view.js" */
/** @import { Shortcut } from "../core/keys.js" */

const ZOOM = 1.5;
const PAN_PX = 60;

/** @typedef {[key: string, shown: string, label: string, act: () => void]} Row */

/**
 * @param {ClipView} view
 * @returns {Shortcut[]}
 */
export function clipKeys(view) {
  /** @type {[string, Row[]][]} */
  const groups = [
    [t("review.keys.group_play"), playKeys(view)],
    [t("review.keys.group_reps"), repKeys(view)],
    [t("review.keys.group_view"), viewKeys(view)],
    [t("review.keys.group_review"), reviewKeys(view)],
  ];
  return groups.flatMap(([group, rows]) =>
    rows.map(([key, shown, label, act]) => {
      return { key, shown, label, group, act, repeats: /arrow|page|^[+-]$|[<>]/.test(key) };
    }),
  );
}

/**
 * Moving in the clip.
 * @param {ClipView} view
 * @returns {Row[]}
 */
const playKeys = ({ player }) => [
  ["space", "Space", t("review.clip_keys.play"), () => player.toggle()],
  ["arrowleft", "←", t("review.clip_keys.frame_back"), () => player.step(-1)],
  ["arrowright", "→", t("review.clip_keys.frame_on"), () => player.step(1)],
  ["shift+arrowleft", "Shift ←", t("review.clip_keys.second_back"), () => player.showTime(player.time_s - 1)],
  ["shift+arrowright", "Shift →", t("review.clip_keys.second_on"), () => player.showTime(player.time_s + 1)],
  ["home", "Home", t("review.clip_keys.start"), () => player.show(0)],
  ["end", "End", t("review.clip_keys.end"), () => player.show(Infinity)],
  ["s", "S", t("review.keys.slower"), () => player.faster(-1)],
  ["d", "D", t("review.keys.faster"), () => player.faster(1)],
];

/**
 * Moving from repetition to repetition.
 * @param {ClipView} view
 * @returns {Row[]}
 */
const repKeys = (view) => [
  ["arrowup", "↑", t("review.keys.rep_before"), () => stepRep(view, -1)],
  ["arrowdown", "↓", t("review.keys.rep_next"), () => stepRep(view, 1)],
  ["f", "F", t("review.clip_keys.first"), () => goTo(view, "first")],
  ["l", "L", t("review.clip_keys.last"), () => goTo(view, "last")],
  ["b", "B", t("review.clip_keys.best"), () => goTo(view, "best")],
  ["w", "W", t("review.clip_keys.worst"), () => goTo(view, "worst")],
  ["e", "E", t("review.clip_keys.rep_end"), () => view.rep && view.player.showTime(view.rep.peak_s)],
  ["r", "R", t("review.clip_keys.loop"), () => toggleLoop(view)],
];

/**
 * What is shown, and how large.
 * @param {ClipView} view
 * @returns {Row[]}
 */
const viewKeys = (view) => [
  ["v", "V", t("review.clip_keys.overlay"), () => view.toggleOverlay()],
  [
    "a",
    "A",
    t("review.clip_keys.layer"),
    () => view.state.show(view.state.layer === "analysed" ? "reviewed" : "analysed"),
  ],
  ["+", "+", t("review.clip_keys.curves_in"), () => view.timeline.zoomBy(1 / ZOOM)],
  ["-", "−", t("review.clip_keys.curves_out"), () => view.timeline.zoomBy(ZOOM)],
  ["pageup", "PageUp", t("review.clip_keys.curves_back"), () => view.timeline.panBy(-0.5)],
  ["pagedown", "PageDown", t("review.clip_keys.curves_on"), () => view.timeline.panBy(0.5)],
  ["z", "Z", t("review.clip_keys.video_in"), () => view.viewport.zoomBy(ZOOM)],
  ["shift+z", "Shift Z", t("review.clip_keys.video_out"), () => view.viewport.zoomBy(1 / ZOOM)],
  ["p", "P", t("review.clip_keys.subject"), () => view.viewport.toggleSubject()],
  ["alt+arrowleft", "Alt ←↑→↓", t("review.clip_keys.pan"), () => view.viewport.panBy(PAN_PX, 0)],
  ["alt+arrowright", "", "", () => view.viewport.panBy(-PAN_PX, 0)],
  ["alt+arrowup", "", "", () => view.viewport.panBy(0, PAN_PX)],
  ["alt+arrowdown", "", "", () => view.viewport.panBy(0, -PAN_PX)],
  ["0", "0", t("review.clip_keys.reset"), () => resetZoom(view)],
];

/**
 * What the reviewer says.
 * @param {ClipView} view
 * @returns {Row[]}
 */
const reviewKeys = (view) => [
  ["g", "G", t("review.clip_keys.goniometer"), () => view.measure()],
  ["h", "H", t("review.clip_keys.line"), () => view.draw("line")],
  ["t", "T", t("review.clip_keys.words"), () => view.draw("text")],
  ["j", "J", t("review.clip_keys.follow"), () => view.draw("follow")],
  ["m", "M", t("review.clip_keys.magnifier"), () => view.toggleMagnifier()],
  ["n", "N", t("review.clip_keys.note"), () => view.edits.addNote("frame")],
  ["k", "K", t("review.clip_keys.image"), () => view.edits.addImage()],
  ["i", "I", t("review.clip_keys.add_rep"), () => view.edits.addRep()],
  ["x", "X", t("review.clip_keys.split_rep"), () => view.edits.splitRep()],
  ["ctrl+z", "Ctrl Z", t("review.clip_keys.undo"), () => view.undo()],
  ["ctrl+shift+z", "Ctrl Shift Z", t("review.clip_keys.redo"), () => view.state.redo()],
  ...TABS.map(
    ([tab, label], number) =>
      /** @type {[string, string, string, () => void]} */ ([
        String(number + 1),
        String(number + 1),
        label,
        () => view.openTab(tab),
      ]),
  ),
  ["escape", "Esc", t("review.clip_keys.escape"), () => view.stopPlacing()],
  ["?", "?", t("review.keys.this_help"), () => showKeyHelp(view.shortcuts, t("review.clip_keys.pointing"))],
];

/** @param {ClipView} view */
function resetZoom({ timeline, viewport }) {
  timeline.reset();
  viewport.reset();
}

/**
 * @param {ClipView} view
 * @param {number} direction
 */
export function stepRep(view, direction) {
  const { player, reps, ui } = view;
  const next = ui.rep
    ? reps.find((rep) => rep.index === ui.rep + direction)
    : direction > 0
      ? reps.find((rep) => rep.end_s > player.time_s)
      : reps.findLast((rep) => rep.start_s < player.time_s);
  if (next) view.chooseRep(next.index);
}

/**
 * @param {ClipView} view
 * @param {"first" | "last" | "best" | "worst"} which
 */
export function goTo(view, which) {
  const { reps } = view;
  if (which === "first" || which === "last") {
    const found = which === "first" ? reps[0] : reps.at(-1);
    if (found) view.chooseRep(found.index);
    return;
  }
  const rep = reps.find((one) => one.index === exemplar(view.state.session, which));
  if (rep) view.chooseRep(rep.index);
  view.ui.why = exemplarWords(reps, rep, which);
  view.refresh();
  announce(view.ui.why);
}

/**
 * Play the chosen repetition over and over.
 * @param {ClipView} view
 */
export function toggleLoop(view) {
  const { player, reps } = view;
  if (player.loop) return player.setLoop(null);
  const rep = view.rep ?? reps.find((one) => one.end_s > player.time_s) ?? reps[0];
  if (!rep) return;
  view.chooseRep(rep.index);
  player.setLoop(rep);
  player.play();
}

/**
 * The best or the worst repetition, as the server ranks them by their verdicts; null when there is none.
 * @param {Session} session
 * @param {"best" | "worst"} which
 */
function exemplar({ document }, which) {
  const { best, worst } = document.statistics;
  const alone = document.reps.filter((rep) => rep.complete).length === 1;
  if (alone || which === "best") return alone || worst !== null ? best : null;
  return worst;
}

/**
 * Why a repetition is the best or the worst.
 * @param {Rep[]} reps
 * @param {Rep | undefined} rep
 * @param {"best" | "worst"} which
 */
function exemplarWords(reps, rep, which) {
  const count = reps.filter((one) => one.complete).length;
  if (!count) return t("review.panel.none_judged");
  if (!rep) return t("review.panel.all_alike", { count });
  const values = { count, rep: rep.index, status: rep.status_words };
  return t(count === 1 ? "review.panel.only" : `review.panel.${which}`, values);
}
