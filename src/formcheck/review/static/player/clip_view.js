// @ts-check
/** The clip view: one clip with its curves and findings, and what the reviewer makes of them. */

import { getBytes, getItem, itemPath } from "../core/api.js";
import { announce, dismiss, h, showError } from "../core/dom.js";
import { listen } from "../core/keys.js";
import { dayOf, labelledDate, t } from "../core/text.js";
import { Edits } from "../panels/edits.js";
import { Panel } from "../panels/panel.js";
import { ReviewState } from "../panels/review_state.js";
import { STUCK, Toolbar } from "../panels/toolbar.js";
import { clipKeys } from "./clip_keys.js";
import { boundingBox, legPoints } from "./geometry.js";
import { Goniometer } from "./goniometer.js";
import { Overlay } from "./overlay.js";
import { loadVideo, Player } from "./player.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";
import { Viewport } from "./viewport.js";

/** @import { DateKind, Item, Joint, ServerState, Side } from "../core/types.js" */
/** @import { Tab } from "../panels/panel.js" */

/** What is chosen and opened in the clip view; `rep` 0: none. */
const newUi = () => ({
  tab: /** @type {Tab} */ ("video"),
  rep: 0,
  open: "",
  overruling: "",
  why: "",
  overlay: true,
  job: "",
});

/**
 * The clip's video element; null: the results are there without their clip.
 * @param {Item} item
 */
const videoOf = ({ name, video }) =>
  video.url
    ? h("video", {
        preload: "auto",
        muted: true,
        playsInline: true,
        "aria-label": t("review.clip.video", { name }),
        disablepictureinpicture: true,
      })
    : null;

const noClipHint = () =>
  h("p", { class: "hint" }, h("b", {}, t("review.clip.no_clip")), h("span", {}, t("review.clip.joints_instead")));

export class ClipView {
  /**
   * @param {Item} item
   * @param {ServerState} server
   */
  constructor(item, server) {
    this.item = item;
    this.server = server;
    this.state = new ReviewState(item);
    if (!item.review.reviewer && server.reviewer) item.review.reviewer = server.reviewer;
    this.ui = newUi();
    this.closed = false;
    /** @type {Side | null} */
    this.trackSide = null;
    /** @type {Float32Array | null} */
    this.track = null;
    this.video = videoOf(item);
    this.player = new Player(this.video, item.t_s, item.video.offset_s);
    this.canvas = h("canvas", { class: "overlay", "aria-hidden": "true" });
    this.stage = h("div", { class: "stage" }, this.video, this.canvas, !this.video && noClipHint());
    this.viewport = new Viewport(this.stage, this.video, item.video.size_px);
    this.overlay = new Overlay(this.canvas, this.viewport);
    this.goniometer = new Goniometer({
      item,
      player: this.player,
      viewport: this.viewport,
      state: this.state,
      stage: this.stage,
    });
    this.timeline = new Timeline(item, this.player, {
      choose: (rep, go) => this.chooseRep(rep, go),
      moveEdge: (rep, edge, time_s) => this.edits.moveEdge(rep, edge, time_s),
      openFinding: (finding) => this.openFinding(finding),
    });
    this.edits = new Edits(this);
    this.transport = new Transport(this);
    this.panel = new Panel(this);
    this.who = h("span", { class: "person" });
    this.shortcuts = clipKeys(this);
    this.tools = new Toolbar(this);
    const player = h(
      "section",
      { class: "player", "aria-label": t("review.clip.image") },
      this.stage,
      this.transport.node,
    );
    this.node = h("div", { class: "clip-view" }, player, this.panel.node, this.timeline.node);
    this.#connect();
    this.refresh();
  }

  /** What stands in the page's head: which clip, and whether all is saved. */
  get heading() {
    const { item } = this;
    /** @type {[string | null, DateKind | undefined][]} */
    const dates = [[item.date, item.date_kind]];
    if (item.analysed_at && item.date_kind !== "analysed") dates.push([item.analysed_at, "analysed"]);
    return [
      h("b", { title: item.name }, item.name),
      this.who,
      h(
        "span",
        { class: "soft", title: dates.map(([date, kind]) => labelledDate(date, kind)).join("\n") },
        dates.map(([date, kind]) => labelledDate(dayOf(date), kind)).join(" · "),
      ),
    ];
  }

  get toolbar() {
    return this.tools.nodes;
  }

  /** What the open tab shows. */
  get body() {
    return this.panel.body;
  }

  get reps() {
    return this.state.session.document.reps;
  }

  /** The chosen repetition. */
  get rep() {
    return this.reps.find((rep) => rep.index === this.ui.rep);
  }

  /** Whether everything said is kept; the page asks before it is left otherwise. */
  get clean() {
    return this.state.clean;
  }

  /** Whether leaving would lose something: it cannot be saved as it is. */
  get stuck() {
    return STUCK.includes(this.state.status);
  }

  close() {
    this.closed = true;
    this.unlisten?.();
    this.player.pause();
    this.timeline.curves.close();
    this.panel.close();
    if (!this.state.clean) void this.state.save();
    this.video?.removeAttribute("src");
    this.video?.load();
    dismiss();
  }

