// @ts-check
/** What was opened, as a list: sort, filter, open, compare two, add clips. */

import { ApiError, getItems, itemPath, send } from "../core/api.js";
import { announce, button, h, select, showError } from "../core/dom.js";
import { listen, showKeyHelp } from "../core/keys.js";
import { COLLATOR, COLUMNS, FILTERS, nameCell, ordered, reviewCell, STATES } from "./columns.js";
import { Queue } from "./uploads.js";

/** @import { Entry, ServerState } from "../core/types.js" */
/** @import { Column } from "./columns.js" */
/** @import { Shortcut } from "../core/keys.js" */

class Worklist {
  /** @param {ServerState} server */
  constructor(server) {
    this.server = server;
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {Map<string, {row: HTMLTableRowElement, entry: Entry, text: string}>} */
    this.rows = new Map();
    this.sort = { key: "date", down: true };
    this.filter = { words: "", state: "" };
    /** @type {string[]} */
    this.chosen = [];
    this.clean = true;
    this.heading = [h("b", {}, server.opened === "store" ? "Practice record" : "Worklist")];
    this.search = h("input", {
      type: "search",
      placeholder: "Filter by name, person, protocol",
      "aria-label": "Filter",
      autocomplete: "off",
    });
    this.search.addEventListener("input", () => this.#filterBy({ words: this.search.value }));
    this.shown = h("span", { class: "soft", role: "status" });
    this.compare = button("Compare the two", () => this.openComparison(), { disabled: true });
    this.head = h("thead");
    this.body = h("tbody");
    this.hint = h("p", { class: "soft" });
    this.queue = server.can_upload ? new Queue(server, () => void this.load()) : null;
    this.node = h(
      "div",
      { class: "worklist" },
      h("h1", { class: "visually-hidden" }, "Worklist"),
      h(
        "div",
        { class: "bar" },
        this.search,
        select("", STATES, (state) => this.#filterBy({ state }), { "aria-label": "Show" }),
        this.shown,
        h("span", { class: "grow" }),
        this.compare,
        this.queue?.chooser,
      ),
      this.queue?.node,
      h(
        "div",
        { class: "scroller" },
        h(
          "table",
          { class: "list" },
          h("caption", { class: "visually-hidden" }, "Clips and sessions"),
          this.head,
          this.body,
        ),
        this.hint,
      ),
    );
    /** @type {Shortcut[]} */
    const keys = [
      { key: "/", shown: "/", words: "filter", group: "Worklist", act: () => this.search.focus() },
      {
        key: "arrowdown",
        shown: "↓",
        words: "next row",
        group: "Worklist",
        act: () => this.#stepRow(1),
        repeats: true,
      },
      {
        key: "arrowup",
        shown: "↑",
        words: "row before",
        group: "Worklist",
        act: () => this.#stepRow(-1),
        repeats: true,
      },
      { key: "enter", shown: "Enter", words: "open", group: "Worklist", act: () => {} },
      {
        key: "c",
        shown: "C",
        words: "choose the row for comparing",
        group: "Worklist",
        act: () => this.#chooseFocused(),
      },
      { key: "?", shown: "?", words: "this sheet", group: "Worklist", act: () => showKeyHelp(keys) },
    ];
    this.toolbar = [button("Keys (?)", () => showKeyHelp(keys), { class: "quiet", "aria-keyshortcuts": "?" })];
    this.unlisten = listen(keys);
    this.#fillHead();
  }

  close() {
    this.unlisten();
    this.queue?.close();
  }

  async load() {
    const { items } = await getItems();
    this.entries = items;
    const kept = new Map(this.rows);
    this.rows.clear();
    for (const entry of this.entries) {
      const before = kept.get(entry.id);
      const same = before && JSON.stringify(before.entry) === JSON.stringify(entry);
      this.rows.set(
        entry.id,
        same
          ? before
          : {
              row: this.#row(entry),
              entry,
              text: [entry.name, entry.person, entry.protocol, entry.side, entry.date].join(" ").toLowerCase(),
            },
      );
    }
    this.#arrange();
  }

  /** @param {Partial<{words: string, state: string}>} change */
  #filterBy(change) {
    Object.assign(this.filter, change);
    this.#arrange();
  }

  #arrange() {
    const words = this.filter.words.toLowerCase().split(/\s+/).filter(Boolean);
    const keeps = FILTERS[this.filter.state];
    const column = COLUMNS.find((one) => one.key === this.sort.key) ?? COLUMNS[0];
    const sign = this.sort.down ? -1 : 1;
    const shown = [...this.rows.values()].filter(
      ({ entry, text }) => keeps(entry) && words.every((word) => text.includes(word)),
    );
    shown.sort(
      (a, b) => ordered(column.of(a.entry), column.of(b.entry), sign) || COLLATOR.compare(a.entry.name, b.entry.name),
    );
    this.body.replaceChildren(...shown.map(({ row }) => row));
    this.shown.textContent =
      shown.length === this.rows.size ? `${shown.length}` : `${shown.length} of ${this.rows.size}`;
    this.hint.textContent = this.#advice(shown.length);
    this.#fillHead();
  }

