// @ts-check

/** The charts of the progress page: each day a dot, read by pointer or arrow keys. */
(() => {
  /**
   * What record/charts.py writes.
   * @typedef {object} ChartData
   * @property {string} id
   * @property {string} first  the day that x counts from
   * @property {number} span  days
   * @property {[number, number]} range
   * @property {string} unit
   * @property {[number, number] | null} zone
   * @property {number[]} x  days
   * @property {ChartLine[]} lines
   */

  /**
   * @typedef {object} ChartLine
   * @property {string} colour
   * @property {(number | null)[]} values
   * @property {(number | null)[]} bands
   * @property {([number, number] | null)[]} scatter  the lowest and the highest set of a day
   * @property {(string | null)[]} titles
   * @property {boolean} banded
   */

  /**
   * The page's words, in its language. ``{names}`` are filled in here.
   * @typedef {object} Texts
   * @property {string} decimal_mark
   * @property {string} day
   * @property {string} readout
   * @property {string} chart_label
   * @property {string[]} months
   */

  /** @typedef {{plot: uPlot, holder: HTMLElement}} Drawn */

  const HEIGHT_PX = 210;
  const root = document.documentElement;
  root.classList.replace("no-js", "js");
  /** @type {{charts: ChartData[], texts: Texts}} */
  const page = JSON.parse(/** @type {HTMLElement} */ (document.querySelector("#chart-data")).textContent ?? "");
  const texts = page.texts;
  /** @type {Drawn[]} */
  let drawn = [];

  /**
   * Days are those of the place where the sets were done, whatever clock the reader has.
   * @param {string} first
   * @param {number} days
   */
  function dayLabel(first, days) {
    const date = new Date(Date.parse(`${first}T00:00:00Z`) + days * 86_400_000);
    return texts.day.replace("{day}", String(date.getUTCDate())).replace("{month}", texts.months[date.getUTCMonth()]);
  }

  /** @param {number} value */
  function numberLabel(value) {
    return String(value).replace("-", "\u2212").replace(".", texts.decimal_mark);
  }

  /**
   * @param {ChartLine} line
   * @param {boolean} open  its dots are rings
   * @returns {uPlot.Series}
   */
  function seriesOf(line, open) {
    const stroke = charts.colour(line.colour);
    const points = { show: true, size: 6, fill: open ? charts.colour("card") : stroke, stroke, width: 1.5 };
    return { stroke, width: 2, spanGaps: true, points };
  }

  /**
   * The lines, each with the edges of its error band where it has one.
   * @param {ChartData} data
   */
  function linesOf(data) {
    /** @type {(number | null)[][]} */
    const rows = [];
    /** @type {uPlot.Series[]} */
    const series = [{}];
    /** @type {uPlot.Band[]} */
    const bands = [];
    data.lines.forEach((line, index) => {
      rows.push(line.values);
      series.push(seriesOf(line, data.lines.length > 1 && index === 0));
      if (!line.banded) return;
      rows.push(...charts.bandEdges(line.values, line.bands));
      bands.push({ series: [series.length, series.length + 1], fill: charts.colour(`${line.colour}-band`) });
      const edge = { ...charts.bandEdge(), spanGaps: true };
      series.push(edge, edge);
    });
    return { rows, series, bands };
  }

  /**
   * Several sets of a day are one dot; how far they lie apart is a stroke through it.
   * @param {uPlot} plot
   * @param {ChartData} data
   */
  function drawScatter(plot, data) {
    const { ctx } = plot;
    for (const line of data.lines) {
      ctx.strokeStyle = charts.colour(line.colour);
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.beginPath();
      line.scatter.forEach((ends, index) => {
        if (!ends) return;
        const x = plot.valToPos(data.x[index], "x", true);
        ctx.moveTo(x, plot.valToPos(ends[0], "y", true));
        ctx.lineTo(x, plot.valToPos(ends[1], "y", true));
      });
      ctx.stroke();
    }
  }

  /**
   * @param {ChartData} data
   * @returns {Drawn}
   */
  function build(data) {
    const figure = /** @type {HTMLElement} */ (document.querySelector(`[data-chart="${data.id}"]`));
    const holder = /** @type {HTMLElement} */ (figure.querySelector(".live-chart"));
    const readout = /** @type {HTMLElement} */ (figure.querySelector(".readout"));
    holder.hidden = false;
    const { zone } = data;
    const { rows, series, bands } = linesOf(data);
    /** @param {number | null | undefined} index */
    const read = (index) => {
      const titles =
        index === null || index === undefined ? [] : data.lines.map((line) => line.titles[index]).filter(Boolean);
      readout.textContent = titles.join("; ") || texts.readout;
    };
    const axis = charts.axisStyle();
    const last = data.x.at(-1);
    /** @type {uPlot.Options} */
    const options = {
      width: holder.clientWidth,
      height: HEIGHT_PX,
      padding: [8, 26, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, dist: 6 }, points: { size: 9 } },
      scales: {
        x: {
          time: false,
          range: (_plot, low, high) => (low === data.x[0] && high === last ? [0, data.span] : [low, high]),
        },
        y: { range: data.range },
      },
      axes: [
        {
          ...axis,
          size: 30,
          space: 56,
          incrs: [1, 2, 7, 14, 28, 56, 91, 182, 365],
          values: (_plot, ticks) => ticks.map((day) => dayLabel(data.first, day)),
        },
        {
          ...axis,
          size: 46,
          space: 30,
          values: (_plot, ticks) => ticks.map((value) => numberLabel(value) + data.unit),
        },
      ],
      series,
      bands,
      hooks: {
        draw: [(plot) => drawScatter(plot, data)],
        drawClear: [(plot) => zone && charts.fillZone(plot, zone, charts.colour("zone-fill"))],
        setCursor: [(plot) => read(plot.cursor.idx)],
      },
    };
    const plot = new uPlot(options, [data.x, ...rows], holder);
    holder.tabIndex = 0;
    holder.setAttribute("role", "application");
    const title = figure.querySelector("h4")?.textContent ?? "";
    holder.setAttribute("aria-label", texts.chart_label.replace("{title}", title));
    let at = -1;
    holder.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
      if (!step) return;
      event.preventDefault();
      at = Math.min(Math.max(at + step, 0), data.x.length - 1);
      plot.setCursor({ left: plot.valToPos(data.x[at], "x"), top: 10 });
      read(at);
    });
    read(null);
    return { plot, holder };
  }

  function rebuild() {
    for (const { plot } of drawn) plot.destroy();
    drawn = page.charts.map(build);
  }

  rebuild();
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    for (const { plot, holder } of drawn) plot.setSize({ width: holder.clientWidth, height: HEIGHT_PX });
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", rebuild);
})();
