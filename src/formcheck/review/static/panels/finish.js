// @ts-check
/** Side and protocol, the words for the patient, and the report. */

import { getBytes, getItems, itemPath } from "../core/api.js";
import { announce, button, field, h, select, showError, showNotice } from "../core/dom.js";

import { t } from "../core/text.js";
import { otherLeg } from "./findings.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Side } from "../core/types.js" */

const TEXT_CHANGES = {
  summary_note: "review.change.summary",
  reviewer: "review.change.reviewer",
  person: "review.change.person",
};

/** @param {ClipView} view */
export function finishTab(view) {
  const { review } = view.state;
  return [
    h("h2", {}, t("review.finish.patient")),
    ...patientFields(view),
    h("p", { class: "soft" }, t(review.done ? "review.finish.done_help" : "review.finish.draft_help")),
    h("h2", {}, t("review.finish.report")),
    reports(view),
    ...recordPart(view),
    h("h2", {}, t("review.finish.judge_again")),
    h("p", { class: "soft" }, t("review.finish.judge_help")),
    h("div", { class: "pair" }, sideField(view), protocolField(view)),
    otherLeg(view),
    speedField(view),
    h(
      "div",
      { class: "buttons" },
      review.reps !== null && button(t("review.finish.reps_analysed"), () => dropReps(view), { class: "small" }),
      button(t("review.finish.forget"), () => forget(view), { class: "small" }),
      ["folder", "store"].includes(view.server.opened) &&
        h(
          "a",
          {
            class: "as-button small",
            href: `#/compare/first/${encodeURIComponent(view.item.id)}`,
            "data-key": "compare",
          },
          t("review.compare.open"),
        ),
      view.server.opened !== "clip" && button(t("review.finish.next"), () => void next(view), { class: "small" }),
    ),
  ];
}

/**
 * Let what is typed into a field be part of the review.
 * @template {HTMLTextAreaElement | HTMLInputElement} T
 * @param {ClipView} view
 * @param {keyof typeof TEXT_CHANGES} name
 * @param {T} node
 */
function bound(view, name, node) {
  node.addEventListener("input", () =>
    view.state.change(
      t(TEXT_CHANGES[name]),
      (draft) => {
        draft[name] = node.value;
      },
      name,
    ),
  );
  return node;
}

/** @param {ClipView} view */
function patientFields(view) {
  const { review } = view.state;
  const line = { type: "text", autocomplete: "off" };
  const summary = h("textarea", {
    rows: 3,
    maxlength: 4000,
    "data-key": "summary",
    placeholder: t("review.finish.summary_hint"),
    value: review.summary_note,
  });
  const reviewer = h("input", { ...line, maxlength: 120, "data-key": "reviewer", value: review.reviewer });
  const person = h("input", {
    ...line,
    maxlength: 60,
    "data-key": "person",
    placeholder: t("review.finish.person_example"),
    value: review.person || (view.item.person ?? ""),
  });
  return [
    field(t("review.finish.summary"), bound(view, "summary_note", summary)),
    h(
      "div",
      { class: "pair" },
      field(t("review.finish.person"), bound(view, "person", person), { title: t("review.finish.person_hint") }),
      field(t("review.finish.reviewer"), bound(view, "reviewer", reviewer)),
      doneBox(view),
    ),
  ];
}

/**
 * A clip goes into the practice record; a session is there.
 * @param {ClipView} view
 */
function recordPart({ state, item, server }) {
  if (["store", "session"].includes(server.opened)) return [];
  const known = state.review.person || item.person;
  const keep = () =>
    state
      .keepInRecord()
      .then(({ person, session, ...kept }) => {
        const how = kept.new ? `done${kept.reviewed ? "_reviewed" : ""}` : "known";
        showNotice("record", t(`review.finish.record_${how}`, { person, session }));
      })
      .catch((error) => showError("record", error.message));
  return [
    h("h2", {}, t("review.finish.record_title")),
    h("p", { class: "soft" }, t(`review.finish.record_${known ? "hint" : "no_person"}`)),
    h("div", { class: "buttons" }, button(t("review.finish.record"), keep, { disabled: !known, "data-key": "record" })),
  ];
}

