// @ts-check
/** The goniometer's readings beside the tool's own. */

import { button, h, select } from "../core/dom.js";
import { clock, degrees, signed, withBand, Z_95 } from "../core/words.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Joint, Measurement } from "../core/types.js" */

/** @type {[Joint, string][]} */
const JOINTS = [
  ["knee", "Knee"],
  ["hip", "Hip"],
  ["other", "Other"],
];

/** @param {ClipView} view */
export function measureTab(view) {
  const { goniometer } = view.state.review;
  return [
    h(
      "p",
      {},
      "Measure on any frame yourself: three points, the middle one on the joint. Knee and hip are read as flexion (0° = straight).",
    ),
    h(
      "div",
      { class: "buttons" },
      ...JOINTS.map(([joint, words]) =>
        button(`Measure ${words.toLowerCase()}`, () => view.goniometer.start(joint), {
          class: joint === "knee" ? "primary" : "",
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
            ...["At", "Joint", "Yours", "formcheck", "Difference", ""].map((words) => h("th", { scope: "col" }, words)),
          ),
        ),
        h("tbody", {}, ...[...goniometer].sort((a, b) => a.t_s - b.t_s).map((one) => row(view, one))),
      ),
    goniometer.length > 0 &&
      h(
        "p",
        { class: "soft" },
        "On its frame the points can be dragged, or moved by Tab and the arrow keys. Difference: yours less formcheck's.",
      ),
  ];
}

/**
 * @param {ClipView} view
 * @param {Measurement} one
 */
function row(view, one) {
  const rejoint = (/** @type {string} */ joint) =>
    view.state.change("the goniometer's joint", (draft) => {
      draft.goniometer = draft.goniometer.map((other) =>
        other.id === one.id ? { ...other, joint: /** @type {Joint} */ (joint), angle_deg: null } : other,
      );
    });
  const remove = () =>
    view.state.change("removing a goniometer", (draft) => {
      draft.goniometer = draft.goniometer.filter((other) => other.id !== one.id);
    });
  const at = clock(one.t_s, 2);
  return h(
    "tr",
    { "data-measure": one.id },
    h(
      "th",
      { scope: "row" },
      button(
        `Show the frame at ${at}`,
        () => view.player.showTime(one.t_s),
        { class: "link", "data-key": `at-${one.id}` },
        at,
      ),
    ),
    h("td", {}, select(one.joint, JOINTS, rejoint, { "aria-label": "Joint", "data-key": `joint-${one.id}` })),
    h("td", { class: "yours" }, h("b", {}, one.angle_deg === null ? "…" : degrees(one.angle_deg))),
    h("td", { class: "of-tool" }, one.joint === "other" ? "–" : withBand(one.tool_deg, one.tool_se_deg)),
    h("td", { class: "of-tool" }, difference(one)),
    h("td", {}, button("Remove this measurement", remove, { class: "quiet" }, "×")),
  );
}

/** @param {Measurement} one */
function difference(one) {
  if (one.difference_deg === null) return "–";
  const inside = one.tool_se_deg !== null && Math.abs(one.difference_deg) <= Z_95 * one.tool_se_deg;
  return h(
    "span",
    {},
    h("b", {}, `${signed(one.difference_deg)}°`),
    h("small", {}, inside ? " within its error" : " beyond its error"),
  );
}
