// @ts-check
/** What was opened, as a list: sort, filter, open, compare two, add clips. */

import { comparePath } from "../compare/choice.js";
import { ApiError, getItems, itemPath, send } from "../core/api.js";
import { announce, button, h, select, showError } from "../core/dom.js";
import { keyHelpButton, listen, showKeyHelp } from "../core/keys.js";
import { COLLATOR, jobWords, sideWords, t } from "../core/text.js";
import { COLUMNS, columnTitle, FILTERS, isNew, nameCell, reviewCell } from "./columns.js";
import { Sorting } from "./sorting.js";
import { Queue } from "./uploads.js";

/** @import { Entry, Job, ServerState } from "../core/types.js" */
/** @import { Shortcut } from "../core/keys.js" */

class Worklist {
  /** @param {ServerState} server */
  constructor(server) {
    this.server = server;
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {Map<string, {row: HTMLTableRowElement, entry: Entry, text: string}>} */
    this.rows = new Map();
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
    this.analyseAll = button("", () => void this.#analyseNew(), {
      hidden: true,
      title: t("review.worklist.analyse_all_hint"),
    });
    this.sorting = new Sorting(() => this.#arrange());
    this.body = h("tbody", { role: "rowgroup" });
    this.hint = h("p", { class: "soft" });
    this.queue = server.can_upload
      ? new Queue(
          server,
          () => void this.load(),
          (jobs) => this.#progressed(jobs),
          (job) => this.rows.get(job.id)?.entry.state !== "analysed",
        )
      : null;
    this.node = this.#layout();
    const keys = this.#keys();
    this.toolbar = [keyHelpButton(keys)];
    this.unlisten = listen(keys);
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
        this.sorting.choice,
        this.shown,
        h("span", { class: "grow" }),
        this.analyseAll,
        this.compare,
        this.queue?.chooser,
      ),
      this.queue?.node,
      h(
        "div",
        { class: "scroller" },
        h(
          "table",
          { class: "list", role: "table" },
          h("caption", { class: "visually-hidden" }, t("review.worklist.caption")),
          this.sorting.head,
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
    const shown = [...this.rows.values()].filter(
      ({ entry, text }) => keeps(entry) && words.every((word) => text.includes(word)),
    );
    shown.sort((a, b) => this.sorting.compare(a.entry, b.entry));
    this.body.replaceChildren(...shown.map(({ row }) => row));
    this.shown.textContent =
      shown.length === this.rows.size
        ? String(shown.length)
        : t("review.worklist.shown", { shown: shown.length, total: this.rows.size });
    this.hint.textContent = this.#advice(shown.length);
    const due = this.entries.filter(isNew);
    const again = due.every((entry) => entry.state === "failed");
    this.analyseAll.hidden = !this.queue || due.length === 0;
    this.analyseAll.textContent = t(again ? "review.worklist.analyse_again" : "review.worklist.analyse_all", {
      n: due.length,
    });
    this.sorting.refresh();
  }

  /** @param {number} shown */
  #advice(shown) {
    const drop = this.queue ? t("review.worklist.drop") : "";
    if (shown) return `${drop} ${t("review.worklist.help")}`.trim();
    if (this.rows.size) return t("review.worklist.nothing_fits");
    return this.queue ? `${t("review.worklist.nothing_yet")} ${drop}` : t("review.worklist.nothing_kept");
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
    const row = h("tr", { "data-id": entry.id, role: "row" }, h("td", { role: "cell" }, box));
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
          {
            class: column.number ? "num" : "",
            scope: column.key === "name" ? "row" : null,
            role: column.key === "name" ? "rowheader" : "cell",
            "data-column": column.key,
            "data-title": columnTitle(column),
          },
          content,
        ),
      );
    }
    return row;
  }

  /** @param {Entry[]} entries */
  async #analyse(...entries) {
    try {
      for (const entry of entries) await send("POST", `${itemPath(entry.id)}/analyse`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError("analyse", error.message);
    }
    this.queue?.watch();
    await this.load();
  }

  #analyseNew() {
    // In the order of the list, so that what is seen first is ready first.
    const shown = [...this.body.children].map((row) => /** @type {HTMLElement} */ (row).dataset.id);
    const entries = this.entries.filter(isNew);
    const place = (/** @type {Entry} */ { id }) => (shown.includes(id) ? shown.indexOf(id) : shown.length);
    return this.#analyse(...entries.sort((a, b) => place(a) - place(b)));
  }

  /** @param {Job[]} jobs */
  #progressed(jobs) {
    for (const job of jobs) {
      if (!["queued", "running"].includes(job.state)) continue;
      const cell = this.rows.get(job.id)?.row.querySelector("[data-progress]");
      if (cell) cell.textContent = jobWords(job);
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
    location.hash = comparePath(a, b);
  }
}

/** @param {ServerState} server */
export async function openWorklist(server) {
  const page = new Worklist(server);
  await page.load();
  page.queue?.watch();
  return page;
}
