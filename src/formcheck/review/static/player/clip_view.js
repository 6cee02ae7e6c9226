// @ts-check
/** The clip view: one clip with its curves and findings, and what the reviewer makes of them. */

import { getItem } from "../core/api.js";
import { announce, dismiss, h, showError } from "../core/dom.js";
import { listen } from "../core/keys.js";
import { dayOf, labelledDate, t } from "../core/text.js";
import { Edits } from "../panels/edits.js";
import { Panel } from "../panels/panel.js";
import { PointCurves } from "../panels/point_curve.js";
import { ReviewState } from "../panels/review_state.js";
import { STUCK, Toolbar } from "../panels/toolbar.js";
import { clipKeys } from "./clip_keys.js";
import { Scene } from "./scene.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";

/** @import { DateKind, Item, Joint, ServerState } from "../core/types.js" */
/** @import { Tab } from "../panels/panel.js" */
/** @import { Kind } from "./drawings.js" */

/** What is chosen and opened in the clip view; `rep` 0: none. */
const newUi = () => ({
  tab: /** @type {Tab} */ ("video"),
  rep: 0,
  open: "",
  overruling: "",
  why: "",
  job: "",
});

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
    /** The joint that is measured just now. */
    this.measured = "";
    this.scene = new Scene(item, this.state);
    const { goniometer, player, stage, viewport } = this.scene;
    this.goniometer = goniometer;
    this.player = player;
    this.viewport = viewport;
    this.timeline = new Timeline(item, this.player, {
      choose: (rep, go) => this.chooseRep(rep, go),
      moveEdge: (rep, edge, time_s) => this.edits.moveEdge(rep, edge, time_s),
      openFinding: (finding) => this.openFinding(finding),
    });
    this.pointCurves = new PointCurves(this.player);
    this.edits = new Edits(this);
    this.transport = new Transport(this);
    this.panel = new Panel(this);
    this.who = h("span", { class: "person" });
    this.shortcuts = clipKeys(this);
    this.tools = new Toolbar(this);
    const video = h("section", { class: "player", "aria-label": t("review.clip.image") }, stage, this.transport.node);
    this.node = h("div", { class: "clip-view" }, video, this.panel.node, this.timeline.node);
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
    this.scene.close();
    this.timeline.curves.close();
    this.panel.close();
    this.pointCurves.close();
    if (!this.state.clean) void this.state.save();
    dismiss();
  }

  #connect() {
    const { player, scene, state, goniometer } = this;
    this.unlisten = listen(this.shortcuts);
    // A button clicked by mouse does not keep the focus, so that the space bar goes on to play and pause.
    this.node.addEventListener(
      "mousedown",
      (event) => event.target instanceof Element && event.target.closest("button") && event.preventDefault(),
    );
    player.addEventListener("cursor", () => this.transport.read());
    player.addEventListener("state", () => this.transport.refresh());
    scene.addEventListener("tap", () => player.toggle());
    scene.addEventListener("measuring", () => {
      // It is said of every point, also of one that is dragged.
      const now = goniometer.active ? goniometer.joint : "";
      if (now === this.measured) return;
      this.measured = now;
      this.node.classList.toggle("measuring", goniometer.active);
      this.transport.refresh();
      if (this.panel.chosen === "measure") this.panel.refresh();
    });
    const shown = (/** @type {string} */ keys) => this.node.querySelector(keys);
    goniometer.placing.control = () => shown("[data-key=G]:not(:disabled)") ?? shown("[role=tab][aria-selected=true]");
    scene.drawings.placing.control = () =>
      shown("[data-key^=draw-]:not(:disabled)") ?? shown("[role=tab][aria-selected=true]");
    goniometer.addEventListener("placed", () => this.openTab("measure"));
    scene.drawings.addEventListener("placed", () => {
      this.openTab("measure");
      const fields = /** @type {NodeListOf<HTMLInputElement>} */ (
        this.body.querySelectorAll("[data-key=length], [data-key^=words-]")
      );
      [...fields].findLast((field) => !field.value)?.focus();
    });
    scene.drawings.addEventListener("state", () => this.refresh());
    state.addEventListener("change", () => {
      this.ui.why = "";
      this.refresh();
    });
    const { review_problem: problem } = this.item;
    if (problem) showError("review", t("review.clip.review_problem", { problem }));
  }

  /** Show everything anew that hangs on the review. */
  refresh() {
    const { scene, state, ui } = this;
    if (state.review.side !== scene.trackSide && state.clean) void scene.loadTrack();
    if (!this.rep) ui.rep = this.reps.length ? Math.min(ui.rep, this.reps.length) : 0;
    this.timeline.show(state.session, state.review, ui.rep, state.layer === "reviewed");
    this.panel.refresh();
    this.who.textContent = state.review.person || this.item.whose || "";
    this.tools.refresh();
    this.transport.refresh();
    this.scene.draw();
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

  /** @param {Kind} kind */
  draw(kind) {
    if (this.panel.narrow.matches) this.openTab("video");
    this.scene.drawings.start(kind);
  }

  toggleMagnifier() {
    this.scene.magnifies = !this.scene.magnifies;
    if (!this.scene.magnifies) this.scene.magnifier.hide();
    this.refresh();
  }

  /** Leave off placing points. */
  stopPlacing() {
    this.scene.goniometer.stop();
    this.scene.drawings.stop();
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
    this.scene.showsLeg = !this.scene.showsLeg;
    this.transport.refresh();
    this.scene.draw();
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
