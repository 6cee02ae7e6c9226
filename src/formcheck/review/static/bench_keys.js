// @ts-check
/** The keys of the bench. */

import { showSheet } from "./keys.js";
import { TABS } from "./panel.js";
import { goTo, stepRep, toggleLoop } from "./rep_moves.js";
import { POINTING } from "./toolbar.js";

/** @import { Bench } from "./bench.js" */
/** @import { Shortcut } from "./keys.js" */

const ZOOM = 1.5;
const PAN_PX = 60;

/**
 * @param {Bench} bench
 * @returns {Shortcut[]}
 */
export function benchKeys(bench) {
  const { player, timeline, picture } = bench;
  /** @type {Shortcut[]} */
  const keys = [];
  const add = (/** @type {string} */ group, /** @type {[string, string, string, () => void][]} */ ...rows) => {
    for (const [key, shown, words, act] of rows)
      keys.push({ key, shown, words, group, act, repeats: /arrow|page|^[+-]$|[<>]/.test(key) });
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
    ["arrowup", "↑", "repetition before", () => stepRep(bench, -1)],
    ["arrowdown", "↓", "next repetition", () => stepRep(bench, 1)],
    ["f", "F", "first", () => goTo(bench, "first")],
    ["l", "L", "last", () => goTo(bench, "last")],
    ["b", "B", "best: fewest findings not met", () => goTo(bench, "best")],
    ["w", "W", "worst: most findings not met, and why", () => goTo(bench, "worst")],
    ["e", "E", "end of the straightening", () => bench.rep && player.showTime(bench.rep.peak_s)],
    ["r", "R", "repeat it", () => toggleLoop(bench)],
  );
  add(
    "Look",
    ["v", "V", "overlay on or off", () => bench.toggleOverlay()],
    [
      "a",
      "A",
      "as analysed, as reviewed",
      () => bench.state.show(bench.state.layer === "analysed" ? "reviewed" : "analysed"),
    ],
    ["+", "+", "zoom the curves in", () => timeline.zoomBy(1 / ZOOM)],
    ["-", "−", "zoom the curves out", () => timeline.zoomBy(ZOOM)],
    ["pageup", "PageUp", "pan the curves back", () => timeline.panBy(-0.5)],
    ["pagedown", "PageDown", "pan the curves on", () => timeline.panBy(0.5)],
    ["z", "Z", "zoom the picture in", () => picture.zoomBy(ZOOM)],
    ["shift+z", "Shift Z", "zoom the picture out", () => picture.zoomBy(1 / ZOOM)],
    ["p", "P", "the person large, or the whole picture", () => picture.toggleSubject()],
    ["alt+arrowleft", "Alt ←↑→↓", "pan the picture", () => picture.panBy(PAN_PX, 0)],
    ["alt+arrowright", "", "", () => picture.panBy(-PAN_PX, 0)],
    ["alt+arrowup", "", "", () => picture.panBy(0, PAN_PX)],
    ["alt+arrowdown", "", "", () => picture.panBy(0, -PAN_PX)],
    ["0", "0", "whole clip, whole picture", () => (timeline.reset(), picture.reset())],
  );
  add(
    "Review",
    ["g", "G", "goniometer on this frame", () => bench.goniometer.start()],
    ["n", "N", "note on this frame", () => bench.edits.addNote("frame")],
    ["k", "K", "keep this frame as an image", () => bench.edits.addImage()],
    ["i", "I", "add a repetition from here", () => bench.edits.addRep()],
    ["x", "X", "split the repetition here", () => bench.edits.splitRep()],
    ["ctrl+z", "Ctrl Z", "undo", () => bench.undo()],
    ["ctrl+shift+z", "Ctrl Shift Z", "redo", () => bench.state.redo()],
    ...TABS.map(
      ([tab, words], number) =>
        /** @type {[string, string, string, () => void]} */ ([
          String(number + 1),
          String(number + 1),
          words.toLowerCase(),
          () => bench.openTab(tab),
        ]),
    ),
    ["escape", "Esc", "stop what was begun", () => bench.goniometer.stop()],
    ["?", "?", "this sheet", () => showSheet(keys, POINTING)],
  );
  return keys;
}
