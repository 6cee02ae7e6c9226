// @ts-check
/** Lines, words, a known length, and points that are followed: below the goniometer's readings. */

import { button, field, h } from "../core/dom.js";
import { clock, number, t } from "../core/text.js";
import { lengthWords, toHorizontalWords } from "../player/drawings.js";
import { legPoints } from "../player/geometry.js";

/** @import { Drawing, FollowedPoint, Point, Review, Scale } from "../core/types.js" */
/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Kind } from "../player/drawings.js" */

const KINDS = /** @type {Kind[]} */ (["line", "text", "scale", "follow"]);

/** @param {ClipView} view */
export function drawingTab(view) {
  const { drawings, followed } = view.state.review;
  const { scene } = view;
  return [
    h("h2", {}, t("review.draw.title")),
    h("p", {}, t("review.draw.help")),
    h(
      "div",
      { class: "buttons" },
      ...KINDS.map((kind) =>
        button(t(`review.draw.${kind}`), () => view.draw(kind), {
          "data-key": `draw-${kind}`,
          title: t(`review.draw.${kind}_hint`),
          disabled: kind === "follow" && !view.item.video.url,
        }),
      ),
      button(t("review.draw.magnifier"), () => view.toggleMagnifier(), {
        "aria-pressed": scene.magnifies,
        "data-key": "magnifier",
        disabled: !view.item.video.url,
      }),
    ),
    lengthForm(view),
    drawings.length + followed.length > 0 &&
      h(
        "ul",
        { class: "drawings" },
        ...[...drawings].sort((a, b) => a.t_s - b.t_s).map((one) => drawingRow(view, one)),
        ...followed.map((one) => followedRow(view, one)),
      ),
  ];
}

/**
 * How long the known length is.
 * @param {ClipView} view
 */
function lengthForm(view) {
  const { drawings, frame, track } = view.scene;
  const { scale } = view.state.review;
  const leg = track ? legPoints(track, frame, view.state.session.document.side) : [];
  const [, hip, knee] = leg;
  const thigh =
    hip &&
    knee &&
    button(t("review.draw.thigh"), () => drawings.offerLength([hip, knee]), {
      class: "small",
      title: t("review.draw.thigh_hint"),
      "data-key": "thigh",
    });
  if (!drawings.unmeasured)
    return h(
      "div",
      { class: "buttons known-length" },
      scale && h("span", {}, t("review.draw.known", { length: number(scale.length_cm, 1) })),
      scale &&
        button(
          t("review.draw.remove"),
          () => change(view, "remove_drawing", (draft) => (draft.scale = null)),
          {
            class: "quiet",
          },
          "×",
        ),
      thigh,
    );
  const input = h("input", { type: "number", min: 0.5, max: 1000, step: "any", required: true, "data-key": "length" });
  const form = h(
    "form",
    { class: "known-length buttons" },
    field(t("review.draw.length"), input),
    h("button", { type: "submit", class: "primary" }, t("review.draw.use")),
    button(t("review.page.cancel"), () => {
      drawings.unmeasured = null;
      view.refresh();
    }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.valueAsNumber > 0) drawings.setLength(input.valueAsNumber);
  });
  return form;
}

/**
 * @param {ClipView} view
 * @param {"remove_drawing" | "remove_followed" | "text" | "followed"} what
 * @param {(draft: Review) => void} edit
 * @param {string} [merge]
 */
const change = (view, what, edit, merge) => view.state.change(t(`review.change.${what}`), edit, merge);

/**
 * @param {ClipView} view
 * @param {Drawing} one
 */
function drawingRow(view, one) {
  const remove = () =>
    change(view, "remove_drawing", (draft) => {
      draft.drawings = draft.drawings.filter((other) => other.id !== one.id);
    });
  const words = h("input", {
    type: "text",
    maxlength: 200,
    "data-key": `words-${one.id}`,
    "aria-label": t("review.draw.words"),
    placeholder: t("review.draw.words"),
    value: one.text,
  });
  words.addEventListener("input", () =>
    change(
      view,
      "text",
      (draft) => {
        draft.drawings = draft.drawings.map((other) => (other.id === one.id ? { ...other, text: words.value } : other));
      },
      `words ${one.id}`,
    ),
  );
  return h(
    "li",
    { "data-drawing": one.id },
    frameLink(view, one.t_s, one.id),
    one.kind === "line" ? h("b", {}, lineLabel(one.points, view.state.review.scale)) : words,
    button(t("review.draw.remove"), remove, { class: "quiet" }, "×"),
  );
}

/**
 * @param {Point[]} points
 * @param {Scale | null} scale
 */
const lineLabel = (points, scale) =>
  t("review.draw.length_of", { length: lengthWords(points, scale), angle: toHorizontalWords(points) });

/**
 * @param {ClipView} view
 * @param {FollowedPoint} one
 */
function followedRow(view, one) {
  const { drawings } = view.scene;
  const [first, last] = [one.places[0]?.[0] ?? 0, one.places.at(-1)?.[0] ?? 0];
  const remove = () =>
    change(view, "remove_followed", (draft) => {
      draft.followed = draft.followed.filter((other) => other.id !== one.id);
    });
  const label = h("input", {
    type: "text",
    maxlength: 200,
    "data-key": `label-${one.id}`,
    "aria-label": t("review.draw.name"),
    placeholder: t("review.draw.name"),
    value: one.label,
  });
  label.addEventListener("input", () =>
    change(
      view,
      "followed",
      (draft) => {
        draft.followed = draft.followed.map((other) =>
          other.id === one.id ? { ...other, label: label.value } : other,
        );
      },
      `label ${one.id}`,
    ),
  );
  const way = one.places.map(([, x, y]) => /** @type {Point} */ ([x, y]));
  const busy = drawings.busy === one.id;
  return h(
    "li",
    { "data-drawing": one.id },
    frameLink(view, first, one.id),
    label,
    h(
      "span",
      { class: "soft way" },
      busy
        ? t("review.draw.following")
        : t("review.draw.way", { end: clock(last, 2), length: lengthWords(way, view.state.review.scale) }),
    ),
    one.places.length > 1 && view.pointCurves.nodeOf(one, view.state.review.scale),
    drawings.lost.has(one.id) && h("span", { class: "caution" }, t("review.draw.lost", { time: clock(last, 2) })),
    h(
      "div",
      { class: "buttons" },
      button(t("review.draw.to_end"), () => view.player.showTime(last), { class: "small" }),
      button(t("review.draw.on"), () => void drawings.followOn(one), { class: "small", disabled: busy }),
      button(t("review.draw.remove"), remove, { class: "quiet" }, "×"),
    ),
  );
}

/**
 * @param {ClipView} view
 * @param {number} t_s
 * @param {string} id
 */
function frameLink(view, t_s, id) {
  const at = clock(t_s, 2);
  const words = t("review.measurements.show_frame", { time: at });
  return button(words, () => view.player.showTime(t_s), { class: "link", "data-key": `at-${id}` }, at);
}