/** @param {ClipView} view */
function doneBox({ state }) {
  const box = h("input", { type: "checkbox", "data-key": "done", checked: state.review.done });
  box.addEventListener("change", () =>
    box.checked
      ? state.confirm()
      : state.change(t("review.change.draft"), (draft) => {
          draft.done = false;
        }),
  );
  return h("label", { class: "check" }, box, h("span", {}, t("review.finish.done")));
}

/** @param {ClipView} view */
function sideField({ state }) {
  const { side } = state.analysed.document;
  const value = t(side ? `side.${side}` : "review.finish.side_none");
  /** @type {[string, string][]} */
  const choices = [
    ["", t("review.finish.as_analysed", { value })],
    ["left", t("review.finish.side_left")],
    ["right", t("review.finish.side_right")],
  ];
  const choose = (/** @type {string} */ chosen) =>
    state.change(t("review.change.side"), (draft) => {
      draft.side = chosen === "" ? null : /** @type {Side} */ (chosen);
    });
  return field(t("review.finish.side"), select(state.review.side ?? "", choices, choose, { "data-key": "side" }));
}

/**
 * Slow motion whose file does not say so has to be analysed again, by its true times.
 * @param {ClipView} view
 */
function speedField(view) {
  if (!view.item.video.url || ["store", "session"].includes(view.server.opened)) return null;
  const { speed } = view.state.analysed.document.clip;
  const value = String(speed ?? "");
  const [min, max] = view.item.video.speeds;
  const input = h("input", { type: "number", min, max, step: "any", "data-key": "speed", value });
  const again = button(
    t("review.finish.speed_again"),
    () => void (input.reportValidity() && view.edits.analyseAtSpeed(input.valueAsNumber)),
    { class: "small", disabled: true, title: t("review.finish.speed_help") },
  );
  const look = () => {
    again.disabled = !input.value || input.valueAsNumber === speed || view.ui.job !== "";
  };
  input.addEventListener("input", look);
  return h(
    "div",
    {},
    h("div", { class: "pair" }, field(t("review.finish.speed"), input), again),
    h(
      "p",
      { class: "soft", role: "status" },
      view.ui.job ? t("review.findings.analysing", { state: view.ui.job }) : t("review.finish.speed_hint"),
    ),
  );
}

/** @param {ClipView} view */
function protocolField({ server, state }) {
  const { id: analysedId, name: analysedName } = state.analysed.document.protocol;
  const known = server.protocols.find(({ id }) => id === analysedId);
  const analysed = t("review.finish.as_analysed", { value: known?.name ?? analysedName });
  /** @type {[string, string][]} */
  const choices = [
    ["", analysed],
    ...server.protocols.map(({ id, name }) => /** @type {[string, string]} */ ([id, name])),
  ];
  const choose = (/** @type {string} */ chosen) =>
    state.change(t("review.change.protocol"), (draft) => {
      draft.protocol = chosen === "" ? null : chosen;
    });
  const control = select(state.review.protocol ?? "", choices, choose, { "data-key": "protocol" });
  return field(t("review.finish.protocol"), control);
}

/** @param {ClipView} view */
const dropReps = ({ state }) =>
  state.change(t("review.change.reps_analysed"), (draft) => {
    draft.reps = null;
  });

/**
 * What can be saved of a clip: words, file, and its kind of button.
 * @param {ClipView} view
 */
function savedFiles(view) {
  const { review } = view.state;
  const hasImages = review.key_images.length + review.goniometer.length + review.followed.length > 0;
  return /** @type {[string, string, string][]} */ ([
    ...(view.server.xlsx_by === null
      ? [
          [t("review.finish.workbook_reviewed"), "set.xlsx?layer=reviewed", ""],
          [t("review.finish.workbook_analysed"), "set.xlsx?layer=analysed", ""],
        ]
      : []),
    [t("review.finish.angles_reviewed"), "angles.csv?layer=reviewed", ""],
    [t("review.finish.angles_analysed"), "angles.csv?layer=analysed", ""],
    ...(hasImages ? [[t("review.finish.images"), "images.zip", ""]] : []),
    ...(view.item.has_annotated ? [[t("review.finish.annotated"), "annotated.mp4", ""]] : []),
    [t("review.finish.report_analysed"), "report.html?layer=analysed", ""],
    [t("review.finish.numbers_reviewed"), "session.json?layer=reviewed", ""],
    [t("review.finish.numbers_analysed"), "session.json?layer=analysed", ""],
    [t("review.finish.review_file"), "review.json", ""],
  ]);
}

