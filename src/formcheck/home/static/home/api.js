// @ts-check
/** What home asks its server. */

import { getJson, send, sendJson, upload } from "../core/api.js";

/** @import { Check, HomeState, Live } from "./types.js" */

/** @returns {Promise<HomeState>} */
export const getHome = () => getJson("/api/home");

/** @returns {Promise<{cameras: {camera: string, name: string}[]}>} */
export const getCameras = () => getJson("/api/home/cameras");

/** @returns {Promise<Live>} */
export const getLive = () => getJson("/api/home/live");

/**
 * @param {{side: string | null, protocol: string | null, camera: string | null}} choice
 * @returns {Promise<Live>}
 */
export const startLive = (choice) => sendJson("POST", "/api/home/live", choice);

/** @returns {Promise<Live>} */
export const endLive = async () => (await send("DELETE", "/api/home/live")).json();

/** @returns {Promise<{tone: boolean, voice: boolean}>} */
export const playSound = async () => (await send("POST", "/api/home/sound")).json();

/**
 * @param {{protocol: string, side: string, reps: number, sets: number, ends_on: string | null, notes: string}} plan
 * @returns {Promise<HomeState>}
 */
export const putPlan = (plan) => sendJson("PUT", "/api/home/plan", plan);

/**
 * @param {string} set
 * @param {Record<string, number | string[] | null>} answers
 * @returns {Promise<{advice: string[]}>}
 */
export const putAnswers = (set, answers) => sendJson("PUT", `${setPath(set)}/answers`, answers);

/** @param {string} set */
export const dropQuestions = (set) => send("DELETE", `${setPath(set)}/answers`);

/**
 * @param {File} file
 * @param {{side: string, keep: string}} choice
 * @param {(share: number) => void} progress
 * @returns {{done: Promise<Check | null>, cancel: () => void}}
 */
export function sendVideo(file, choice, progress) {
  const query = new URLSearchParams({ ...choice, name: file.name, written: String(file.lastModified / 1000) });
  return upload(`/api/home/checks?${query}`, file, progress);
}

/** @returns {Promise<{checks: Check[]}>} */
export const getChecks = () => getJson("/api/home/checks");

/**
 * @param {string} check
 * @returns {Promise<Check>}
 */
export const getCheck = (check) => getJson(checkPath(check));

/** @param {string} check */
export const cancelCheck = (check) => send("DELETE", checkPath(check));

/**
 * @param {string} check
 * @returns {Promise<Check>}
 */
export const keepCheck = async (check) => (await send("POST", `${checkPath(check)}/keep`)).json();

export const endHome = () => send("POST", "/api/home/end");

/** @param {string} set */
export const setPath = (set) => `/api/home/sets/${encodeURIComponent(set)}`;

/** @param {string} check */
export const checkPath = (check) => `/api/home/checks/${encodeURIComponent(check)}`;
