// @ts-check
/** The goniometer's readings beside the tool's own. */

import { button, field, h, select } from "../core/dom.js";
import { clock, decimalsFor, degrees, difference, signed, t, withBand, Z_95 } from "../core/text.js";

import { calibration } from "./calibration.js";
import { ReviewState } from "./review_state.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Joint, Measurement } from "../core/types.js" */

const JOINTS = /** @type {Joint[]} */ (["knee", "hip", "other"]);

/** @param {ClipView} view */
export function measureTab(view) {
  const { goniometer } = view.state.review;
  const several = new Set(goniometer.map((one) => one.rater ?? "")).size > 1;
  return [
    h("p", {}, t("review.measurements.help")),
    raterField(view),
    h(
      "div",
      { class: "buttons" },
      ...JOINTS.map((joint) =>
        button(t(`review.measurements.measure_${joint}`), () => view.measure(joint), {
          class: joint === view.goniometer.joint ? "primary" : "",
          "aria-pressed": view.goniometer.active && joint === view.goniometer.joint,
          "data-key": `measure-${joint}`,
        }),
      ),
    ),
    goniometer.length > 0 &&
      h(
        "table",
        { class: "measures" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...["at", "joint", "yours", "formcheck", "difference"].map((column) =>
              h("th", { scope: "col" }, t(`review.measurements.${column}`)),
            ),
            h("td"),
          ),
        ),
        h("tbody", {}, ...[...goniometer].sort((a, b) => a.t_s - b.t_s).map((one) => row(view, one, several))),
      ),
    ...view.state.agreement.map((sentence) => h("p", { class: "of-tool" }, sentence)),
    goniometer.length > 0 && h("p", { class: "soft" }, t("review.measurements.points_help")),
    calibration(view),
  ];
}

/**
 * A second rater works under a code of their own, and who signs stays.
 * @param {ClipView} view
 */
function raterField({ state }) {
  const line = { type: "text", autocomplete: "off", maxlength: 120, "data-key": "rater" };
  const input = h("input", { ...line, placeholder: state.review.reviewer, value: ReviewState.secondRater });
  input.addEventListener("input", () => {
    ReviewState.secondRater = input.value.trim();
  });
  const own = field(t("review.measurements.rater"), input, { title: t("review.measurements.rater_hint") });
  return h("div", { class: "pair" }, own);
}

/**
 * @param {ClipView} view
 * @param {Measurement} one
 * @param {boolean} several  there are several raters
 */
function row(view, one, several) {
  const rejoint = (/** @type {string} */ joint) =>
    view.state.change(t("review.change.goniometer_joint"), (draft) => {
      draft.goniometer = draft.goniometer.map((other) =>
        other.id === one.id ? { ...other, joint: /** @type {Joint} */ (joint), angle_deg: null } : other,
      );
    });
  const remove = () =>
    view.state.change(t("review.change.remove_goniometer"), (draft) => {
      draft.goniometer = draft.goniometer.filter((other) => other.id !== one.id);
    });
  const at = clock(one.t_s, 2);
  const decimals = decimalsOf(one);
  // Hidden while an angle is measured: a second rater must not see the first one's.
  const others = (one.rater ?? "") !== view.state.rater;
  const joints = JOINTS.map((joint) => /** @type {[string, string]} */ ([joint, t(`review.measurements.${joint}`)]));
  return h(
    "tr",
    { "data-measure": one.id },
    h(
      "th",
      { scope: "row" },
      button(
        t("review.measurements.show_frame", { time: at }),
        () => view.player.showTime(one.t_s),
        { class: "link", "data-key": `at-${one.id}` },
        at,
      ),
    ),
    h(
      "td",
      {},
      select(one.joint, joints, rejoint, {
        "aria-label": t("review.measurements.joint"),
        "data-key": `joint-${one.id}`,
      }),
    ),
    h(
      "td",
      { class: others ? "yours of-tool" : "yours" },
      h("b", {}, one.angle_deg === null ? "…" : degrees(one.angle_deg, decimals)),
      inPlane(one, decimals),
      several && h("small", {}, one.rater || "–"),
    ),
    h("td", { class: "of-tool" }, one.joint === "other" ? "–" : withBand(one.tool_deg, one.tool_se_deg, decimals)),
    h("td", { class: "of-tool" }, differenceWords(one, decimals)),
    h("td", {}, button(t("review.measurements.remove"), remove, { class: "quiet" }, "×")),
  );
}

/**
 * What an angle of an oblique image is in the plane of the leg, where that reads differently.
 * @param {Measurement} one
 * @param {number} decimals
 */
function inPlane({ angle_deg, plane_deg }, decimals) {
  if (angle_deg === null || plane_deg === null) return null;
  const [shown, angle] = [angle_deg, plane_deg].map((value) => degrees(value, decimals));
  return shown === angle ? null : h("small", { class: "of-tool" }, t("review.measurements.in_plane", { angle }));
}

/** @param {Measurement} one */
function decimalsOf({ plane_deg, tool_deg, tool_se_deg }) {
  if (plane_deg === null || tool_deg === null || tool_se_deg === null) return 0;
  return decimalsFor(tool_deg, plane_deg, Z_95 * tool_se_deg);
}

/**
 * @param {Measurement} one
 * @param {number} decimals
 */
function differenceWords({ plane_deg, tool_deg, tool_se_deg }, decimals) {
  if (plane_deg === null || tool_deg === null) return "–";
  const inside = tool_se_deg !== null && Math.abs(plane_deg - tool_deg) < Z_95 * tool_se_deg;
  return h(
    "span",
    {},
    h("b", {}, `${signed(difference(tool_deg, plane_deg, decimals), decimals)}°`),
    h("small", {}, ` ${t(inside ? "review.measurements.within" : "review.measurements.beyond")}`),
  );
}
