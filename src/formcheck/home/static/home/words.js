// @ts-check
/** What several parts of home say. */

import { dateWords, t } from "../core/text.js";

/** @import { Goal } from "./types.js" */

/** @param {string | null} side  "both" too */
export function legWords(side) {
  if (side === "both") return t("home.mine.plan_both");
  return side === "left" || side === "right" ? t(`side.${side}_leg`) : t("home.mine.leg_unknown");
}

/** @param {Goal} goal */
export function goalWords(goal) {
  const values = { done: goal.done, wanted: goal.wanted, leg: t(`record.with_${goal.side}`) };
  return t(goal.done >= goal.wanted ? "home.today_done" : "home.today_goal", values);
}

/**
 * About how long something still takes.
 * @param {number | null} left_s
 */
export function leftWords(left_s) {
  if (left_s === null) return t("home.check.left_unknown");
  if (left_s < 45) return t("home.check.left_seconds");
  return t("home.check.left_minutes", { n: Math.max(1, Math.round(left_s / 60)) });
}

/** @param {string} iso  to the minute */
export const whenWords = (iso) => dateWords(iso);
