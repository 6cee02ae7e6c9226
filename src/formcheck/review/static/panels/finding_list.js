// @ts-check
/** Findings one below the other, and overruling them. */

import { verdictBadge, verdictWord } from "../core/badges.js";
import { button, h, icon } from "../core/dom.js";
import { t } from "../core/text.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Finding, Overrule, Side, Verdict } from "../core/types.js" */

const CHOICES = /** @type {Verdict[]} */ (["MET", "NOT_MET", "NOT_ASSESSABLE"]);
const RANK = /** @type {Verdict[]} */ (["NOT_MET", "BORDERLINE", "NOT_ASSESSABLE", "MET", "INFORMATION"]);

/**
 * @param {ClipView} view
 * @param {Finding[]} findings
 */
export function findingList(view, findings) {
  const ranked = [...findings].sort(
    (a, b) => Number(a.advisory) - Number(b.advisory) || RANK.indexOf(a.verdict) - RANK.indexOf(b.verdict),
  );
  if (!ranked.length) return h("p", { class: "soft" }, t("review.findings.not_judged"));
  return h("ul", { class: "findings" }, ...ranked.map((finding) => findingRow(view, finding)));
}

/** @param {Finding} finding */
const keyOf = (finding) => `${finding.rep ?? "set"}:${finding.rule}`;

/**
 * What the reviewer said of a finding, if it is shown.
 * @param {ClipView} view
 * @param {Finding} finding
 */
const overruleOf = ({ state }, finding) =>
  state.layer === "reviewed"
    ? state.review.overrules.find((one) => isOf(one, finding, state.session.document.side))
    : undefined;

/**
 * Whether an overruling is of a finding of the leg that is judged.
 * @param {Overrule} one
 * @param {Finding} finding
 * @param {Side | null} side
 */
const isOf = (one, finding, side) =>
  one.rule === finding.rule && one.rep === finding.rep && (!one.side || one.side === side);

/**
 * @param {ClipView} view
 * @param {Finding} finding
 */
function findingRow(view, finding) {
  const open = view.ui.open === keyOf(finding);
  return h(
    "li",
    { class: `finding ${open ? "open" : ""}` },
    h("div", { class: "head" }, findingLine(view, finding, open), !open && overruleButton(view, finding, "link")),
    open &&
      h(
        "div",
        { class: "more" },
        h("p", {}, finding.text),
        view.ui.overruling === keyOf(finding) ? overruleForm(view, finding) : overruleButtons(view, finding),
      ),
  );
}

/**
 * @param {ClipView} view
 * @param {Finding} finding
 * @param {boolean} open
 */
function findingLine(view, finding, open) {
  const toggle = () => {
    if (!open) return view.openFinding(finding);
    view.ui.open = view.ui.overruling = "";
    view.refresh();
  };
  const numbers =
    finding.observed !== null &&
    t("review.finding.wanted", { observed: finding.observed_words, limit: finding.limit_words });
  return h(
    "button",
    {
      type: "button",
      class: "line",
      "aria-expanded": String(open),
      title: t(open ? "review.page.close" : "review.finding.open_hint"),
      "data-key": `finding-${keyOf(finding)}`,
      on: { click: toggle },
    },
    verdictBadge(finding.verdict),
    h("span", { class: "title" }, finding.title, finding.advisory && h("small", {}, ` ${t("finding.advisory")}`)),
    overruleOf(view, finding) && h("span", { class: "tag own" }, t("review.finding.overruled")),
    h("span", { class: "numbers" }, numbers),
    open && h("span", { class: "hint-more", "aria-hidden": "true" }, t("review.finding.close")),
    icon(open ? "up" : "down"),
  );
}

/**
 * Opens the form at once, also from a row that is closed.
 * @param {ClipView} view
 * @param {Finding} finding
 * @param {string} look
 */
function overruleButton(view, finding, look) {
  const begin = () => {
    view.ui.overruling = keyOf(finding);
    if (view.ui.open === keyOf(finding)) view.refresh();
    else view.openFinding(finding);
    view.body.querySelector("textarea")?.focus();
  };
  const words = t(overruleOf(view, finding) ? "review.finding.change" : "review.finding.overrule_open");
  const label = t("review.finding.overrule_of", { words, rule: finding.title });
  return button(label, begin, { class: look, "data-key": `overrule-${keyOf(finding)}` }, words);
}

/**
 * @param {ClipView} view
 * @param {Finding} finding
 */
function overruleButtons(view, finding) {
  const overrule = overruleOf(view, finding);
  const withdraw = () =>
    view.state.change(t("review.change.withdraw"), (draft) => {
      draft.overrules = draft.overrules.filter((one) => !isOf(one, finding, view.state.session.document.side));
    });
  return h(
    "div",
    { class: "buttons" },
    overruleButton(view, finding, "small"),
    overrule && button(t("review.finding.withdraw"), withdraw, { class: "small" }),
  );
}

/**
 * @param {ClipView} view
 * @param {Finding} finding
 */
function overruleForm(view, finding) {
  const before = overruleOf(view, finding);
  const first = before?.verdict ?? (finding.verdict === "MET" ? "NOT_MET" : "MET");
  const reason = h("textarea", {
    rows: 2,
    maxlength: 1000,
    required: true,
    "data-key": `reason-${keyOf(finding)}`,
    "aria-label": t("review.finding.reason"),
    placeholder: t("review.finding.reason_hint"),
    value: before?.reason ?? "",
  });
  const save = h("button", { type: "submit", class: "primary small", disabled: !before }, t("review.finding.overrule"));
  reason.addEventListener("input", () => (save.disabled = reason.value.trim() === ""));
  const close = () => {
    view.ui.overruling = "";
    view.refresh();
  };
  const form = h(
    "form",
    { class: "overrule" },
    h(
      "fieldset",
      { class: "choices" },
      h("legend", {}, t("review.finding.your_verdict")),
      ...CHOICES.map((verdict) =>
        h(
          "label",
          {},
          h("input", { type: "radio", name: "verdict", value: verdict, checked: verdict === first }),
          verdictBadge(verdict),
        ),
      ),
    ),
    reason,
    h("div", { class: "buttons" }, save, button(t("review.page.cancel"), close, { class: "small" })),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const verdict = /** @type {Verdict} */ (new FormData(form).get("verdict"));
    if (!reason.value.trim()) return;
    view.ui.overruling = "";
    view.state.change(t("review.change.overrule", { rule: finding.title, verdict: verdictWord(verdict) }), (draft) => {
      const { side } = view.state.session.document;
      draft.overrules = [
        ...draft.overrules.filter((one) => !isOf(one, finding, side)),
        { rule: finding.rule, rep: finding.rep, verdict, reason: reason.value.trim(), side },
      ];
    });
  });
  return form;
}
