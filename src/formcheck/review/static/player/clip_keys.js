// @ts-check
/** The keys of the clip view, and going from repetition to repetition. */

import { announce } from "../core/dom.js";
import { showKeyHelp } from "../core/keys.js";
import { exemplar } from "../core/words.js";
import { TABS } from "../panels/panel.js";
import { POINTING } from "../panels/toolbar.js";

/** @import { ClipView } from "./clip_view.js" */
/** @import { Shortcut } from "../core/keys.js" */

const ZOOM = 1.5;
const PAN_PX = 60;

/**
 * @param {ClipView} view
 * @returns {Shortcut[]}
 */
export function clipKeys(view) {
  const { player, timeline, viewport } = view;
  /** @type {Shortcut[]} */
  const keys = [];
  const add = (/** @type {string} */ group, /** @type {[string, string, string, () => void][]} */ ...rows) => {
    for (const [key, shown, words, act] of rows)
      keys.push({ key, shown, words, group, act, repeats: /arrow|page|^[+-]$|[<>]/.test(key) });
  };
  const reset = () => {
    timeline.reset();
    viewport.reset();
  };
  add(
    "Play",
    ["space", "Space", "play or pause", () => player.toggle()],
    ["arrowleft", "←", "one frame back", () => player.step(-1)],
    ["arrowright", "→", "one frame on", () => player.step(1)],
    ["shift+arrowleft", "Shift ←", "one second back", () => player.showTime(player.time_s - 1)],
    ["shift+arrowright", "Shift →", "one second on", () => player.showTime(player.time_s + 1)],
    ["home", "Home", "start of the clip", () => player.show(0)],
    ["end", "End", "end of the clip", () => player.show(Infinity)],
    ["s", "S", "slower", () => player.faster(-1)],
    ["d", "D", "faster", () => player.faster(1)],
  );
  add(
    "Repetitions",
    ["arrowup", "↑", "repetition before", () => stepRep(view, -1)],
    ["arrowdown", "↓", "next repetition", () => stepRep(view, 1)],
    ["f", "F", "first", () => goTo(view, "first")],
    ["l", "L", "last", () => goTo(view, "last")],
    ["b", "B", "best: fewest findings not met", () => goTo(view, "best")],
    ["w", "W", "worst: most findings not met, and why", () => goTo(view, "worst")],
    ["e", "E", "end of the straightening", () => view.rep && player.showTime(view.rep.peak_s)],
    ["r", "R", "repeat it", () => toggleLoop(view)],
  );
  add(
    "Look",
    ["v", "V", "overlay on or off", () => view.toggleOverlay()],
    [
      "a",
      "A",
      "as analysed, as reviewed",
      () => view.state.show(view.state.layer === "analysed" ? "reviewed" : "analysed"),
    ],
    ["+", "+", "zoom the curves in", () => timeline.zoomBy(1 / ZOOM)],
    ["-", "−", "zoom the curves out", () => timeline.zoomBy(ZOOM)],
    ["pageup", "PageUp", "pan the curves back", () => timeline.panBy(-0.5)],
    ["pagedown", "PageDown", "pan the curves on", () => timeline.panBy(0.5)],
    ["z", "Z", "zoom the picture in", () => viewport.zoomBy(ZOOM)],
    ["shift+z", "Shift Z", "zoom the picture out", () => viewport.zoomBy(1 / ZOOM)],
    ["p", "P", "the person large, or the whole picture", () => viewport.toggleSubject()],
    ["alt+arrowleft", "Alt ←↑→↓", "pan the picture", () => viewport.panBy(PAN_PX, 0)],
    ["alt+arrowright", "", "", () => viewport.panBy(-PAN_PX, 0)],
    ["alt+arrowup", "", "", () => viewport.panBy(0, PAN_PX)],
    ["alt+arrowdown", "", "", () => viewport.panBy(0, -PAN_PX)],
    ["0", "0", "whole clip, whole picture", reset],
  );
  add(
    "Review",
    ["g", "G", "goniometer on this frame", () => view.goniometer.start()],
    ["n", "N", "note on this frame", () => view.edits.addNote("frame")],
    ["k", "K", "keep this frame as an image", () => view.edits.addImage()],
    ["i", "I", "add a repetition from here", () => view.edits.addRep()],
    ["x", "X", "split the repetition here", () => view.edits.splitRep()],
    ["ctrl+z", "Ctrl Z", "undo", () => view.undo()],
    ["ctrl+shift+z", "Ctrl Shift Z", "redo", () => view.state.redo()],
    ...TABS.map(
      ([tab, words], number) =>
        /** @type {[string, string, string, () => void]} */ ([
          String(number + 1),
          String(number + 1),
          words.toLowerCase(),
          () => view.openTab(tab),
        ]),
    ),
    ["escape", "Esc", "stop what was begun", () => view.goniometer.stop()],
    ["?", "?", "this sheet", () => showKeyHelp(keys, POINTING)],
  );
  return keys;
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
  const { rep, why } = exemplar(reps, which);
  if (rep) view.chooseRep(rep.index);
  view.ui.why = why;
  view.refresh();
  announce(why);
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
