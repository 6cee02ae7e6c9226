// @ts-check
/** Side and protocol, the words for the patient, and the report. */

import { getBytes, getItems, itemPath } from "../core/api.js";
import { announce, button, field, h, select, showError } from "../core/dom.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @import { Side } from "../core/types.js" */

/** @param {ClipView} view */
export function finishTab(view) {
  const { state, server } = view;
  const { review } = state;
  const analysed = state.analysed.document;
  const type = (
    /** @type {"summary_note" | "reviewer" | "person"} */ name,
    /** @type {HTMLTextAreaElement | HTMLInputElement} */ node,
  ) => {
    node.addEventListener("input", () =>
      state.change(
        { reviewer: "the reviewer's name", person: "the person's code", summary_note: "the summary" }[name],
        (draft) => {
          draft[name] = node.value;
        },
        name,
      ),
    );
    return node;
  };
  const summary = type(
    "summary_note",
    h("textarea", {
      rows: 3,
      maxlength: 4000,
      "data-key": "summary",
      placeholder: "What went well, what to mend, what to do until next time",
      value: review.summary_note,
    }),
  );
  const reviewer = type(
    "reviewer",
    h("input", { type: "text", maxlength: 120, autocomplete: "off", "data-key": "reviewer", value: review.reviewer }),
  );
  const person = type(
    "person",
    h("input", {
      type: "text",
      maxlength: 60,
      autocomplete: "off",
      "data-key": "person",
      placeholder: "such as P017",
      value: review.person || (view.item.person ?? ""),
    }),
  );
  const done = h("input", { type: "checkbox", "data-key": "done", checked: review.done });
  done.addEventListener("change", () =>
    done.checked
      ? state.confirm()
      : state.change("marking it as a draft", (draft) => {
          draft.done = false;
        }),
  );
  return [
    h("h2", {}, "For the patient"),
    field("Summary, in words the patient can read", summary),
    h(
      "div",
      { class: "pair" },
      field("Person's code", person, { title: "It stands on every page of the report, and in the list" }),
      field("Reviewed by", reviewer),
      h("label", { class: "check" }, done, h("span", {}, "Review complete")),
    ),
    h(
      "p",
      { class: "soft" },
      review.done
        ? "If anything is changed from here on, it is a draft again until you confirm it."
        : "Until then the report is headed as a draft.",
    ),
    h("h2", {}, "Report"),
    reports(view),
    h("h2", {}, "Judge again"),
    h("p", { class: "soft" }, "From the saved joints, in a second. The analysis itself stays as it is."),
    h(
      "div",
      { class: "pair" },
      field(
        "Working leg",
        select(
          review.side ?? "",
          [
            ["", `As analysed (${analysed.side ?? "none found"})`],
            ["left", "Left"],
            ["right", "Right"],
          ],
          (side) =>
            state.change("the working leg", (draft) => {
              draft.side = side === "" ? null : /** @type {Side} */ (side);
            }),
          { "data-key": "side" },
        ),
      ),
      field(
        "Protocol",
        select(
          review.protocol ?? "",
          [
            ["", `As analysed (${analysed.protocol.name})`],
            ...server.protocols.map(({ id, name }) => /** @type {[string, string]} */ ([id, name])),
          ],
          (protocol) =>
            state.change("the protocol", (draft) => {
              draft.protocol = protocol === "" ? null : protocol;
            }),
          { "data-key": "protocol" },
        ),
      ),
    ),
    h(
      "div",
      { class: "buttons" },
      review.reps !== null &&
        button(
          "Repetitions as analysed",
          () =>
            state.change("going back to the analysed repetitions", (draft) => {
              draft.reps = null;
            }),
          { class: "small" },
        ),
      button("Forget this review …", () => forget(view), { class: "small" }),
      server.opened !== "clip" && button("Next to review ›", () => next(view), { class: "small" }),
    ),
  ];
}

/** @param {ClipView} view */
function reports(view) {
  const path = itemPath(view.item.id);
  const links = /** @type {[string, string, string][]} */ ([
    ["Open the report", "report.html?layer=reviewed", "primary"],
    ["PDF", "report.pdf?layer=reviewed", ""],
    ["Report as analysed", "report.html?layer=analysed", ""],
    ["Numbers as reviewed", "session.json?layer=reviewed", ""],
    ["Numbers as analysed", "session.json?layer=analysed", ""],
    ["The review itself", "review.json", ""],
  ]).filter(([, file]) => view.server.pdf || !file.startsWith("report.pdf"));
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
  return h(
    "div",
    { class: "buttons" },
    ...links.map(([words, file, kind]) =>
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
      ),
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
  link.textContent = "Making the PDF …";
  try {
    const blob = new Blob([await getBytes(address)], { type: "application/pdf" });
    const url = URL.createObjectURL(blob);
    h("a", { href: url, download: `${name.replace(/\.\w+$/, "")} review.pdf` }).click();
    URL.revokeObjectURL(url);
    announce("The PDF is made.");
  } catch (error) {
    showError("pdf", `The PDF could not be made: ${/** @type {Error} */ (error).message}`);
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
      showError("forget", `Not forgotten: ${/** @type {Error} */ (error).message}`);
    }
  };
  dialog.append(
    h("h2", { id: "forget-title" }, "Forget this review?"),
    h(
      "p",
      {},
      "Everything that was said about this clip is erased: overrules, measurements, notes, images, changed repetitions. The analysis stays. This cannot be undone.",
    ),
    h(
      "div",
      { class: "buttons" },
      button("Forget it", agreed, { class: "danger" }),
      button("Keep it", () => dialog.close(), { autofocus: true }),
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
  else announce("Everything here is reviewed.");
  if (!open.length) showError("next", "Everything here is reviewed.");
}
