"use strict";

(() => {
  const root = document.documentElement;
  root.classList.replace("no-js", "js");

  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const block = one("#curve-data");
  const data = block ? JSON.parse(block.textContent) : null;

  let interior = false;
  let selectedRep = 0;
  let panels = [];

  const shownKnee = (flexion) => (interior ? 180 - flexion : flexion);
  const conventionWords = () => (interior ? "interior angle, 180° = straight" : "flexion, 0° = straight");

  const clock = (time, decimals = 1) => {
    const unit = 10 ** decimals;
    const ticks = Math.round(time * unit);
    const rest = ticks % (60 * unit);
    const whole = String(Math.floor(rest / unit)).padStart(2, "0");
    const tail = decimals ? "." + String(rest % unit).padStart(decimals, "0") : "";
    return Math.floor(ticks / (60 * unit)) + ":" + whole + tail;
  };

  // Units of the knee --------------------------------------------------------------------------

  function showUnits() {
    root.classList.toggle("interior", interior);
    for (const node of all("[data-flexion-deg]")) {
      node.textContent = shownKnee(Number(node.dataset.flexionDeg)) + "°";
    }
    for (const node of all("[data-interior-words]")) {
      node.dataset.flexionWords ??= node.textContent;
      node.textContent = interior ? node.dataset.interiorWords : node.dataset.flexionWords;
    }
  }

  for (const input of all("input[name=unit]")) {
    input.addEventListener("change", () => {
      interior = one("input[name=unit]:checked").value === "interior";
      showUnits();
      if (data) rebuild();
    });
  }

  if (!data || typeof uPlot === "undefined") return;

  // Curves -------------------------------------------------------------------------------------

  const [spanStart, spanEnd] = data.span;
  const shortest = Math.min(0.5, spanEnd - spanStart);
  const slider = one("#time-slider");
  const readout = one("#readout");
  const range = one("#shown-range");
  let shown = [spanStart, spanEnd];
  let pointed = null;

  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();

  const values = (key) => {
    const line = data[key];
    const band = data[key + "Band"];
    const shift = (sign) => line.map((v, i) => (v === null || band[i] === null ? null : v + sign * band[i]));
    const convert = key === "knee" && interior ? (list) => list.map((v) => (v === null ? null : 180 - v)) : (list) => list;
    return [data.t, convert(line), convert(shift(1)), convert(shift(-1))];
  };

  const yRange = (key) => {
    const [low, high] = data[key + "Range"];
    return key === "knee" && interior ? [180 - high, 180 - low] : [low, high];
  };

  function hatch(context) {
    const tile = document.createElement("canvas");
    const side = 8 * devicePixelRatio;
    tile.width = tile.height = side;
    const pen = tile.getContext("2d");
    pen.strokeStyle = colour("gap-line");
    pen.lineWidth = 1.2 * devicePixelRatio;
    for (const offset of [-side, 0, side]) {
      pen.moveTo(offset, side);
      pen.lineTo(offset + side, 0);
    }
    pen.stroke();
    return context.createPattern(tile, "repeat");
  }

  function clipToPlot(u, draw) {
    const { left, top, width, height } = u.bbox;
    u.ctx.save();
    u.ctx.beginPath();
    u.ctx.rect(left, top, width, height);
    u.ctx.clip();
    draw(u.ctx, (from, to) => {
      const x = u.valToPos(from, "x", true);
      return [x, top, Math.max(u.valToPos(to, "x", true) - x, 1), height];
    });
    u.ctx.restore();
  }

  function drawGround(u, key) {
    clipToPlot(u, (context, box) => {
      for (const rep of data.reps) {
        context.fillStyle = colour(rep.index === selectedRep ? "rep-selected" : "rep-fill");
        context.fillRect(...box(rep.start, rep.end));
        if (!rep.complete) drawCut(context, box(rep.start, rep.end));
      }
      if (key === "hip") {
        const [low, high] = data.hipTarget.map((value) => u.valToPos(value, "y", true));
        const [x, , width] = box(u.scales.x.min, u.scales.x.max);
        context.fillStyle = colour("target-fill");
        context.fillRect(x, high, width, low - high);
      }
      context.fillStyle = colour("gap-fill");
      for (const [start, end] of data.gaps) context.fillRect(...box(start, end));
      context.fillStyle = hatch(context);
      for (const [start, end] of data.gaps) context.fillRect(...box(start, end));
    });
  }

  function drawCut(context, [x, y, width, height]) {
    context.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    context.strokeStyle = colour("muted");
    context.lineWidth = devicePixelRatio;
    context.strokeRect(x, y, width, height);
    context.setLineDash([]);
  }

  function drawMarks(u, key) {
    const scale = devicePixelRatio;
    clipToPlot(u, (context, box) => {
      context.font = `600 ${12 * scale}px ${getComputedStyle(document.body).fontFamily}`;
      context.textAlign = "center";
      context.textBaseline = "top";
      for (const rep of data.reps) {
        const [x, y, width] = box(rep.start, rep.end);
        if (width > 16 * scale) {
          context.fillStyle = colour("ink");
          context.fillText(String(rep.index), x + width / 2, y + 4 * scale);
        }
        if (key === "knee" && rep.peakDeg !== null) {
          drawPeak(context, u.valToPos(rep.peak, "x", true), u.valToPos(shownKnee(rep.peakDeg), "y", true), scale);
        }
      }
    });
  }

  function drawPeak(context, x, y, scale) {
    const arm = 5 * scale;
    context.beginPath();
    context.moveTo(x, y - arm);
    context.lineTo(x + arm, y);
    context.lineTo(x, y + arm);
    context.lineTo(x - arm, y);
    context.closePath();
    context.fillStyle = colour("card");
    context.fill();
    context.strokeStyle = colour("knee");
    context.lineWidth = 2 * scale;
    context.stroke();
  }

  const timeSteps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600];
  const timeLabels = (u, ticks, axis, space, step) => ticks.map((tick) => clock(tick, step < 1 ? 1 : 0));

  function makePanel(key) {
    const holder = one(`#${key}-curve`);
    const ink = colour("muted");
    const grid = { stroke: colour("grid"), width: 1 };
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: ink, grid, ticks: { show: false }, font };
    const edge = { stroke: "transparent", width: 0, points: { show: false } };
    const options = {
      width: holder.clientWidth,
      height: window.innerWidth < 600 ? 190 : 230,
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        sync: { key: "time" },
        drag: { x: true, y: false, dist: 6 },
        points: { size: 9, fill: () => colour("card"), stroke: () => colour(key), width: 2, show: showPoint },
      },
      scales: { x: { time: false }, y: { range: yRange(key) } },
      axes: [
        { ...axis, size: key === "knee" ? 30 : 6, space: 64, incrs: timeSteps, values: key === "knee" ? timeLabels : () => [] },
        { ...axis, size: 46, space: 34, incrs: [5, 10, 20, 30, 45], values: (u, ticks) => ticks.map((tick) => tick + "°") },
      ],
      series: [
        {},
        { stroke: colour(key), width: 2, points: { show: false }, spanGaps: false },
        edge,
        edge,
      ],
      bands: [{ series: interior && key === "knee" ? [3, 2] : [2, 3], fill: colour(key + "-band") }],
      hooks: {
        drawClear: [(u) => drawGround(u, key)],
        draw: [(u) => drawMarks(u, key)],
        setCursor: [(u) => read(u.cursor.idx, u.cursor.left >= 0)],
        setScale: [(u, scale) => scale === "x" && followZoom(u)],
      },
    };
    return new uPlot(options, values(key), holder);
  }

  // Only the line itself carries the hover point, not the edges of its band.
  function showPoint(u, series) {
    if (series !== 1) return false;
    return document.createElement("div");
  }

  function rebuild() {
    const [from, to] = shown;
    const time = pointed;
    for (const panel of panels) panel.destroy();
    panels = ["hip", "knee"].map(makePanel);
    zoomTo(from, to);
    if (time !== null) requestAnimationFrame(() => pointAt(time));
  }

  // Zoom ---------------------------------------------------------------------------------------

  function zoomTo(from, to) {
    const length = Math.min(Math.max(to - from, shortest), spanEnd - spanStart);
    const start = Math.min(Math.max((from + to - length) / 2, spanStart), spanEnd - length);
    for (const panel of panels) panel.setScale("x", { min: start, max: start + length });
  }

  function followZoom(u) {
    const { min, max } = u.scales.x;
    if (min === undefined || min === null) return;
    shown = [min, max];
    slider.min = min;
    slider.max = max;
    const entire = min <= spanStart && max >= spanEnd;
    range.textContent = entire ? "Whole clip" : `${clock(min)} to ${clock(max)}`;
    one("#zoom-reset").disabled = entire;
  }

  function zoomBy(factor) {
    const middle = Number(slider.value);
    const half = ((shown[1] - shown[0]) * factor) / 2;
    zoomTo(middle - half, middle + half);
  }

  // Reading a value ----------------------------------------------------------------------------

  const reading = (key, index) => {
    const value = data[key][index];
    if (value === null) return null;
    const angle = Math.round(key === "knee" ? shownKnee(value) : value);
    const band = data[key + "Band"][index];
    return angle + "°" + (band === null ? "" : " ± " + Math.ceil(band));
  };

  const repAt = (time) => data.reps.find((rep) => time >= rep.start && time < rep.end);

  function read(index, inside) {
    // Leaving the curves keeps the last reading, so that it can be compared or copied.
    if (!inside || index === null || index === undefined) return;
    const time = data.t[index];
    const rep = repAt(time);
    const where = rep ? `repetition ${rep.index}, ${data.phaseWords[data.phase[index]]}` : "between repetitions";
    const hip = reading("hip", index);
    const knee = reading("knee", index);
    const angles = hip === null ? ["not measurable here"] : [`hip ${hip}`, `knee ${knee} (${conventionWords()})`];
    readout.textContent = [`${clock(time)}`, where, ...angles].join("  ·  ");
    pointed = time;
    slider.value = time;
    slider.setAttribute("aria-valuetext", readout.textContent);
  }

  function pointAt(time) {
    for (const panel of panels) panel.setCursor({ left: panel.valToPos(time, "x"), top: 1 });
  }

  // Repetitions --------------------------------------------------------------------------------

  function markRep(index) {
    selectedRep = index;
    for (const row of all("tr[data-rep]")) {
      const chosen = Number(row.dataset.rep) === index;
      row.classList.toggle("selected", chosen);
      row.querySelector("button").setAttribute("aria-pressed", String(chosen));
    }
    for (const panel of panels) panel.redraw(false);
  }

  function selectRep(index) {
    const rep = data.reps.find((candidate) => candidate.index === index);
    if (!rep) return;
    markRep(index);
    const margin = (rep.end - rep.start) * 0.2;
    zoomTo(rep.start - margin, rep.end + margin);
    requestAnimationFrame(() => pointAt(rep.peak));
  }

  function stepRep(direction) {
    const indices = data.reps.map((rep) => rep.index);
    const place = indices.indexOf(selectedRep);
    const next = place < 0 ? (direction > 0 ? 0 : indices.length - 1) : place + direction;
    if (indices[next] !== undefined) selectRep(indices[next]);
  }

  function showWholeClip() {
    markRep(0);
    zoomTo(spanStart, spanEnd);
  }

  function showCurves() {
    const box = one("#curves").getBoundingClientRect();
    if (box.top >= 0 && box.top < window.innerHeight / 2) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    one("#curves").scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
  }

  for (const row of all("tr[data-rep]")) {
    row.addEventListener("click", (event) => {
      if (event.target.closest("summary, details")) return;
      selectRep(Number(row.dataset.rep));
      showCurves();
    });
  }

  one("#zoom-in").addEventListener("click", () => zoomBy(0.5));
  one("#zoom-out").addEventListener("click", () => zoomBy(2));
  one("#zoom-reset").addEventListener("click", showWholeClip);
  one("#previous-rep").addEventListener("click", () => stepRep(-1));
  one("#next-rep").addEventListener("click", () => stepRep(1));
  slider.addEventListener("input", () => pointAt(Number(slider.value)));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", rebuild);

  panels = ["hip", "knee"].map(makePanel);
  zoomTo(spanStart, spanEnd);
  slider.value = spanStart;
  new ResizeObserver(() => {
    for (const [index, key] of ["hip", "knee"].entries()) {
      const width = one(`#${key}-curve`).clientWidth;
      if (width > 0 && width !== panels[index].width) panels[index].setSize({ width, height: panels[index].height });
    }
  }).observe(one("#hip-curve"));
})();
