// @ts-check
/** Findings one below the other, and overruling them. */

import { button, h, icon } from "../core/dom.js";
import { limitWords, observedWords, pill, ruleTitle, VERDICTS } from "../core/words.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Finding, Verdict } from "../core/types.js" */

const CHOICES = /** @type {Verdict[]} */ (["MET", "NOT_MET", "NOT_ASSESSABLE"]);
const RANK = /** @type {Verdict[]} */ (["NOT_MET", "BORDERLINE", "NOT_ASSESSABLE", "MET"]);

/**
 * @param {ClipView} view
 * @param {Finding[]} findings
 */
export function findingList(view, findings) {
  const ranked = [...findings].sort(
    (a, b) => Number(a.advisory) - Number(b.advisory) || RANK.indexOf(a.verdict) - RANK.indexOf(b.verdict),
  );
  if (!ranked.length) return h("p", { class: "soft" }, "Not judged.");
  return h("ul", { class: "findings" }, ...ranked.map((finding) => findingRow(view, finding)));
}

/**
 * @param {ClipView} view
 * @param {Finding} finding
 */
function findingRow(view, finding) {
  const key = `${finding.rep ?? "set"}:${finding.rule}`;
  const open = view.ui.open === key;
  const overrule =
    view.state.layer === "reviewed"
      ? view.state.review.overrules.find((one) => one.rule === finding.rule && one.rep === finding.rep)
      : undefined;
  const toggle = () => {
    if (!open) return view.openFinding(finding);
    view.ui.open = view.ui.overruling = "";
    view.refresh();
  };
  const numbers = finding.observed === null ? "" : `${observedWords(finding)}, wanted ${limitWords(finding)}`;
  const head = h(
    "button",
    {
      type: "button",
      class: "line",
      "aria-expanded": String(open),
      title: open ? "Close" : "Why, its moment in the clip, and overrule it",
      "data-key": `finding-${key}`,
      on: { click: toggle },
    },
    pill(finding.verdict),
    h("span", { class: "title" }, ruleTitle(finding.rule), finding.advisory && h("small", {}, " advisory")),
    overrule && h("span", { class: "tag own" }, "overruled"),
    h("span", { class: "numbers" }, numbers),
    h("span", { class: "hint-more", "aria-hidden": "true" }, open ? "close" : "overrule …"),
    icon(open ? "up" : "down"),
  );
  return h(
    "li",
    { class: `finding ${open ? "open" : ""}` },
    head,
    open &&
      h(
        "div",
        { class: "more" },
        h("p", {}, finding.text),
        view.ui.overruling === key
          ? overruleForm(view, finding, key)
          : h(
              "div",
              { class: "buttons" },
              button(
                overrule ? "Change …" : "Overrule …",
                () => {
                  view.ui.overruling = key;
                  view.refresh();
                  view.body.querySelector("textarea")?.focus();
                },
                { class: "small", "data-key": `overrule-${key}` },
              ),
              overrule &&
                button(
                  "Take the overruling back",
                  () =>
                    view.state.change("taking an overruling back", (draft) => {
                      draft.overrules = draft.overrules.filter(
                        (one) => one.rule !== finding.rule || one.rep !== finding.rep,
                      );
                    }),
                  { class: "small" },
                ),
            ),
      ),
  );
}

/**
 * @param {ClipView} view
 * @param {Finding} finding
 * @param {string} key
 */
function overruleForm(view, finding, key) {
  const before = view.state.review.overrules.find((one) => one.rule === finding.rule && one.rep === finding.rep);
  const first = before?.verdict ?? (finding.verdict === "MET" ? "NOT_MET" : "MET");
  const reason = h("textarea", {
    rows: 2,
    maxlength: 1000,
    required: true,
    "data-key": `reason-${key}`,
    "aria-label": "Reason, required",
    placeholder: "Why? (required; it stands in the report)",
    value: before?.reason ?? "",
  });
  const save = h("button", { type: "submit", class: "primary small", disabled: !before }, "Overrule");
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
      h("legend", {}, "Your verdict"),
      ...CHOICES.map((verdict) =>
        h(
          "label",
          {},
          h("input", { type: "radio", name: "verdict", value: verdict, checked: verdict === first }),
          pill(verdict),
        ),
      ),
    ),
    reason,
    h("div", { class: "buttons" }, save, button("Cancel", close, { class: "small" })),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const verdict = /** @type {Verdict} */ (new FormData(form).get("verdict"));
    if (!reason.value.trim()) return;
    view.ui.overruling = "";
    view.state.change(`overruling ‘${ruleTitle(finding.rule)}’ as ${VERDICTS[verdict].word.toLowerCase()}`, (draft) => {
      draft.overrules = [
        ...draft.overrules.filter((one) => one.rule !== finding.rule || one.rep !== finding.rep),
        { rule: finding.rule, rep: finding.rep, verdict, reason: reason.value.trim() },
      ];
    });
  });
  return form;
}
