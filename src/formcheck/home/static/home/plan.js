// @ts-check
/** The plan: seen, made, changed. */

import { ApiError } from "../core/api.js";
import { announce, button, field, h, select, showError } from "../core/dom.js";
import { dateWords, t } from "../core/text.js";
import { putPlan } from "./api.js";
import { card } from "./parts.js";
import { legWords } from "./words.js";

/** @import { HomeState, Plan } from "./types.js" */

const MOST_SETS = 24;
const MOST_REPS = 200;

/**
 * @param {HomeState} home
 * @param {(home: HomeState) => void} changed
 */
export function planCard(home, changed) {
  const node = card(t("home.mine.plan_title"));
  const heading = node.firstElementChild;
  const showPlan = () => {
    const lines = home.plan.map((plan) => h("li", {}, ...planWords(plan, home)));
    const plan = lines.length
      ? h("ul", { class: "rows plan" }, ...lines)
      : h("p", { class: "soft" }, t("home.mine.plan_none"));
    const words = t(home.plan.length ? "home.mine.plan_change" : "home.mine.plan_make");
    const change = button(words, showForm, home.plan.length ? {} : { class: "primary" });
    node.replaceChildren(...[heading, plan, change].filter((part) => part !== null));
  };
  const showForm = () => {
    const form = planForm(home, showPlan, (state) => {
      changed(state);
      announce(t("home.mine.plan_saved"));
    });
    node.replaceChildren(...[heading, form].filter((part) => part !== null));
    form.querySelector("select")?.focus();
  };
  showPlan();
  return node;
}

/**
 * @param {Plan} plan
 * @param {HomeState} home
 */
function planWords(plan, home) {
  const sets = t("home.sets", { n: plan.sets });
  const reps = t("home.reps", { n: plan.reps });
  const line = t("home.mine.plan_line", { leg: legWords(plan.side), sets, reps });
  const exercise = home.protocols.find((one) => one.id === plan.protocol)?.name ?? plan.protocol;
  const until = plan.ends_on ? t("home.mine.plan_until", { day: dateWords(plan.ends_on) }) : null;
  const rest = [exercise, until, plan.notes || null].filter((part) => part !== null);
  return [h("b", {}, line), ...rest.map((part) => h("span", { class: "soft" }, part))];
}

/**
 * @param {HomeState} home
 * @param {() => void} cancel
 * @param {(home: HomeState) => void} saved
 */
function planForm(home, cancel, saved) {
  const now = home.plan[0];
  const first = home.protocols[0];
  const wanted = { protocol: now?.protocol ?? first?.id ?? "", side: now?.side ?? "left" };
  const exercises = home.protocols.map(({ id, name }) => /** @type {[string, string]} */ ([id, name]));
  const legs = ["left", "right", "both"].map((side) => /** @type {[string, string]} */ ([side, legWords(side)]));
  const sets = numberInput(now?.sets ?? home.sets_per_day, MOST_SETS);
  const reps = numberInput(now?.reps ?? first?.reps ?? 20, MOST_REPS);
  const until = h("input", { type: "date", value: now?.ends_on ?? "" });
  const notes = h("textarea", { rows: 2, maxlength: 500, value: now?.notes ?? "" });
  const leg = select(wanted.side, legs, (side) => Object.assign(wanted, { side }));
  const exercise = select(wanted.protocol, exercises, (protocol) => Object.assign(wanted, { protocol }));
  const form = h(
    "form",
    { class: "plan-form" },
    field(t("home.mine.plan_leg"), leg),
    h("div", { class: "pair" }, field(t("home.mine.plan_sets"), sets), field(t("home.mine.plan_reps"), reps)),
    field(t("home.practise.exercise"), exercise),
    field(t("home.mine.plan_until_field"), until),
    field(t("home.mine.plan_notes"), notes),
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "submit", class: "primary" }, t("home.mine.plan_save")),
      button(t("home.mine.plan_cancel"), cancel),
    ),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const amount = { sets: Number(sets.value), reps: Number(reps.value) };
    try {
      saved(await putPlan({ ...wanted, ...amount, ends_on: until.value || null, notes: notes.value }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError("plan", error.message);
    }
  });
  return form;
}

/**
 * @param {number} value
 * @param {number} most
 */
const numberInput = (value, most) =>
  h("input", {
    type: "number",
    min: 1,
    max: most,
    step: 1,
    required: true,
    inputmode: "numeric",
    value: String(value),
  });
