// @ts-check
/** Loading a clip into a video element, once there is something that the browser can play. */

import { h } from "../core/dom.js";
import { percent, t } from "../core/text.js";

/** @import { VideoInfo } from "../core/types.js" */

const RETRY_MS = 500;
const NOT_YET = 503;

/**
 * Start loading a clip. One that browsers cannot play is first copied by the server, which answers 503 until it is there.
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
    hint.textContent = t("review.page.making_copy", { percent: percent(share ?? 0) });
    if (!hint.isConnected) video.after(hint);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  hint.remove();
  if (wanted()) video.src = info.url;
}
