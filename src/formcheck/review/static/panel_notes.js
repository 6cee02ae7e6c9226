// @ts-check
/** Notes on the set, a repetition or a frame; key images for the report. */

import { itemPath } from "./api.js";
import { button, h } from "./dom.js";
import { clock } from "./words.js";

/** @import { Bench } from "./bench.js" */
/** @import { KeyImage, Note } from "./types.js" */

/** @param {Bench} bench */
export function notesTab(bench) {
  const { notes, key_images } = bench.state.review;
  return [
    h(
      "div",
      { class: "heading" },
      h("h2", {}, "Notes"),
      h(
        "div",
        { class: "buttons" },
        button("On this frame", () => bench.edits.addNote("frame"), {
          class: "small",
          title: "Note on this frame (N)",
        }),
        button(bench.ui.rep ? `On repetition ${bench.ui.rep}` : "On a repetition", () => bench.edits.addNote("rep"), {
          class: "small",
          disabled: !bench.rep,
          title: "Note on the chosen repetition",
        }),
        button("On the set", () => bench.edits.addNote("session"), { class: "small" }),
      ),
    ),
    notes.length
      ? h("ul", { class: "notes" }, ...notes.map((note) => noteRow(bench, note)))
      : h("p", { class: "soft" }, "None yet. They stand in the report, each with its place."),
    h(
      "div",
      { class: "heading" },
      h("h2", {}, "Key images"),
      button("Keep this frame", () => bench.edits.addImage(), {
        class: "small",
        title: "Keep this frame as an image (K)",
      }),
    ),
    key_images.length
      ? h("ul", { class: "images" }, ...key_images.map((image) => imageRow(bench, image)))
      : h("p", { class: "soft" }, "None yet. Kept frames stand in the report with the leg and its angles drawn."),
  ];
}

/**
 * @param {Bench} bench
 * @param {Note} note
 */
function noteRow(bench, note) {
  const text = h("textarea", {
    rows: 2,
    maxlength: 4000,
    "aria-label": `Note on ${place(note)}`,
    "data-key": `note-${note.id}`,
    placeholder: "Your note",
    value: note.text,
  });
  text.addEventListener("input", () =>
    bench.state.change(
      "the note",
      (draft) => {
        draft.notes = draft.notes.map((other) => (other.id === note.id ? { ...other, text: text.value } : other));
      },
      `note ${note.id}`,
    ),
  );
  const go = () =>
    note.rep !== null ? bench.chooseRep(note.rep) : note.t_s !== null && bench.player.showTime(note.t_s);
  const remove = () =>
    bench.state.change("removing a note", (draft) => {
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
 * @param {Bench} bench
 * @param {KeyImage} image
 */
function imageRow(bench, image) {
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
    bench.state.change(
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
    bench.state.change("removing a key image", (draft) => {
      draft.key_images = draft.key_images.filter((other) => other.id !== image.id);
    });
  const thumbnail =
    bench.item.video.url &&
    h("img", { src: `${itemPath(bench.item.id)}/frame?t=${image.t_s}&w=240`, alt: "", loading: "lazy" });
  return h(
    "li",
    {},
    button(
      `Show the frame at ${at}`,
      () => bench.player.showTime(image.t_s),
      { class: "link thumbnail" },
      thumbnail,
      at,
    ),
    caption,
    button("Remove this image", remove, { class: "quiet" }, "×"),
  );
}
