// @ts-check
/** The reviewer's side of the bench: what was found in one line, and the tabs. */

import { button, h, noRingByPointer, refill } from "./dom.js";
import { findingsTab } from "./panel_findings.js";
import { finishTab } from "./panel_finish.js";
import { measureTab } from "./panel_measure.js";
import { notesTab } from "./panel_notes.js";
import { UNSURE, tally } from "./words.js";

/** @import { Bench } from "./bench.js" */
/** @typedef {"findings" | "measure" | "notes" | "finish"} Tab */

/** @type {[Tab, string][]} */
export const TABS = [
  ["findings", "Findings"],
  ["measure", "Goniometer"],
  ["notes", "Notes and images"],
  ["finish", "Finish"],
];

const FILLS = { findings: findingsTab, measure: measureTab, notes: notesTab, finish: finishTab };

export class Panel {
  /** @param {Bench} bench */
  constructor(bench) {
    this.bench = bench;
    this.head = h("div", { class: "panel-head" });
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Review" });
    this.body = h("div", { class: "tab-body", role: "tabpanel", id: "tab-body", tabindex: 0 });
    this.node = h("section", { class: "panel", "aria-label": "Review" }, this.head, this.tabs, this.body);
    this.tabs.addEventListener("keydown", (event) => this.#step(event));
    noRingByPointer(this.body);
    /** How far each tab was scrolled when it was left. @type {Partial<Record<Tab, number>>} */
    this.places = {};
  }

  refresh() {
    const { tab: chosen } = this.bench.ui;
    const tabs = TABS.map(([tab, words]) => {
      const props = { role: "tab", "aria-selected": tab === chosen, "aria-controls": "tab-body", "data-key": tab };
      return button(words, () => this.bench.openTab(tab), { ...props, tabindex: tab === chosen ? 0 : -1 });
    });
    refill(this.head, this.#headline());
    refill(this.tabs, ...tabs);
    refill(this.body, ...FILLS[chosen](this.bench));
  }

  keepPlace() {
    this.places[this.bench.ui.tab] = this.body.scrollTop;
  }

  findPlace() {
    this.body.scrollTop = this.places[this.bench.ui.tab] ?? 0;
  }

  /** Bring the chosen repetition's row into sight, what is open below it too if there is room. */
  reveal() {
    const rows = [...this.body.querySelectorAll("tr.selected")].reverse();
    for (const row of rows) row.scrollIntoView({ block: "nearest" });
  }

  #headline() {
    const { document } = this.bench.state.session;
    const { reps, correct, incorrect, unsure } = tally(document);
    const number = (/** @type {number | null} */ value, /** @type {string} */ words, kind = "", title = "") =>
      h("span", { class: `count ${value ? kind : ""}`, title: title || null }, h("b", {}, value ?? "?"), ` ${words}`);
    const counts = h(
      "p",
      { class: "counts" },
      number(reps, reps === 1 ? "repetition" : "repetitions"),
      number(correct, "met", "met"),
      number(incorrect, "not met", "not-met"),
      number(unsure, "unsure", "", UNSURE),
      h("span", { class: "soft" }, document.side ? `${document.side} leg` : "no working leg found"),
    );
    const { why } = this.bench.ui;
    return h("div", {}, h("h1", {}, document.summary.headline), counts, why && h("p", { class: "why-rep" }, why));
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const at = TABS.findIndex(([tab]) => tab === this.bench.ui.tab);
    this.bench.openTab(TABS[(at + way + TABS.length) % TABS.length][0]);
    /** @type {HTMLElement | null} */ (this.tabs.querySelector("[aria-selected=true]"))?.focus();
  }
}
