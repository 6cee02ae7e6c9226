// @ts-check
/** The server of this page, and only it. */

/** An answer other than success. */
export class Refused extends Error {
  /**
   * @param {number} status  0: no answer at all
   * @param {string} message
   * @param {any} [body]
   */
  constructor(status, message, body = {}) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

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
    throw new Refused(0, "formcheck review does not answer. Is it still running in its terminal?");
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, body.error ?? `The server answered ${answer.status} to ${path}.`, body);
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export const getJson = async (path) => (await ask(path)).json();

/** @param {string} path */
export const getBytes = async (path) => (await ask(path)).arrayBuffer();

/**
 * @param {"POST" | "PUT" | "DELETE"} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {{keepalive?: boolean}} [options]
 * @returns {Promise<any>}
 */
export async function send(method, path, body, options = {}) {
  const headers = body === undefined ? OWN : { ...OWN, "Content-Type": "application/json" };
  const answer = await ask(path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    ...options,
  });
  const text = await answer.text();
  return text ? JSON.parse(text) : {};
}

/**
 * Send a file as it is, and tell how much has gone.
 * @param {string} path
 * @param {File} file
 * @param {(share: number) => void} progress
 * @returns {{done: Promise<any>, cancel: () => void}}
 */
export function upload(path, file, progress) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.open("POST", path);
    request.setRequestHeader("X-Formcheck", "1");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener(
      "progress",
      (event) => event.lengthComputable && progress(event.loaded / event.total),
    );
    request.addEventListener("load", () => {
      const body = parsed(request.responseText);
      if (request.status < 300) resolve(body);
      else reject(new Refused(request.status, body.error ?? `The server answered ${request.status}.`, body));
    });
    request.addEventListener("error", () =>
      reject(new Refused(0, "The file could not be sent: formcheck review does not answer, or refused it.")),
    );
    request.addEventListener("abort", () => reject(new Refused(0, "Cancelled.")));
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** @param {string} id */
export const itemPath = (id) => `/api/items/${encodeURIComponent(id)}`;
