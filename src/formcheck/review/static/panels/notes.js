// @ts-check
/** Notes on the set, a repetition or a frame; key images for the report. */

import { itemPath } from "../core/api.js";
import { button, h } from "../core/dom.js";
import { clock } from "../core/words.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { KeyImage, Note } from "../core/types.js" */

/** @param {ClipView} view */
export function notesTab(view) {
  const { notes, key_images } = view.state.review;
  return [
    h(
      "div",
      { class: "heading" },
      h("h2", {}, "Notes"),
      h(
        "div",
        { class: "buttons" },
        button("On this frame", () => view.edits.addNote("frame"), {
          class: "small",
          title: "Note on this frame (N)",
        }),
        button(view.ui.rep ? `On repetition ${view.ui.rep}` : "On a repetition", () => view.edits.addNote("rep"), {
          class: "small",
          disabled: !view.rep,
          title: "Note on the chosen repetition",
        }),
        button("On the set", () => view.edits.addNote("session"), { class: "small" }),
      ),
    ),
    notes.length
      ? h("ul", { class: "notes" }, ...notes.map((note) => noteRow(view, note)))
      : h("p", { class: "soft" }, "None yet. They stand in the report, each with its place."),
    h(
      "div",
      { class: "heading" },
      h("h2", {}, "Key images"),
      button("Keep this frame", () => view.edits.addImage(), {
        class: "small",
        title: "Keep this frame as an image (K)",
      }),
    ),
    key_images.length
      ? h("ul", { class: "images" }, ...key_images.map((image) => imageRow(view, image)))
      : h("p", { class: "soft" }, "None yet. Kept frames stand in the report with the leg and its angles drawn."),
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
    "aria-label": `Note on ${place(note)}`,
    "data-key": `note-${note.id}`,
    placeholder: "Your note",
    value: note.text,
  });
  text.addEventListener("input", () =>
    view.state.change(
      "the note",
      (draft) => {
        draft.notes = draft.notes.map((other) => (other.id === note.id ? { ...other, text: text.value } : other));
      },
      `note ${note.id}`,
    ),
  );
  const go = () => (note.rep !== null ? view.chooseRep(note.rep) : note.t_s !== null && view.player.showTime(note.t_s));
  const remove = () =>
    view.state.change("removing a note", (draft) => {
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
        : button(`Show ${place(note)}`, go, { class: "link" }, place(note)),
      button("Remove this note", remove, { class: "quiet" }, "×"),
    ),
    text,
  );
}

/** @param {Note} note */
function place(note) {
  if (note.scope === "rep") return `repetition ${note.rep}`;
  return note.t_s === null ? "the set" : `the frame at ${clock(note.t_s, 2)}`;
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
    "aria-label": `Caption of the image at ${at}`,
    "data-key": `caption-${image.id}`,
    placeholder: "Caption",
    value: image.caption,
  });
  caption.addEventListener("input", () =>
    view.state.change(
      "the caption",
      (draft) => {
        draft.key_images = draft.key_images.map((other) =>
          other.id === image.id ? { ...other, caption: caption.value } : other,
        );
      },
      `caption ${image.id}`,
    ),
  );
  const remove = () =>
    view.state.change("removing a key image", (draft) => {
      draft.key_images = draft.key_images.filter((other) => other.id !== image.id);
    });
  const thumbnail =
    view.item.video.url &&
    h("img", { src: `${itemPath(view.item.id)}/frame?t=${image.t_s}&w=240`, alt: "", loading: "lazy" });
  return h(
    "li",
    {},
    button(
      `Show the frame at ${at}`,
      () => view.player.showTime(image.t_s),
      { class: "link thumbnail" },
      thumbnail,
      at,
    ),
    caption,
    button("Remove this image", remove, { class: "quiet" }, "×"),
  );
}
