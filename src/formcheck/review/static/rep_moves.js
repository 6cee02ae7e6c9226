// @ts-check
/** Going from repetition to repetition. */

import { speak } from "./dom.js";
import { exemplar } from "./words.js";

/** @import { Bench } from "./bench.js" */

/**
 * @param {Bench} bench
 * @param {number} direction
 */
export function stepRep(bench, direction) {
  const { player, reps, ui } = bench;
  const next = ui.rep
    ? reps.find((rep) => rep.index === ui.rep + direction)
    : direction > 0
      ? reps.find((rep) => rep.end_s > player.time_s)
      : reps.findLast((rep) => rep.start_s < player.time_s);
  if (next) bench.chooseRep(next.index);
}

/**
 * @param {Bench} bench
 * @param {"first" | "last" | "best" | "worst"} which
 */
export function goTo(bench, which) {
  const { reps } = bench;
  if (which === "first" || which === "last") {
    const found = which === "first" ? reps[0] : reps.at(-1);
    if (found) bench.chooseRep(found.index);
    return;
  }
  const { rep, why } = exemplar(reps, which);
  if (rep) bench.chooseRep(rep.index);
  bench.ui.why = why;
  bench.refresh();
  speak(why);
}

/**
 * Play the chosen repetition over and over.
 * @param {Bench} bench
 */
export function toggleLoop(bench) {
  const { player, reps } = bench;
  if (player.loop) return player.setLoop(null);
  const rep = bench.rep ?? reps.find((one) => one.end_s > player.time_s) ?? reps[0];
  if (!rep) return;
  bench.chooseRep(rep.index);
  player.setLoop(rep);
  player.play();
}
