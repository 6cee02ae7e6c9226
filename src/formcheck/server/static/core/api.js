// @ts-check
/** The server of this page, and only it. */

import { t } from "./text.js";

/** @import { Comparison, Entry, Item, Job, Review, ServerState, Session } from "./types.js" */

/** @typedef {{error?: string, review?: Review, revision?: number}} Refusal  what the server says when it does not comply */
/** @typedef {{revision: number, review: Review, reviewed: Session, notices?: string[], agreement?: string[]}} SavedReview */

/** An answer other than success. */
export class ApiError extends Error {
  /**
   * @param {number} status  0: no answer at all
   * @param {string} message
   * @param {Refusal} [body]
   */
  constructor(status, message, body = {}) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** A copy that takes less time than this has no share told. */
const COPY_SEEN_MS = 1000;

const OWN = { "X-Formcheck": "1" };

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
async function ask(path, init) {
  let answer;
  try {
    answer = await fetch(path, init);
  } catch {
    throw new ApiError(0, t("review.page.no_answer"));
  }
  if (answer.ok) return answer;
  /** @type {Refusal} */
  const body = await answer.json().catch(() => ({}));
  // Another run answers here, which does not know this page: its refusal has no words for it.
  if (answer.status === 403 && !body.error)
    throw new ApiError(403, t("review.page.restarted", { address: `${location.origin}/` }));
  throw new ApiError(answer.status, body.error ?? t("review.page.bad_answer", { status: answer.status, path }), body);
}

/** @param {string} path */
export const getJson = async (path) => (await ask(path)).json();

/** @returns {Promise<ServerState>} */
export const getState = async () => (await ask("/api/state")).json();

/** @returns {Promise<{items: Entry[]}>} */
export const getItems = async () => (await ask("/api/items")).json();

/**
 * @param {string} id
 * @returns {Promise<Item>}
 */
export const getItem = async (id) => (await ask(itemPath(id))).json();

/** @returns {Promise<Job[]>} */
export const getJobs = async () => (await ask("/api/jobs")).json();

/**
 * Two clips side by side, as reviewed.
 * @param {string} a
 * @param {string} b
 * @returns {Promise<Comparison>}
 */
export async function getComparison(a, b) {
  const query = new URLSearchParams({ a, b, a_layer: "reviewed", b_layer: "reviewed" });
  return (await ask(`/api/compare?${query}`)).json();
}

/** @param {string} path */
export const getBytes = async (path) => (await ask(path)).arrayBuffer();

/**
 * @param {"POST" | "DELETE"} method
 * @param {string} path
 */
export const send = (method, path) => ask(path, { method, headers: OWN });

/**
 * @param {"POST" | "PUT"} method
 * @param {string} path
 * @param {unknown} body
 */
export async function sendJson(method, path, body) {
  const headers = { ...OWN, "Content-Type": "application/json" };
  return (await ask(path, { method, headers, body: JSON.stringify(body) })).json();
}

/**
 * @param {string} id
 * @param {{revision: number, review: Review, confirm?: boolean}} body
 * @returns {Promise<SavedReview>}
 */
export const putReview = (id, body) => sendJson("PUT", `${itemPath(id)}/review`, body);

/**
 * Send a file as it is, and tell how much has gone where that takes a while. Cancelled, it is done too, without an answer.
 * @param {string} path
 * @param {File} file
 * @param {(share: number) => void} progress
 * @returns {{done: Promise<any>, cancel: () => void}}
 */
export function upload(path, file, progress) {
  const request = new XMLHttpRequest();
  const began = performance.now();
  /** @type {Promise<any>} */
  const done = new Promise((resolve, reject) => {
    request.open("POST", path);
    request.setRequestHeader("X-Formcheck", "1");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
      // Of a copy that is over at once, all one would see is its end, just before the analysis begins at nothing.
      const worthIt = performance.now() - began > COPY_SEEN_MS && loaded < total;
      if (lengthComputable && worthIt) progress(loaded / total);
    });
    request.addEventListener("load", () => {
      const body = parsed(request.responseText);
      if (request.status < 300) resolve(body);
      else
        reject(
          new ApiError(
            request.status,
            body.error ?? t("review.page.bad_answer", { status: request.status, path }),
            body,
          ),
        );
    });
    request.addEventListener("error", () => reject(new ApiError(0, t("review.page.not_sent"))));
    request.addEventListener("abort", () => resolve(null));
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

/**
 * @param {string} text
 * @returns {Refusal}
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** @param {string} id */
export const itemPath = (id) => `/api/items/${encodeURIComponent(id)}`;
