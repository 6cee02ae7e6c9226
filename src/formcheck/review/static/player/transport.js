// @ts-check
/** The row of controls under the video, and what the curves say at this moment. */

import { button, h, icon, replaceContent, select } from "../core/dom.js";
import { keyNames } from "../core/keys.js";
import { clock, t, withBand } from "../core/text.js";
import { toggleLoop } from "./clip_keys.js";
import { rateChoices } from "./player.js";

/** @import { Props } from "../core/dom.js" */
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
      "aria-label": t("review.transport.time"),
      class: "scrub",
      autocomplete: "off",
    });
    this.slider.addEventListener("input", () => {
      player.pause();
      player.show(Number(this.slider.value));
    });
    this.clock = h("span", { class: "clock" });
    this.place = h("span", { class: "place soft" });
    this.buttons = h("div", { class: "buttons" });
    this.node = h(
      "div",
      { class: "transport" },
      h("div", { class: "row" }, this.slider, this.clock),
      h("div", { class: "row" }, this.buttons, this.place),
    );
    this.read();
  }

  refresh() {
    const { view } = this;
    const { player } = view;
    const rate = select(String(player.rate), rateChoices(), (value) => (player.rate = Number(value)), {
      "aria-label": t("review.transport.speed"),
      title: t("review.transport.speed_hint"),
      "data-key": "rate",
    });
    const playing = player.playing ? "pause" : "play";
    replaceContent(
      this.buttons,
      tool("frame_back", "←", "back", () => player.step(-1)),
      tool(playing, "Space", playing, () => player.toggle(), { class: "primary" }),
      tool("frame_on", "→", "forward", () => player.step(1)),
      rate,
      tool("loop", "R", "loop", () => toggleLoop(view), { "aria-pressed": player.loop !== null }),
      tool("subject", "P", "zoom", () => view.viewport.toggleSubject()),
      tool("overlay", "V", "leg", () => view.toggleOverlay(), { "aria-pressed": view.scene.showsLeg }),
      h("span", { class: "gap" }),
      tool("goniometer", "G", "angle", () => view.measure(), { "aria-pressed": view.goniometer.active }),
      tool("note", "N", "note", () => view.edits.addNote("frame")),
      tool("image", "K", "image", () => view.edits.addImage()),
    );
    this.read();
  }

  /** Numbers at the cursor; they follow at once, also while the frame is still being sought. */
  read() {
    const { player, state, timeline } = this.view;
    const { index, time_s } = player;
    const { angles } = state.session;
    const rep = this.view.reps.find((one) => time_s >= one.start_s && time_s < one.end_s);
    this.clock.textContent = clock(time_s, player.decimals);
    this.place.textContent = rep
      ? t("review.transport.in_rep", { rep: rep.index, phase: t(`phase.${angles.phase[index] ?? "unknown"}`) })
      : t("review.transport.between");
    this.slider.value = String(index);
    this.slider.setAttribute(
      "aria-valuetext",
      t("review.transport.at", { time: clock(time_s), place: this.place.textContent ?? "" }),
    );
    for (const key of /** @type {const} */ (["hip", "knee"])) {
      const value = angles[`${key}_deg`][index];
      // While points are placed, formcheck's own number must not lead the eye.
      const { active } = this.view.goniometer;
      const words = active ? t("review.transport.hidden") : withBand(value, angles[`${key}_se_deg`][index]);
      timeline.values[key].textContent = words;
      timeline.values[key].classList.toggle("none", active || value === null);
    }
  }
}

/**
 * @param {string} name
 * @param {string} key
 * @param {string} iconName
 * @param {() => void} act
 * @param {Props} [more]
 */
function tool(name, key, iconName, act, more = {}) {
  const label = t(`review.transport.${name}`);
  const title = t("review.keys.hint", { label, key: keyNames(key).join(" ") });
  return button(label, act, { "aria-keyshortcuts": key, title, "data-key": key, ...more }, icon(iconName));
}
