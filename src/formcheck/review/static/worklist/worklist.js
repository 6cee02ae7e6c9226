// @ts-check
/** What was opened, as a list: sort, filter, open, compare two, add clips. */

import { ApiError, getItems, itemPath, send } from "../core/api.js";
import { announce, button, h, select, showError } from "../core/dom.js";
import { keyHelpButton, listen, showKeyHelp } from "../core/keys.js";
import { COLLATOR, sideWords, t } from "../core/text.js";
import { COLUMNS, columnHint, columnTitle, FILTERS, nameCell, ordered, reviewCell } from "./columns.js";
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
    this.filter = { words: "", state: "all" };
    /** @type {string[]} */
    this.chosen = [];
    this.clean = true;
    this.heading = [
      h("b", {}, t(server.opened === "store" ? "review.worklist.title_record" : "review.worklist.title")),
    ];
    this.search = h("input", {
      type: "search",
      placeholder: t("review.worklist.filter_hint"),
      "aria-label": t("review.worklist.filter"),
      autocomplete: "off",
    });
    this.search.addEventListener("input", () => this.#filterBy({ words: this.search.value }));
    this.shown = h("span", { class: "soft", role: "status" });
    this.compare = button(t("review.worklist.compare"), () => this.openComparison(), { disabled: true });
    this.head = h("thead");
    this.body = h("tbody");
    this.hint = h("p", { class: "soft" });
    this.queue = server.can_upload ? new Queue(server, () => void this.load()) : null;
    this.node = this.#layout();
    const keys = this.#keys();
    this.toolbar = [keyHelpButton(keys)];
    this.unlisten = listen(keys);
    this.#fillHead();
  }

  #layout() {
    const filters = Object.keys(FILTERS).map(
      (key) => /** @type {[string, string]} */ ([key, t(`review.filter.${key}`)]),
    );
    return h(
      "div",
      { class: "worklist" },
      h("h1", { class: "visually-hidden" }, t("review.worklist.title")),
      h(
        "div",
        { class: "bar" },
        this.search,
        select("all", filters, (state) => this.#filterBy({ state }), { "aria-label": t("review.worklist.show") }),
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
          h("caption", { class: "visually-hidden" }, t("review.worklist.caption")),
          this.head,
          this.body,
        ),
        this.hint,
      ),
    );
  }

  /** @returns {Shortcut[]} */
  #keys() {
    const group = t("review.keys.group_worklist");
    const rows = /** @type {[string, string, string, () => void][]} */ ([
      ["/", "/", "key_filter", () => this.search.focus()],
      ["arrowdown", "↓", "key_next", () => this.#stepRow(1)],
      ["arrowup", "↑", "key_before", () => this.#stepRow(-1)],
      ["enter", "Enter", "key_open", () => {}],
      ["c", "C", "key_choose", () => this.#chooseFocused()],
    ]);
    /** @type {Shortcut[]} */
    const keys = rows.map(([key, shown, label, act]) => {
      return { key, shown, label: t(`review.worklist.${label}`), group, act, repeats: key.startsWith("arrow") };
    });
    keys.push({ key: "?", shown: "?", label: t("review.keys.this_help"), group, act: () => showKeyHelp(keys) });
    return keys;
  }

  close() {
    this.unlisten();
    this.queue?.close();
  }

  async load() {
    const { items } = await getItems();
    this.entries = items;
    const previous = new Map(this.rows);
    this.rows.clear();
    for (const entry of this.entries) {
      const before = previous.get(entry.id);
      const same = before && JSON.stringify(before.entry) === JSON.stringify(entry);
      this.rows.set(
        entry.id,
        same
          ? before
          : {
              row: this.#row(entry),
              entry,
              text: [entry.name, entry.person, entry.protocol, entry.side && sideWords(entry.side), entry.date]
                .join(" ")
                .toLowerCase(),
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
      shown.length === this.rows.size
        ? String(shown.length)
        : t("review.worklist.shown", { shown: shown.length, total: this.rows.size });
    this.hint.textContent = this.#advice(shown.length);
    this.#fillHead();
  }

  /** @param {number} shown */
  #advice(shown) {
    const drop = this.queue ? t("review.worklist.drop") : "";
    if (shown) return `${drop} ${t("review.worklist.help")}`.trim();
    if (this.rows.size) return t("review.worklist.nothing_fits");
    return this.queue ? `${t("review.worklist.nothing_yet")} ${drop}` : t("review.worklist.nothing_kept");
  }

  #fillHead() {
    const by = (/** @type {Column} */ column) => {
      this.sort = {
        key: column.key,
        down:
          this.sort.key === column.key
            ? !this.sort.down
            : ["date", "not_met", "undecided", "pain"].includes(column.key),
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
            title: columnHint(column),
            "data-key": column.key,
            on: { click: () => by(column) },
          },
          columnTitle(column),
          h("span", { "aria-hidden": "true" }, sorted ? (this.sort.down ? " ▾" : " ▴") : ""),
        ),
      );
    });
    this.head.replaceChildren(
      h(
        "tr",
        {},
        h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, t("review.worklist.compare_column"))),
        ...cells,
      ),
    );
  }

  /** @param {Entry} entry */
  #row(entry) {
    const box = h("input", {
      type: "checkbox",
      "aria-label": t("review.worklist.choose", { name: entry.name }),
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
    announce(t("review.worklist.chosen", { count: this.chosen.length }));
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