  #connect() {
    const { player, viewport, state, goniometer } = this;
    this.unlisten = listen(this.shortcuts);
    // A button clicked by mouse does not keep the focus, so that the space bar goes on to play and pause.
    this.node.addEventListener(
      "mousedown",
      (event) => event.target instanceof Element && event.target.closest("button") && event.preventDefault(),
    );
    const draw = () => this.#draw();
    player.addEventListener("shown", draw);
    player.addEventListener("away", draw);
    player.addEventListener("cursor", () => {
      if (!this.video) draw();
      this.transport.read();
    });
    player.addEventListener("state", () => this.transport.refresh());
    player.addEventListener("failed", (event) =>
      showError("video", t("review.clip.cannot_play", { reason: /** @type {CustomEvent<string>} */ (event).detail })),
    );
    this.video?.addEventListener(
      "error",
      () => this.video?.hasAttribute("src") && showError("video", t("review.clip.cannot_show")),
    );
    viewport.addEventListener("placed", draw);
    viewport.addEventListener("tap", (event) =>
      goniometer.active ? goniometer.tap(/** @type {CustomEvent} */ (event).detail) : player.toggle(),
    );
    goniometer.addEventListener("change", () => {
      this.node.classList.toggle("measuring", goniometer.active);
      this.transport.read();
      draw();
    });
    goniometer.addEventListener("placed", () => this.openTab("measure"));
    state.addEventListener("change", () => {
      this.ui.why = "";
      this.refresh();
    });
    void this.loadTrack();
    if (this.video) void loadVideo(this.video, this.item.video, () => !this.closed);
    const { review_problem: problem } = this.item;
    if (problem) showError("review", t("review.clip.review_problem", { problem }));
  }

  /** The joints of the leg that is shown. */
  async loadTrack() {
    const side = this.state.review.side;
    this.trackSide = side;
    try {
      const bytes = await getBytes(`${itemPath(this.item.id)}/track.bin${side ? "?layer=reviewed" : ""}`);
      if (this.trackSide !== side) return;
      this.track = new Float32Array(bytes);
      this.viewport.subject = boundingBox(this.track);
      this.#draw();
    } catch (error) {
      showError("track", t("review.clip.cannot_load", { reason: /** @type {Error} */ (error).message }));
    }
  }

  #draw() {
    const { overlay, player, state, goniometer } = this;
    const frame = Math.max(this.video ? player.shown : player.index, 0);
    overlay.clear();
    const { angles, document } = state.session;
    // While points are placed, formcheck's own must not lead the eye.
    if (this.ui.overlay && this.track && !goniometer.active && !player.awaiting)
      overlay.leg(legPoints(this.track, frame, document.side), angles, frame);
    goniometer.refresh();
    for (const one of player.awaiting ? [] : goniometer.here) overlay.goniometer(one, true);
    if (goniometer.placed.length) overlay.goniometer({ points: goniometer.placed, joint: goniometer.joint }, true);
  }

  /** Show everything anew that hangs on the review. */
  refresh() {
    const { state, ui } = this;
    if (state.review.side !== this.trackSide && state.clean) void this.loadTrack();
    if (!this.rep) ui.rep = this.reps.length ? Math.min(ui.rep, this.reps.length) : 0;
    this.timeline.show(state.session, state.review, ui.rep, state.layer === "reviewed");
    this.panel.refresh();
    this.who.textContent = state.review.person || this.item.person || "";
    this.tools.refresh();
    this.transport.refresh();
    this.#draw();
  }

  /** @param {Tab} tab */
  openTab(tab) {
    this.panel.keepPlace();
    this.ui.tab = tab;
    this.refresh();
    this.panel.findPlace();
  }

  /**
   * Lay the goniometer on this frame. On a narrow screen the video has a tab of its own.
   * @param {Joint} [joint]
   */
  measure(joint) {
    if (this.panel.narrow.matches) this.openTab("video");
    this.goniometer.start(joint);
  }

  /**
   * @param {number} rep
   * @param {boolean} [go]  to its start
   */
  chooseRep(rep, go = true) {
    this.ui.rep = rep;
    this.ui.why = "";
    const chosen = this.rep;
    if (!chosen) return;
    if (this.player.loop) this.player.setLoop(chosen);
    this.refresh();
    this.panel.reveal();
    if (go) {
      this.timeline.reveal(chosen);
      this.player.showFrom(chosen.start_s);
      announce(t("review.clip.rep", { rep }));
    }
  }

  /** @param {{rule: string, rep: number | null}} finding */
  openFinding({ rule, rep }) {
    if (this.ui.tab !== "findings") this.panel.keepPlace();
    this.ui.tab = "findings";
    this.ui.open = `${rep ?? "set"}:${rule}`;
    if (rep !== null) {
      const at_s = this.reps.find((one) => one.index === rep)?.findings.find((one) => one.rule === rule)?.at_s;
      if (rep === this.ui.rep) this.refresh();
      else this.chooseRep(rep, false);
      if (at_s !== null && at_s !== undefined) this.player.showFrom(at_s);
    } else this.refresh();
    this.body.querySelector(".finding.open")?.scrollIntoView({ block: "nearest" });
  }

  toggleOverlay() {
    this.ui.overlay = !this.ui.overlay;
    this.transport.refresh();
    this.#draw();
  }

  undo() {
    const label = this.state.undo();
    if (label) announce(t("review.clip.undone", { change: label }));
  }
}

/**
 * @param {string} id
 * @param {ServerState} server
 */
export async function openClipView(id, server) {
  return new ClipView(await getItem(id), server);
}
