// @ts-check
/** The row of controls under the picture, and what the curves say at this moment. */

import { button, h, icon, replaceContent, select } from "../core/dom.js";
import { clock, phaseWords, withBand } from "../core/words.js";
import { toggleLoop } from "./clip_keys.js";
import { RATES } from "./player.js";

/** @import { ClipView } from "./clip_view.js" */

export class Transport {
  /** @param {ClipView} view */
  constructor(view) {
    this.view = view;
    const { player } = view;
    this.slider = h("input", {
      type: "range",
      min: 0,
      max: Math.max(player.times_s.length - 1, 1),
      step: 1,
      value: "0",
      "aria-label": "Time in the clip",
      class: "scrub",
      autocomplete: "off",
    });
    this.slider.addEventListener("input", () => {
      player.pause();
      player.show(Number(this.slider.value));
    });
    this.clock = h("span", { class: "clock" });
    this.where = h("span", { class: "place soft" });
    this.buttons = h("div", { class: "buttons" });
    this.node = h(
      "div",
      { class: "transport" },
      h("div", { class: "row" }, this.slider, this.clock),
      h("div", { class: "row" }, this.buttons, this.where),
    );
    this.read();
  }

  refresh() {
    const { view } = this;
    const { player, ui } = view;
    const tool = (
      /** @type {string} */ label,
      /** @type {string} */ key,
      /** @type {() => void} */ act,
      /** @type {import("../core/dom.js").Props} */ more,
      /** @type {import("../core/dom.js").Child[]} */ ...children
    ) =>
      button(
        label,
        act,
        { "aria-keyshortcuts": key, title: `${label} (${key})`, "data-key": key, ...more },
        ...children,
      );
    replaceContent(
      this.buttons,
      tool("One frame back", "←", () => player.step(-1), {}, icon("back")),
      tool(
        player.playing ? "Pause" : "Play",
        "Space",
        () => player.toggle(),
        { class: "primary" },
        icon(player.playing ? "pause" : "play"),
      ),
      tool("One frame on", "→", () => player.step(1), {}, icon("forward")),
      select(
        String(player.rate),
        RATES.map((rate) => [String(rate), `${rate}×`]),
        (rate) => (player.rate = Number(rate)),
        { "aria-label": "Speed", title: "Speed (S slower, D faster)", "data-key": "rate" },
      ),
      tool(
        "Repeat the repetition",
        "R",
        () => toggleLoop(view),
        { "aria-pressed": player.loop !== null },
        icon("loop"),
      ),
      tool("The person large, or the whole picture", "P", () => view.viewport.toggleSubject(), {}, icon("zoom")),
      tool("Overlay", "V", () => view.toggleOverlay(), { "aria-pressed": ui.overlay }, icon("leg")),
      h("span", { class: "gap" }),
      tool(
        "Goniometer on this frame",
        "G",
        () => view.goniometer.start(),
        { "aria-pressed": view.goniometer.active },
        icon("angle"),
      ),
      tool("Note on this frame", "N", () => view.edits.addNote("frame"), {}, icon("note")),
      tool("Keep this frame as an image", "K", () => view.edits.addImage(), {}, icon("image")),
    );
    this.read();
  }

  /** Numbers at the cursor; they follow at once, also while the picture is still being sought. */
  read() {
    const { player, state, timeline } = this.view;
    const { index, time_s } = player;
    const { angles } = state.session;
    const rep = this.view.reps.find((one) => time_s >= one.start_s && time_s < one.end_s);
    this.clock.textContent = clock(time_s, 2);
    this.where.textContent = rep
      ? `rep ${rep.index}, ${phaseWords(angles.phase[index] ?? "unknown")}`
      : "between repetitions";
    this.slider.value = String(index);
    this.slider.setAttribute("aria-valuetext", `${clock(time_s)}, ${this.where.textContent}`);
    for (const key of /** @type {const} */ (["hip", "knee"])) {
      const value = angles[`${key}_deg`][index];
      // While points are placed, formcheck's own number must not lead the eye.
      const { active } = this.view.goniometer;
      const words = active ? "hidden" : withBand(value, angles[`${key}_se_deg`][index]);
      timeline.values[key].textContent = words;
      timeline.values[key].classList.toggle("none", active || value === null);
    }
  }
}
