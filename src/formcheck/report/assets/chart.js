// @ts-check

/** What the curves of the report, the progress page and the review page share: a classic script, since a report has no modules. */
const charts = (() => {
  /** Steps of a time axis. */
  const TIME_STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600];

  /** @typedef {[x: number, y: number, width: number, height: number]} Box  in canvas pixels */
  /** @typedef {(from_s: number, to_s: number) => Box} BoxOfSpan */

  /**
   * The value of a CSS variable.
   * @param {string} name
   */
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  /** @param {number} size_px */
  const font = (size_px, weight = 400) => `${weight} ${size_px}px ${getComputedStyle(document.body).fontFamily}`;

  /** What all axes have in common. */
  const axisStyle = () => ({
    stroke: colour("muted"),
    grid: { stroke: colour("grid"), width: 1 },
    ticks: { show: false },
    font: font(12),
  });

  /** A line that only bounds an error band. */
  const bandEdge = () => ({ stroke: "transparent", width: 0, points: { show: false } });

  /**
   * The edges of an error band.
   * @param {(number | null)[]} line
   * @param {(number | null)[]} half  half of the band's width
   * @returns {(number | null)[][]} upper and lower
   */
  const bandEdges = (line, half) =>
    [1, -1].map((sign) =>
      line.map((value, i) => {
        const width = half[i];
        return value === null || width === null ? null : value + sign * width;
      }),
    );

  /**
   * Draw inside a plot's area only.
   * @param {uPlot} plot
   * @param {(ctx: CanvasRenderingContext2D, box: BoxOfSpan) => void} draw
   */
  function insidePlot(plot, draw) {
    const { left, top, width, height } = plot.bbox;
    plot.ctx.save();
    plot.ctx.beginPath();
    plot.ctx.rect(left, top, width, height);
    plot.ctx.clip();
    draw(plot.ctx, (from_s, to_s) => {
      const x = plot.valToPos(from_s, "x", true);
      return [x, top, Math.max(plot.valToPos(to_s, "x", true) - x, 1), height];
    });
    plot.ctx.restore();
  }

  /**
   * A band across the whole plot, such as the target zone of an angle.
   * @param {uPlot} plot
   * @param {[number, number]} limits
   * @param {string} fill
   */
  function fillZone(plot, limits, fill) {
    const [low, high] = limits.map((value) => plot.valToPos(value, "y", true));
    plot.ctx.fillStyle = fill;
    plot.ctx.fillRect(plot.bbox.left, high, plot.bbox.width, low - high);
  }

  /**
   * A repetition's span, dashed where it is cut off by the clip's start or end.
   * @param {CanvasRenderingContext2D} ctx
   * @param {Box} box
   * @param {{complete: boolean, selected: boolean}} state
   */
  function drawRep(ctx, box, { complete, selected }) {
    ctx.fillStyle = colour(selected ? "rep-selected" : "rep-fill");
    ctx.fillRect(...box);
    if (complete) return;
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.strokeStyle = colour("muted");
    ctx.lineWidth = devicePixelRatio;
    ctx.strokeRect(...box);
    ctx.setLineDash([]);
  }

  /**
   * Where nothing could be measured.
   * @param {CanvasRenderingContext2D} ctx
   * @param {Box[]} boxes
   */
  function hatchGaps(ctx, boxes) {
    for (const fill of [colour("gap-fill"), hatch(ctx)]) {
      ctx.fillStyle = fill;
      for (const box of boxes) ctx.fillRect(...box);
    }
  }

  /** @param {CanvasRenderingContext2D} ctx */
  function hatch(ctx) {
    const tile = document.createElement("canvas");
    const side = 8 * devicePixelRatio;
    tile.width = tile.height = side;
    const tileCtx = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
    tileCtx.strokeStyle = colour("gap-line");
    tileCtx.lineWidth = 1.2 * devicePixelRatio;
    for (const offset of [-side, 0, side]) {
      tileCtx.moveTo(offset, side);
      tileCtx.lineTo(offset + side, 0);
    }
    tileCtx.stroke();
    return ctx.createPattern(tile, "repeat") ?? colour("gap-fill");
  }

  /**
   * The diamond at a repetition's straightest moment.
   * @param {CanvasRenderingContext2D} ctx
   * @param {number} x
   * @param {number} y
   */
  function drawPeak(ctx, x, y) {
    const arm = 5 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, y - arm);
    ctx.lineTo(x + arm, y);
    ctx.lineTo(x, y + arm);
    ctx.lineTo(x - arm, y);
    ctx.closePath();
    ctx.fillStyle = colour("card");
    ctx.fill();
    ctx.strokeStyle = colour("knee");
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.stroke();
  }

  /**
   * Minutes and seconds, '1:02.5'.
   * @param {number} time_s
   * @param {number} [decimals]
   * @param {string} [mark]  the language's decimal mark
   */
  function clock(time_s, decimals = 1, mark = ".") {
    const unit = 10 ** decimals;
    const ticks = Math.round(Math.abs(time_s) * unit);
    const tail = decimals ? mark + String(ticks % unit).padStart(decimals, "0") : "";
    const seconds = String(Math.floor((ticks % (60 * unit)) / unit)).padStart(2, "0");
    return `${time_s < 0 && ticks ? "−" : ""}${Math.floor(ticks / (60 * unit))}:${seconds}${tail}`;
  }

  return {
    TIME_STEPS_S,
    axisStyle,
    bandEdge,
    bandEdges,
    clock,
    colour,
    drawPeak,
    drawRep,
    fillZone,
    font,
    hatchGaps,
    insidePlot,
  };
})();
