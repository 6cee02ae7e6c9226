// @ts-check
/** The reviewer's side of the clip view: what was found in one line, and the tabs. */

import { button, h, replaceContent, ringForKeyboardOnly } from "../core/dom.js";
import { t } from "../core/text.js";
import { drawingTab } from "./drawing_tab.js";
import { findingsTab } from "./findings.js";
import { finishTab } from "./finish.js";
import { measureTab } from "./measurements.js";
import { notesTab } from "./notes.js";

/** @import { ClipView } from "../player/clip_view.js" */
/** @typedef {"video" | "findings" | "measure" | "notes" | "finish"} Tab */

/** @type {[Tab, string][]} */
export const TABS = [
  ["findings", t("review.panel.findings")],
  ["measure", t("review.panel.measurements")],
  ["notes", t("review.panel.notes")],
  ["finish", t("review.panel.finish")],
];

/** On a narrow screen video and curves take turns with the others; elsewhere they stand beside them. */
const NARROW_TABS = /** @type {typeof TABS} */ ([["video", t("review.clip.image")], ...TABS]);

const FILLS = {
  video: () => [],
  findings: findingsTab,
  measure: (/** @type {ClipView} */ view) => [...measureTab(view), ...drawingTab(view)],
  notes: notesTab,
  finish: finishTab,
};

export class Panel {
  /** @param {ClipView} view */
  constructor(view) {
    this.view = view;
    this.head = h("div", { class: "panel-head" });
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": t("review.panel.title") });
    this.body = h("div", { class: "tab-body", role: "tabpanel", id: "tab-body", tabindex: 0 });
    this.node = h(
      "section",
      { class: "panel", "aria-label": t("review.panel.title") },
      this.head,
      this.tabs,
      this.body,
    );
    this.tabs.addEventListener("keydown", (event) => this.#step(event));
    ringForKeyboardOnly(this.body);
    this.narrow = matchMedia("(max-width: 40rem)");
    this.resized = () => view.refresh();
    this.narrow.addEventListener("change", this.resized);
    /** The tab that the body was filled with. @type {Tab | null} */
    this.filled = null;
    /** How far each tab was scrolled when it was left. @type {Partial<Record<Tab, number>>} */
    this.places = {};
  }

  close() {
    this.narrow.removeEventListener("change", this.resized);
  }

  /** The tabs that there are at this width. */
  get shownTabs() {
    return this.narrow.matches ? NARROW_TABS : TABS;
  }

  /** The tab that is shown: the video has none of its own where it is always there. */
  get chosen() {
    const { tab } = this.view.ui;
    return tab === "video" && !this.narrow.matches ? "findings" : tab;
  }

  refresh() {
    const { chosen } = this;
    this.view.node.dataset.tab = chosen;
    const tabs = this.shownTabs.map(([tab, words]) => {
      const props = { role: "tab", "aria-selected": tab === chosen, "aria-controls": "tab-body", "data-key": tab };
      return button(words, () => this.view.openTab(tab), { ...props, tabindex: tab === chosen ? 0 : -1 });
    });
    replaceContent(this.head, this.#headline());
    replaceContent(this.tabs, ...tabs);
    this.#selected?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const within = this.body.contains(document.activeElement);
    replaceContent(this.body, ...FILLS[chosen](this.view));
    const lost = within && !this.body.contains(document.activeElement);
    // What had the focus is gone: another tab was opened, or it was removed.
    if (lost) (this.filled === chosen ? this.body : this.#selected)?.focus({ preventScroll: true });
    this.filled = chosen;
  }

  /** @returns {HTMLElement | null} */
  get #selected() {
    return this.tabs.querySelector("[aria-selected=true]");
  }

  keepPlace() {
    this.places[this.view.ui.tab] = this.body.scrollTop;
  }

  findPlace() {
    this.body.scrollTop = this.places[this.view.ui.tab] ?? 0;
  }

  /** Bring the chosen repetition's row into view, what is open below it too if there is room. */
  reveal() {
    const rows = [...this.body.querySelectorAll("tr.selected")].reverse();
    for (const row of rows) row.scrollIntoView({ block: "nearest" });
  }

  #headline() {
    const { document } = this.view.state.session;
    const { met, not_met, rep_count, undecided } = document.statistics;
    const number = (/** @type {number | null} */ value, /** @type {string} */ words, kind = "", title = "") =>
      h("span", { class: `count ${value ? kind : ""}`, title: title || null }, h("b", {}, value ?? "?"), ` ${words}`);
    const line = h(
      "p",
      { class: "counts" },
      number(rep_count, t("review.panel.reps", { n: rep_count ?? 0 })),
      number(met, t("status.met"), "met"),
      number(not_met, t("status.not_met"), "not-met"),
      number(undecided, t("status.undecided"), "", t("review.panel.undecided_hint")),
      h("span", { class: "soft" }, document.leg_words),
    );
    const { why } = this.view.ui;
    return h("div", {}, h("h1", {}, document.summary.headline), line, why && h("p", { class: "why-rep" }, why));
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const tabs = this.shownTabs;
    const at = tabs.findIndex(([tab]) => tab === this.chosen);
    this.view.openTab(tabs[(at + way + tabs.length) % tabs.length][0]);
    this.#selected?.focus();
  }
}
