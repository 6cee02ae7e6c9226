"use strict";

(() => {
  const root = document.documentElement;
  root.classList.replace("no-js", "js");
  const charts = JSON.parse(document.querySelector("#chart-data").textContent);
  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  let drawn = [];

  // Days are those of the place where the sets were done, whatever clock the reader has.
  function dayLabel(first, days) {
    const date = new Date(Date.parse(first + "T00:00:00Z") + days * 86400000);
    return date.getUTCDate() + " " + months[date.getUTCMonth()];
  }

  function drawZone(u, zone) {
    if (!zone) return;
    const [low, high] = zone.map((value) => u.valToPos(value, "y", true));
    u.ctx.fillStyle = colour("zone-fill");
    u.ctx.fillRect(u.bbox.left, high, u.bbox.width, low - high);
  }

  function seriesOf(line, open) {
    const stroke = colour(line.key);
    return { stroke, width: 2, spanGaps: true, points: { show: true, size: 6, fill: open ? colour("card") : stroke, stroke, width: 1.5 } };
  }

  function build(data) {
    const figure = document.querySelector(`[data-chart="${data.id}"]`);
    const holder = figure.querySelector(".live-chart");
    const readout = figure.querySelector(".readout");
    holder.hidden = false;
    const ink = colour("muted");
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: ink, grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false }, font };
    const rows = [data.x];
    const series = [{}];
    const bands = [];
    const edge = { stroke: "transparent", width: 0, points: { show: false }, spanGaps: true };
    data.lines.forEach((line, index) => {
      rows.push(line.values);
      series.push(seriesOf(line, data.lines.length > 1 && index === 0));
      if (!line.banded) return;
      const shifted = (sign) => line.values.map((v, i) => (v === null ? null : v + sign * line.bands[i]));
      rows.push(shifted(1), shifted(-1));
      bands.push({ series: [series.length, series.length + 1], fill: colour(line.key + "-band") });
      series.push(edge, edge);
    });
    const tell = (index) => {
      const said = index === null || index === undefined ? [] : data.lines.map((line) => line.words[index]).filter(Boolean);
      readout.textContent = said.join("; ") || "Point at a session, or step through them with the arrow keys.";
    };
    const options = {
      width: holder.clientWidth,
      height: 210,
      padding: [8, 26, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, dist: 6 }, points: { size: 9 } },
      scales: { x: { time: false, range: (u, low, high) => (low === data.x[0] && high === data.x.at(-1) ? [0, data.span] : [low, high]) }, y: { range: data.range } },
      axes: [
        { ...axis, size: 30, space: 56, incrs: [1, 2, 7, 14, 28, 56, 91, 182, 365], values: (u, ticks) => ticks.map((day) => dayLabel(data.first, day)) },
        { ...axis, size: 46, space: 30, values: (u, ticks) => ticks.map((value) => value + data.unit) },
      ],
      series,
      bands,
      hooks: { drawClear: [(u) => drawZone(u, data.zone)], setCursor: [(u) => tell(u.cursor.idx)] },
    };
    const plot = new uPlot(options, rows, holder);
    holder.tabIndex = 0;
    holder.setAttribute("role", "application");
    holder.setAttribute("aria-label", figure.querySelector("h4").textContent + ": arrow keys step from session to session");
    let at = -1;
    holder.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      at = Math.min(Math.max(at + step, 0), data.x.length - 1);
      plot.setCursor({ left: plot.valToPos(data.x[at], "x"), top: 10 });
      tell(at);
    });
    tell(null);
    return [plot, holder];
  }

  function rebuild() {
    for (const [plot] of drawn) plot.destroy();
    drawn = charts.map(build);
  }

  rebuild();
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    for (const [plot, holder] of drawn) plot.setSize({ width: holder.clientWidth, height: 210 });
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", rebuild);
})();
