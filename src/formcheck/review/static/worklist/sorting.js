// @ts-check
/** What the worklist is sorted by: the heads of its columns, or a choice where a narrow screen shows rows as cards. */

import { h, replaceContent, select } from "../core/dom.js";
import { COLLATOR, t } from "../core/text.js";
import { COLUMNS, columnHint, columnTitle, ordered } from "./columns.js";

/** @import { Entry } from "../core/types.js" */
/** @import { Column } from "./columns.js" */

/** Those whose largest values are wanted first. */
const DOWN_FIRST = ["date", "not_met", "undecided", "pain"];

export class Sorting {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.key = "date";
    this.down = true;
    this.head = h("thead", { role: "rowgroup" });
    this.choice = h("span", { class: "sort-choice" });
    this.refresh();
  }

  /**
   * @param {Entry} a
   * @param {Entry} b
   */
  compare(a, b) {
    const column = COLUMNS.find((one) => one.key === this.key) ?? COLUMNS[0];
    return ordered(column.of(a), column.of(b), this.down ? -1 : 1) || COLLATOR.compare(a.name, b.name);
  }

  refresh() {
    const compare = h("span", { class: "visually-hidden" }, t("review.worklist.compare_column"));
    const first = h("th", { scope: "col", role: "columnheader" }, compare);
    this.head.replaceChildren(h("tr", { role: "row" }, first, ...COLUMNS.map((column) => this.#title(column))));
    const choices = COLUMNS.flatMap((column) =>
      [false, true].map((down) => {
        const of = { column: columnTitle(column) };
        const words = down ? t("review.worklist.descending", of) : t("review.worklist.ascending", of);
        return /** @type {[string, string]} */ ([`${column.key} ${down}`, words]);
      }),
    );
    const choose = (/** @type {string} */ chosen) => {
      const [key, down] = chosen.split(" ");
      this.#by(key, down === "true");
    };
    const label = { "aria-label": t("review.worklist.sort"), "data-key": "sort" };
    replaceContent(this.choice, select(`${this.key} ${this.down}`, choices, choose, label));
  }

  /** @param {Column} column */
  #title(column) {
    const sorted = this.key === column.key;
    const click = () => {
      this.#by(column.key, sorted ? !this.down : DOWN_FIRST.includes(column.key));
      this.head.querySelector(`[data-key="${column.key}"]`)?.closest("button")?.focus();
    };
    return h(
      "th",
      {
        scope: "col",
        role: "columnheader",
        class: column.number ? "num" : "",
        "aria-sort": sorted ? (this.down ? "descending" : "ascending") : "none",
      },
      h(
        "button",
        { type: "button", class: "sort", title: columnHint(column), "data-key": column.key, on: { click } },
        columnTitle(column),
        h("span", { "aria-hidden": "true" }, sorted ? (this.down ? " ▾" : " ▴") : ""),
      ),
    );
  }

  /**
   * @param {string} key
   * @param {boolean} down
   */
  #by(key, down) {
    this.key = key;
    this.down = down;
    this.changed();
  }
}
