// @ts-check
/** A clip that browsers cannot play is first copied by the server, which answers 503 until the copy is there. */

import { h } from "./dom.js";
import { percent } from "./words.js";

/** @import { VideoInfo } from "./types.js" */

const AGAIN_MS = 500;
const NOT_YET = 503;

/**
 * @param {HTMLVideoElement} video
 * @param {VideoInfo} info
 * @param {() => boolean} wanted  whether the page still waits for it
 */
export async function loadVideo(video, info, wanted) {
  if (!info.url) return;
  const hint = h("p", { class: "hint", role: "status" });
  while (info.proxy && wanted()) {
    const answer = await fetch(info.url, { headers: { Range: "bytes=0-0" } });
    if (answer.status !== NOT_YET) break;
    const { share } = await answer.json();
    hint.textContent = `Making a copy that this browser can play … ${percent(share ?? 0)}`;
    if (!hint.isConnected) video.after(hint);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  hint.remove();
  if (wanted()) video.src = info.url;
}
