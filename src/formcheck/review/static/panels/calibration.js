// @ts-check
/** Calibrating by hand: for this clip, and for later ones of the person. */

import { announce, button, h, showError } from "../core/dom.js";
import { t } from "../core/text.js";

/** @import { ClipView } from "../player/clip_view.js" */

/**
 * Whether hip and knee are shifted by these measurements, and by how much.
 * @param {ClipView} view
 */
export function calibration(view) {
  const { state } = view;
  const use = (/** @type {boolean} */ calibrated) =>
    state.change(t(calibrated ? "review.change.calibrate" : "review.change.stop_calibrating"), (draft) => {
      draft.calibrated = calibrated;
    });
  // Without a mark there is only what was kept of earlier clips.
  if (!state.review.goniometer.some((one) => one.joint !== "other")) {
    const earlier = person(view);
    const known = state.kept !== null && state.kept.kept.length + state.kept.used.length > 0;
    return known && h("section", { class: "calibration" }, ...earlier);
  }
  if (!state.review.calibrated)
    return h(
      "section",
      { class: "calibration" },
      button(t("review.measurements.use"), () => use(true), { class: "primary", "data-key": "calibrate" }),
      h("p", { class: "soft" }, t("review.measurements.use_help")),
      ...person(view),
    );
  const found = state.reviewed.calibration;
  return h(
    "section",
    { class: "calibration" },
    found && h("p", {}, h("b", {}, t("review.measurements.used", { n: found.frames }))),
    found && h("dl", {}, ...found.changes.flatMap((one) => [h("dt", {}, one.what), h("dd", {}, one.reviewed)])),
    button(t("review.measurements.stop_using"), () => use(false), { "data-key": "calibrate" }),
    ...person(view),
  );
}

/**
 * What is kept of this leg for the person, for later clips.
 * @param {ClipView} view
 */
function person({ state }) {
  const { kept } = state;
  if (!kept) {
    state.loadKept().catch((error) => showError("kept", error.message));
    return [];
  }
  const act = (/** @type {Promise<void>} */ asked, /** @type {string} */ done) => {
    asked.then(() => announce(t(done))).catch((error) => showError("kept", error.message));
  };
  const use = (/** @type {string} */ text) =>
    state.change(t(text ? "review.change.use_kept" : "review.change.not_use_kept"), (draft) => {
      draft.kept = text;
      draft.calibrated = false;
    });
  // The marks of this very clip are its own, to be used above.
  const others = kept.kept.filter((one) => !one.own);
  return [
    h("h3", {}, t("review.kept.title")),
    ...kept.used.map((sentence) => h("p", {}, sentence)),
    kept.in_use &&
      h(
        "p",
        {},
        button(t("review.measurements.stop_using"), () => use(""), { "data-key": "drop-kept" }),
      ),
    kept.person
      ? button(t("review.kept.keep", { person: kept.person }), () => act(state.keepForPerson(), "review.kept.done"), {
          "data-key": "keep-calibration",
          disabled: !state.review.calibrated,
        })
      : h("p", {}, t("review.kept.no_person")),
    h("p", { class: "soft" }, t("review.kept.help")),
    others.length > 0 &&
      !kept.in_use &&
      !state.review.calibrated &&
      button(t("review.kept.use"), () => use(others.map((one) => one.text).join("\n")), {
        class: "small",
        "data-key": "use-kept",
      }),
    kept.kept.length > 0 &&
      h(
        "ul",
        { class: "kept" },
        ...kept.kept.map((one) =>
          h(
            "li",
            {},
            h("span", {}, one.words),
            button(
              t("review.kept.remove"),
              () => act(state.removeKept(one.number), "review.kept.removed"),
              { class: "quiet", "data-key": `remove-kept-${one.number}` },
              "×",
            ),
          ),
        ),
      ),
  ];
}