/** @param {ClipView} view */
function reports(view) {
  const path = itemPath(view.item.id);
  const links = /** @type {[string, string, string][]} */ ([
    [t("review.finish.open_report"), "report.html?layer=reviewed", "primary"],
    [t("review.finish.pdf"), "report.pdf?layer=reviewed", ""],
  ]).filter(([, file]) => view.server.pdf || !file.startsWith("report.pdf"));
  const files = savedFiles(view);
  const open = async (/** @type {MouseEvent} */ event, /** @type {string} */ file) => {
    const printed = file.startsWith("report.pdf");
    if (view.clean && !printed) return;
    event.preventDefault();
    // What was said a moment ago belongs into the report too.
    await view.state.save();
    if (!view.clean) return;
    if (printed) await print(`${path}/${file}`, /** @type {HTMLElement} */ (event.target), view.item.name);
    else window.open(`${path}/${file}`, "_blank", "noopener");
  };
  const link = (/** @type {[string, string, string]} */ [words, file, kind]) =>
    h(
      "a",
      {
        class: `as-button ${kind}`,
        href: `${path}/${file}`,
        target: "_blank",
        rel: "noopener",
        "data-key": file,
        on: { click: (/** @type {MouseEvent} */ event) => void open(event, file) },
      },
      words,
    );
  const menu = h("summary", { class: "as-button", "data-key": "files" }, t("review.finish.files"));
  return h(
    "div",
    { class: "buttons" },
    ...links.map(link),
    h(
      "details",
      { class: "files" },
      menu,
      h("div", { class: "buttons" }, ...files.map(link)),
      view.server.xlsx_by !== null &&
        h("p", { class: "soft" }, t("review.finish.no_workbook", { command: view.server.xlsx_by })),
    ),
  );
}

/**
 * Printing takes seconds: say so, and hand the file over when it is there.
 * @param {string} address
 * @param {HTMLElement} link
 * @param {string} name
 */
async function print(address, link, name) {
  const words = link.textContent;
  link.textContent = t("review.finish.pdf_busy");
  try {
    const blob = new Blob([await getBytes(address)], { type: "application/pdf" });
    const url = URL.createObjectURL(blob);
    h("a", { href: url, download: t("review.finish.pdf_name", { name: name.replace(/\.\w+$/, "") }) }).click();
    URL.revokeObjectURL(url);
    announce(t("review.finish.pdf_done"));
  } catch (error) {
    showError("pdf", t("review.finish.pdf_failed", { reason: /** @type {Error} */ (error).message }));
  } finally {
    link.textContent = words;
  }
}

/** @param {ClipView} view */
function forget(view) {
  const dialog = h("dialog", { "aria-labelledby": "forget-title" });
  const agreed = async () => {
    try {
      await view.state.forget();
      dialog.close();
      window.dispatchEvent(new HashChangeEvent("hashchange"));
    } catch (error) {
      showError("forget", t("review.finish.forget_failed", { reason: /** @type {Error} */ (error).message }));
    }
  };
  dialog.append(
    h("h2", { id: "forget-title" }, t("review.finish.forget_title")),
    h("p", {}, t("review.finish.forget_help")),
    h(
      "div",
      { class: "buttons" },
      button(t("review.finish.forget_it"), agreed, { class: "danger" }),
      button(t("review.finish.forget_not"), () => dialog.close(), { autofocus: true }),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {ClipView} view */
async function next(view) {
  const { items } = await getItems();
  const open = items.filter((entry) => entry.state === "analysed" && !entry.reviewed && entry.id !== view.item.id);
  if (open.length) location.hash = `#/item/${encodeURIComponent(open[0].id)}`;
  else announce(t("review.finish.all_reviewed"));
  if (!open.length) showError("next", t("review.finish.all_reviewed"));
}