  /** @param {number} shown */
  #advice(shown) {
    const drop = this.queue ? "Drop clips anywhere on this page to analyse them." : "";
    if (shown)
      return `${drop} Tick two to compare them. Met, not met and unsure count repetitions; unsure: nothing is not met, but a check is borderline or could not be told. Measured: the share of the frames in which hip and knee could be measured; ‘with care’ and ‘cannot tell’: rest the pointer on it, or open the clip, for why.`;
    if (this.rows.size) return "Nothing here fits the filter.";
    return this.queue
      ? `Nothing here yet. ${drop}`
      : "Nothing is kept yet: ‘formcheck analyze CLIP --save’ keeps a set.";
  }

  #fillHead() {
    const by = (/** @type {Column} */ column) => {
      this.sort = {
        key: column.key,
        down:
          this.sort.key === column.key ? !this.sort.down : ["date", "not_met", "undecided", "pain"].includes(column.key),
      };
      this.#arrange();
      this.head.querySelector(`[data-key="${column.key}"]`)?.closest("button")?.focus();
    };
    const cells = COLUMNS.map((column) => {
      const sorted = this.sort.key === column.key;
      return h(
        "th",
        {
          scope: "col",
          class: column.number ? "num" : "",
          "aria-sort": sorted ? (this.sort.down ? "descending" : "ascending") : "none",
        },
        h(
          "button",
          {
            type: "button",
            class: "sort",
            title: column.title,
            "data-key": column.key,
            on: { click: () => by(column) },
          },
          column.words,
          h("span", { "aria-hidden": "true" }, sorted ? (this.sort.down ? " ▾" : " ▴") : ""),
        ),
      );
    });
    this.head.replaceChildren(
      h("tr", {}, h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Compare")), ...cells),
    );
  }

  /** @param {Entry} entry */
  #row(entry) {
    const box = h("input", {
      type: "checkbox",
      "aria-label": `Choose ${entry.name} for comparing`,
      checked: this.chosen.includes(entry.id),
      disabled: entry.state !== "analysed",
    });
    box.addEventListener("change", () => this.#choose(entry.id, box.checked));
    const row = h("tr", { "data-id": entry.id }, h("td", {}, box));
    row.addEventListener("click", (event) => {
      if (event.target instanceof Element && !event.target.closest("a, button, input")) row.querySelector("a")?.click();
    });
    for (const column of COLUMNS) {
      const content =
        column.key === "name"
          ? nameCell(entry)
          : column.key === "reviewed"
            ? reviewCell(entry, () => void this.#analyse(entry))
            : column.cell?.(entry);
      row.append(
        h(
          column.key === "name" ? "th" : "td",
          { class: column.number ? "num" : "", scope: column.key === "name" ? "row" : null },
          content,
        ),
      );
    }
    return row;
  }

  /** @param {Entry} entry */
  async #analyse(entry) {
    try {
      await send("POST", `${itemPath(entry.id)}/analyse`);
      this.queue?.watch();
      await this.load();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError("analyse", error.message);
    }
  }

  /**
   * @param {string} id
   * @param {boolean} yes
   */
  #choose(id, yes) {
    const before = this.chosen;
    // A third takes the place of the one chosen first.
    this.chosen = yes ? [...before.filter((one) => one !== id), id].slice(-2) : before.filter((one) => one !== id);
    for (const dropped of before) {
      const box = this.rows.get(dropped)?.row.querySelector("input");
      if (box) box.checked = this.chosen.includes(dropped);
    }
    this.compare.disabled = this.chosen.length < 2;
    announce(`${this.chosen.length} of 2 chosen for comparing`);
  }

  #chooseFocused() {
    const box = document.activeElement?.closest("tr")?.querySelector("input");
    if (box && !box.disabled) box.click();
  }

  /** @param {number} direction */
  #stepRow(direction) {
    const links = [...this.body.querySelectorAll("a.open")];
    const at = links.findIndex((link) => link.closest("tr")?.contains(document.activeElement));
    const next = links[at < 0 ? (direction > 0 ? 0 : links.length - 1) : at + direction];
    if (next instanceof HTMLElement) next.focus();
  }

  openComparison() {
    const day = (/** @type {string} */ id) => this.rows.get(id)?.entry.date ?? "";
    // The earlier one is A, so that a difference reads as a change.
    const [a, b] = [...this.chosen].sort((one, other) => COLLATOR.compare(day(one), day(other)));
    location.hash = `#/compare/${encodeURIComponent(a)}/${encodeURIComponent(b)}`;
  }
}

/** @param {ServerState} server */
export async function openWorklist(server) {
  const page = new Worklist(server);
  await page.load();
  page.queue?.watch();
  return page;
}
