// @ts-check
/** Which camera, what it sees, and whether sound is heard. */

import { ApiError } from "../core/api.js";
import { button, field, h, select, showError } from "../core/dom.js";
import { t } from "../core/text.js";
import { getCameras, playSound } from "./api.js";
import { card } from "./parts.js";

/** @import { HomeState } from "./types.js" */
/** @import { Choice } from "./practise.js" */

/**
 * @param {HomeState} home
 * @param {Choice} choice
 */
export function cameraCard(home, choice) {
  const chooser = h("div", { class: "chooser" });
  const image = h("div", { class: "still", role: "status" });
  const look = button(t("home.practise.look"), () => void showStill(image, look, choice.camera));
  const said = h("p", { class: "soft", role: "status" });
  const sound = button(t("home.practise.sound"), () => void testSound(sound, said));
  if (home.source) chooser.append(h("p", { class: "soft" }, t("home.practise.camera_clip", { name: home.source })));
  else void fill(chooser, choice, look);
  return card(t("home.practise.check_title"), chooser, h("div", { class: "buttons" }, look, sound), image, said);
}

/**
 * @param {HTMLElement} chooser
 * @param {Choice} choice
 * @param {HTMLButtonElement} look
 */
async function fill(chooser, choice, look) {
  try {
    const { cameras } = await getCameras();
    choice.camera = cameras[0]?.camera ?? null;
    look.disabled = cameras.length === 0;
    if (cameras.length === 0) {
      const again = button(t("home.practise.look_again"), () => void fill(chooser, choice, look));
      chooser.replaceChildren(h("p", {}, t("home.practise.camera_none")), again);
      return;
    }
    const choices = cameras.map(
      ({ camera, name }, index) =>
        /** @type {[string, string]} */ ([camera, name || t("home.practise.camera_number", { number: index + 1 })]),
    );
    const chosen = select(choices[0]?.[0] ?? "", choices, (camera) => Object.assign(choice, { camera }));
    chooser.replaceChildren(field(t("home.practise.camera"), chosen));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showError("cameras", error.message);
  }
}

/**
 * @param {HTMLElement} place
 * @param {HTMLButtonElement} look
 * @param {string | null} camera
 */
async function showStill(place, look, camera) {
  look.disabled = true;
  place.replaceChildren(h("p", { class: "soft" }, t("home.loading")));
  // A new address each time: the browser would show the image that it has.
  const query = new URLSearchParams({ camera: camera ?? "", at: String(Date.now()) });
  const image = h("img", { alt: t("home.practise.still"), src: `/api/home/camera.jpg?${query}` });
  try {
    await image.decode();
    place.replaceChildren(image);
  } catch {
    place.replaceChildren(h("p", { class: "problem-line" }, t("home.practise.still_failed")));
  }
  look.textContent = t("home.practise.look_again");
  look.disabled = false;
}

/**
 * @param {HTMLButtonElement} sound
 * @param {HTMLElement} said
 */
async function testSound(sound, said) {
  sound.disabled = true;
  said.textContent = t("home.practise.sound_playing");
  try {
    const { tone, voice } = await playSound();
    said.textContent = t(`home.practise.${voice ? "sound_heard" : tone ? "sound_no_voice" : "sound_no_tone"}`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    said.textContent = error.message;
  }
  sound.disabled = false;
}
