// @ts-check
/** Notes on the set, a repetition or a frame; key images for the report. */

import { itemPath } from "../core/api.js";
import { button, h } from "../core/dom.js";
import { clock, t } from "../core/text.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { KeyImage, Note } from "../core/types.js" */

/** @param {ClipView} view */
export function notesTab(view) {
  const { notes, key_images } = view.state.review;
  return [
    h(
      "div",
      { class: "heading" },
      h("h2", {}, t("review.notes.title")),
      h(
        "div",
        { class: "buttons" },
        button(t("review.notes.on_frame"), () => view.edits.addNote("frame"), {
          class: "small",
          title: t("review.notes.on_frame_hint"),
        }),
        button(
          view.ui.rep ? t("review.notes.on_rep", { rep: view.ui.rep }) : t("review.notes.on_a_rep"),
          () => view.edits.addNote("rep"),
          {
            class: "small",
            disabled: !view.rep,
            title: t("review.notes.on_rep_hint"),
          },
        ),
        button(t("review.notes.on_set"), () => view.edits.addNote("session"), { class: "small" }),
      ),
    ),
    notes.length
      ? h("ul", { class: "notes" }, ...notes.map((note) => noteRow(view, note)))
      : h("p", { class: "soft" }, t("review.notes.none")),
    h(
      "div",
      { class: "heading" },
      h("h2", {}, t("review.notes.images")),
      button(t("review.notes.keep_frame"), () => view.edits.addImage(), {
        class: "small",
        title: t("review.notes.keep_frame_hint"),
      }),
    ),
    key_images.length
      ? h("ul", { class: "images" }, ...key_images.map((image) => imageRow(view, image)))
      : h("p", { class: "soft" }, t("review.notes.no_images")),
  ];
}

/**
 * @param {ClipView} view
 * @param {Note} note
 */
function noteRow(view, note) {
  const text = h("textarea", {
    rows: 2,
    maxlength: 4000,
    "aria-label": t("review.notes.label", { place: place(note) }),
    "data-key": `note-${note.id}`,
    placeholder: t("review.notes.text_hint"),
    value: note.text,
  });
  text.addEventListener("input", () =>
    view.state.change(
      t("review.change.note"),
      (draft) => {
        draft.notes = draft.notes.map((other) =>
          other.id === note.id ? { ...other, text: text.value, by: authors(note.by ?? "", view.state.rater) } : other,
        );
      },
      `note ${note.id}`,
    ),
  );
  const go = () => (note.rep !== null ? view.chooseRep(note.rep) : note.t_s !== null && view.player.showTime(note.t_s));
  const remove = () =>
    view.state.change(t("review.change.remove_note"), (draft) => {
      draft.notes = draft.notes.filter((other) => other.id !== note.id);
    });
  return h(
    "li",
    {},
    h(
      "div",
      { class: "heading" },
      note.scope === "session"
        ? h("span", { class: "soft" }, place(note))
        : button(t("review.notes.show", { place: place(note) }), go, { class: "link" }, place(note)),
      note.by && h("small", {}, note.by),
      button(t("review.notes.remove"), remove, { class: "quiet" }, "×"),
    ),
    text,
  );
}

/**
 * Who wrote a note that somebody writes on.
 * @param {string} by
 * @param {string} rater
 */
function authors(by, rater) {
  return [...new Set([...by.split(", "), rater])].filter(Boolean).join(", ");
}

/** @param {Note} note */
function place(note) {
  if (note.rep !== null) return t("review.notes.place_rep", { rep: note.rep });
  if (note.t_s === null) return t("review.notes.place_set");
  return t("review.notes.place_frame", { time: clock(note.t_s, 2) });
}

/**
 * @param {ClipView} view
 * @param {KeyImage} image
 */
function imageRow(view, image) {
  const at = clock(image.t_s, 2);
  const caption = h("input", {
    type: "text",
    maxlength: 400,
    "aria-label": t("review.notes.caption_of", { time: at }),
    "data-key": `caption-${image.id}`,
    placeholder: t("review.notes.caption"),
    value: image.caption,
  });
  caption.addEventListener("input", () =>
    view.state.change(
      t("review.change.caption"),
      (draft) => {
        draft.key_images = draft.key_images.map((other) =>
          other.id === image.id ? { ...other, caption: caption.value } : other,
        );
      },
      `caption ${image.id}`,
    ),
  );
  const remove = () =>
    view.state.change(t("review.change.remove_image"), (draft) => {
      draft.key_images = draft.key_images.filter((other) => other.id !== image.id);
    });
  const thumbnail =
    view.item.video.url &&
    h("img", { src: `${itemPath(view.item.id)}/frame?t=${image.t_s}&w=240`, alt: "", loading: "lazy" });
  return h(
    "li",
    {},
    button(
      t("review.notes.show_frame", { time: at }),
      () => view.player.showTime(image.t_s),
      { class: "link thumbnail" },
      thumbnail,
      at,
    ),
    caption,
    button(t("review.notes.remove_image"), remove, { class: "quiet" }, "×"),
  );
}
