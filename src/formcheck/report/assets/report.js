// @ts-check

/** The report's interactive parts: the knee's convention, and curves that can be zoomed and read (chart.js draws). */
(() => {
  /**
   * What report/curves.py writes; NaN became null.
   * @typedef {object} CurveData
   * @property {number[]} t
   * @property {(number | null)[]} hip
   * @property {(number | null)[]} hipBand
   * @property {(number | null)[]} knee
   * @property {(number | null)[]} kneeBand
   * @property {number[]} phase
   * @property {string[]} phaseWords
   * @property {[number, number][]} gaps
   * @property {{index: number, start: number, peak: number, end: number, peakDeg: number | null, complete: boolean}[]} reps
   * @property {[number, number]} hipTarget
   * @property {[number, number]} hipRange
   * @property {[number, number]} kneeRange
   * @property {[number, number]} span
   * @property {Texts} texts
   */

  /**
   * The words of this script in the page's language, with {names} to fill in.
   * @typedef {object} Texts
   * @property {string} flexion
   * @property {string} interior
   * @property {string} whole_clip
   * @property {string} range
   * @property {string} in_rep
   * @property {string} between
   * @property {string} not_measurable
   * @property {string} hip
   * @property {string} knee
   * @property {string} decimal_mark
   */

  /** @typedef {"hip" | "knee"} Joint */

  const root = document.documentElement;
  root.classList.replace("no-js", "js");

  /**
   * @template {HTMLElement} [T=HTMLElement]
   * @param {string} selector
   */
  const one = (selector) => /** @type {T} */ (document.querySelector(selector));
  /** @param {string} selector */
  const all = (selector) => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector));

  let interior = false;
  /** @type {(() => void)[]} */
  const onUnits = [];

  /** @param {number} flexion_deg */
  const shownKnee = (flexion_deg) => (interior ? 180 - flexion_deg : flexion_deg);
  /** @param {number} value */
  const degrees = (value) => `${String(value).replace("-", "−")}°`;

  /**
   * @param {string} text
   * @param {Record<string, string | number>} values
   */
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

  const clip = /** @type {HTMLVideoElement | null} */ (document.querySelector("#annotated"));

  /** The annotated clip lies beside this page, unless the page was moved alone: then it says so. */
  function showClip() {
    if (!clip) return;
    const there = () => {
      clip.hidden = false;
    };
    const missing = () => {
      clip.hidden = true;
      one("#video-there").hidden = true;
      one("#video-missing").hidden = false;
    };
    clip.addEventListener("loadedmetadata", there);
    clip.addEventListener("error", missing);
    // What happened before this script ran is not told again.
    if (clip.readyState >= HTMLMediaElement.HAVE_METADATA) there();
    if (clip.error) missing();
  }

  function showUnits() {
    root.classList.toggle("interior", interior);
    for (const node of all("[data-flexion-deg]")) {
      node.textContent = degrees(shownKnee(Number(node.dataset.flexionDeg)));
    }
    for (const node of all("[data-interior-words]")) {
      node.dataset.flexionWords ??= node.textContent ?? "";
      node.textContent = (interior ? node.dataset.interiorWords : node.dataset.flexionWords) ?? "";
    }
    for (const listener of onUnits) listener();
  }

  for (const input of all("input[name=unit]")) {
    input.addEventListener("change", () => {
      const chosen = /** @type {HTMLInputElement} */ (one("input[name=unit]:checked"));
      interior = chosen.value === "interior";
      showUnits();
    });
  }

  /** @param {CurveData} data */
  function showCurves(data) {
    const { texts } = data;
    const [spanStart, spanEnd] = data.span;
    const shortest = Math.min(0.5, spanEnd - spanStart);
    const slider = /** @type {HTMLInputElement} */ (one("#time-slider"));
    const reset = /** @type {HTMLButtonElement} */ (one("#zoom-reset"));
    const readout = one("#readout");
    const range = one("#shown-range");
    const joints = /** @type {const} */ (["hip", "knee"]);
    let selectedRep = 0;
    let shown = [spanStart, spanEnd];
    /** @type {number | null} */
    let pointed = null;
    /** @type {uPlot[]} */
    let panels = [];

    /**
     * @param {number} time_s
     * @param {number} [decimals]
     */
    const clock = (time_s, decimals = 1) => charts.clock(time_s, decimals, texts.decimal_mark);

    /**
     * @param {Joint} key
     * @returns {uPlot.AlignedData}
     */
    function values(key) {
      const lines = [data[key], ...charts.bandEdges(data[key], data[`${key}Band`])];
      const converted = lines.map((line) =>
        line.map((value) => (value === null || key === "hip" ? value : shownKnee(value))),
      );
      return [data.t, ...converted];
    }

    /**
     * @param {Joint} key
     * @returns {uPlot.Range.MinMax}
     */
    function yRange(key) {
      const [low, high] = data[`${key}Range`];
      return key === "knee" && interior ? [180 - high, 180 - low] : [low, high];
    }

    /**
     * @param {uPlot} plot
     * @param {Joint} key
     */
    function drawBackground(plot, key) {
      charts.insidePlot(plot, (ctx, box) => {
        for (const rep of data.reps)
          charts.drawRep(ctx, box(rep.start, rep.end), {
            complete: rep.complete,
            selected: rep.index === selectedRep,
          });
        if (key === "hip") charts.fillZone(plot, data.hipTarget, charts.colour("target-fill"));
        charts.hatchGaps(
          ctx,
          data.gaps.map(([start, end]) => box(start, end)),
        );
      });
    }

    /**
     * The repetitions' numbers, and their straightest moments.
     * @param {uPlot} plot
     * @param {Joint} key
     */
    function drawMarks(plot, key) {
      const scale = devicePixelRatio;
      charts.insidePlot(plot, (ctx, box) => {
        ctx.font = charts.font(12 * scale, 600);
        ctx.textAlign = "center";
        ctx.textBaseline = "top";
        for (const rep of data.reps) {
          const [x, y, width] = box(rep.start, rep.end);
          if (width > 16 * scale) {
            ctx.fillStyle = charts.colour("ink");
            ctx.fillText(String(rep.index), x + width / 2, y + 4 * scale);
          }
          if (key === "knee" && rep.peakDeg !== null)
            charts.drawPeak(ctx, plot.valToPos(rep.peak, "x", true), plot.valToPos(shownKnee(rep.peakDeg), "y", true));
        }
      });
    }

    // Only the line itself carries the hover point, not the edges of its band: false says none, which uPlot's types leave out.
    const onlyLine = /** @type {uPlot.Cursor.Points.Show} */ (
      /** @type {unknown} */ (
        (/** @type {uPlot} */ _plot, /** @type {number} */ series) => series === 1 && document.createElement("div")
      )
    );

    /** @param {Joint} key */
    function makePanel(key) {
      const holder = one(`#${key}-curve`);
      const knee = key === "knee";
      const axis = charts.axisStyle();
      const edge = charts.bandEdge();
      /** @type {uPlot.Axis.DynamicValues} */
      const timeLabels = (_plot, ticks, _axis, _space, step) =>
        knee ? ticks.map((tick) => clock(tick, step < 1 ? 1 : 0)) : [];
      /** @type {uPlot.Options} */
      const options = {
        width: holder.clientWidth,
        height: window.innerWidth < 600 ? 190 : 230,
        padding: [8, 10, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          sync: { key: "time" },
          drag: { x: true, y: false, dist: 6 },
          points: {
            size: 9,
            fill: () => charts.colour("card"),
            stroke: () => charts.colour(key),
            width: 2,
            show: onlyLine,
          },
        },
        scales: { x: { time: false }, y: { range: yRange(key) } },
        axes: [
          { ...axis, size: knee ? 30 : 6, space: 64, incrs: charts.TIME_STEPS_S, values: timeLabels },
          {
            ...axis,
            size: 46,
            space: 34,
            incrs: [5, 10, 20, 30, 45],
            values: (_plot, ticks) => ticks.map(degrees),
          },
        ],
        series: [{}, { stroke: charts.colour(key), width: 2, points: { show: false }, spanGaps: false }, edge, edge],
        bands: [{ series: interior && knee ? [3, 2] : [2, 3], fill: charts.colour(`${key}-band`) }],
        hooks: {
          drawClear: [(plot) => drawBackground(plot, key)],
          draw: [(plot) => drawMarks(plot, key)],
          setCursor: [(plot) => read(plot.cursor.idx, (plot.cursor.left ?? -1) >= 0)],
          setScale: [(plot, scale) => scale === "x" && followZoom(plot)],
        },
      };
      return new uPlot(options, values(key), holder);
    }

    function rebuild() {
      const [from, to] = shown;
      const time = pointed;
      for (const panel of panels) panel.destroy();
      panels = joints.map(makePanel);
      zoomTo(from, to);
      if (time !== null) requestAnimationFrame(() => pointAt(time));
    }

    /**
     * @param {number} from
     * @param {number} to
     */
    function zoomTo(from, to) {
      const length = Math.min(Math.max(to - from, shortest), spanEnd - spanStart);
      const start = Math.min(Math.max((from + to - length) / 2, spanStart), spanEnd - length);
      for (const panel of panels) panel.setScale("x", { min: start, max: start + length });
    }

    /** @param {uPlot} plot */
    function followZoom(plot) {
      const { min, max } = plot.scales.x;
      if (min === undefined || min === null || max === undefined || max === null) return;
      shown = [min, max];
      slider.min = String(min);
      slider.max = String(max);
      const entire = min <= spanStart && max >= spanEnd;
      range.textContent = entire ? texts.whole_clip : fill(texts.range, { start: clock(min), end: clock(max) });
      reset.disabled = entire;
    }

    /** @param {number} factor */
    function zoomBy(factor) {
      const middle = Number(slider.value);
      const half = ((shown[1] - shown[0]) * factor) / 2;
      zoomTo(middle - half, middle + half);
    }

    /**
     * @param {Joint} key
     * @param {number} index
     */
    function reading(key, index) {
      const value = data[key][index];
      if (value === null) return null;
      const angle = key === "knee" ? shownKnee(Math.round(value)) : Math.round(value);
      const band = data[`${key}Band`][index];
      return `${degrees(angle)}${band === null ? "" : ` ± ${Math.ceil(band)}`}`;
    }

    /**
     * @param {number | null | undefined} index
     * @param {boolean} inside
     */
    function read(index, inside) {
      // Leaving the curves keeps the last reading, so that it can be compared or copied.
      if (!inside || index === null || index === undefined) return;
      const time = data.t[index];
      const rep = data.reps.find((candidate) => time >= candidate.start && time < candidate.end);
      const phase = data.phaseWords[data.phase[index]];
      const place = rep ? fill(texts.in_rep, { rep: rep.index, phase }) : texts.between;
      const [hip, knee] = [reading("hip", index), reading("knee", index)];
      const convention = interior ? texts.interior : texts.flexion;
      const angles =
        hip === null || knee === null
          ? [texts.not_measurable]
          : [fill(texts.hip, { angle: hip }), fill(texts.knee, { angle: knee, convention })];
      const words = [clock(time), place, ...angles].join("  ·  ");
      readout.textContent = words;
      pointed = time;
      slider.value = String(time);
      slider.setAttribute("aria-valuetext", words);
    }

    /** @param {number} time */
    function pointAt(time) {
      for (const panel of panels) panel.setCursor({ left: panel.valToPos(time, "x"), top: 1 });
    }

    /** @param {number} time */
    function seekClip(time) {
      if (clip && !clip.hidden) clip.currentTime = Math.max(0, time - spanStart);
    }

    /** @param {number} index */
    function markRep(index) {
      selectedRep = index;
      for (const row of all("tr[data-rep]")) {
        const chosen = Number(row.dataset.rep) === index;
        row.classList.toggle("selected", chosen);
        row.querySelector("button")?.setAttribute("aria-pressed", String(chosen));
      }
      for (const panel of panels) panel.redraw(false);
    }

    /** @param {number} index */
    function selectRep(index) {
      const rep = data.reps.find((candidate) => candidate.index === index);
      if (!rep) return;
      markRep(index);
      const margin = (rep.end - rep.start) * 0.2;
      zoomTo(rep.start - margin, rep.end + margin);
      requestAnimationFrame(() => pointAt(rep.peak));
      seekClip(rep.start);
    }

    /** @param {1 | -1} direction */
    function stepRep(direction) {
      const indices = data.reps.map((rep) => rep.index);
      const place = indices.indexOf(selectedRep);
      const next = place < 0 ? (direction > 0 ? 0 : indices.length - 1) : place + direction;
      if (indices[next] !== undefined) selectRep(indices[next]);
    }

    function scrollToCurves() {
      const box = one("#curves").getBoundingClientRect();
      if (box.top >= 0 && box.top < window.innerHeight / 2) return;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      one("#curves").scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
    }

    for (const row of all("tr[data-rep]")) {
      row.addEventListener("click", (event) => {
        if (event.target instanceof Element && event.target.closest("summary, details")) return;
        selectRep(Number(row.dataset.rep));
        scrollToCurves();
      });
    }

    one("#zoom-in").addEventListener("click", () => zoomBy(0.5));
    one("#zoom-out").addEventListener("click", () => zoomBy(2));
    reset.addEventListener("click", () => {
      markRep(0);
      zoomTo(spanStart, spanEnd);
    });
    one("#previous-rep").addEventListener("click", () => stepRep(-1));
    one("#next-rep").addEventListener("click", () => stepRep(1));
    slider.addEventListener("input", () => {
      pointAt(Number(slider.value));
      seekClip(Number(slider.value));
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", rebuild);
    onUnits.push(rebuild);

    panels = joints.map(makePanel);
    zoomTo(spanStart, spanEnd);
    clip?.addEventListener("timeupdate", () => {
      if (!clip.paused) pointAt(clip.currentTime + spanStart);
    });
    slider.value = String(spanStart);
    new ResizeObserver(() => {
      for (const panel of panels) {
        const width = /** @type {HTMLElement} */ (panel.root.parentElement).clientWidth;
        if (width > 0 && width !== panel.width) panel.setSize({ width, height: panel.height });
      }
    }).observe(one("#hip-curve"));
  }

  showClip();
  const block = one("#curve-data");
  if (block && typeof uPlot !== "undefined") showCurves(JSON.parse(block.textContent ?? ""));
})();
