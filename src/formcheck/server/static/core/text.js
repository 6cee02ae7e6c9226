// @ts-check
/** Words and numbers in the language of the page. Its catalogue comes with it from the server (formcheck.text). */

/** @import { DateKind, Job, Side } from "./types.js" */

/** @typedef {Record<string, string | number>} Values */

/** @type {{language: string, texts: Record<string, string>}} */
const { language, texts } = JSON.parse(document.querySelector("#texts")?.textContent ?? "{}");

export const Z_95 = 1.96;
export const COLLATOR = new Intl.Collator(language, { numeric: true, sensitivity: "base" });

/**
 * The text under a key with its {names} filled in. A key with the forms `.one` and `.other` is chosen by `n`.
 * @param {string} key
 * @param {Values} [values]
 */
export function t(key, values = {}) {
  const text = texts[key] ?? texts[`${key}.${values.n === 1 ? "one" : "other"}`];
  if (text === undefined) throw new Error(`no text ${key} in ${language}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** @param {string} key */
export const hasText = (key) => key in texts;

/** @param {string} text */
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/**
 * Round half away from zero as formcheck.text.rounding does: what arithmetic in binary leaves behind the digits that a
 * number has plays no part.
 * @param {number} value
 * @param {number} [decimals]
 */
export function halfAway(value, decimals = 0) {
  const scaled = Number((Math.abs(value) * 10 ** decimals).toPrecision(12));
  return (Math.sign(value) * Math.floor(scaled + 0.5)) / 10 ** decimals || 0;
}

/**
 * A number with the language's decimal mark and a true minus sign.
 * @param {number} value
 * @param {number} [decimals]
 */
export const number = (value, decimals = 0) =>
  halfAway(value, decimals).toFixed(decimals).replace("-", "−").replace(".", t("number.decimal_mark"));

/**
 * The second number less the first, both as they are shown: what a reader finds who subtracts them.
 * @param {number} first
 * @param {number} second
 * @param {number} [decimals]
 */
export const difference = (first, second, decimals = 0) =>
  halfAway(halfAway(second, decimals) - halfAway(first, decimals), decimals);

/**
 * No decimals, or so many that a difference is shown on its own side of its limit, which is rounded up.
 * @param {number} first
 * @param {number} second
 * @param {number} limit
 */
export function decimalsFor(first, second, limit) {
  const within = Math.abs(second - first) < limit;
  const agrees = (/** @type {number} */ decimals) =>
    Math.abs(difference(first, second, decimals)) <= ceiling(limit, decimals) === within;
  return [0, 1, 2, 3].find(agrees) ?? 1;
}

/**
 * A number with as many decimals as it has.
 * @param {number} value
 */
export const decimal = (value) => String(value).replace(".", t("number.decimal_mark"));

/**
 * With its sign, but for a zero.
 * @param {number} value
 * @param {number} [decimals]
 */
export const signed = (value, decimals = 0) =>
  halfAway(value, decimals) > 0 ? `+${number(value, decimals)}` : number(value, decimals);

/**
 * @param {number | null} value
 * @param {number} [decimals]
 */
export const degrees = (value, decimals = 0) =>
  value === null ? t("number.cannot_tell") : `${number(value, decimals)}°`;

/**
 * Value and 95 % band: '22° ± 8'.
 * @param {number | null} value
 * @param {number | null} se
 * @param {number} [decimals]
 */
export const withBand = (value, se, decimals = 0) =>
  degrees(value, decimals) + (value === null || se === null ? "" : ` ± ${band(se, decimals)}`);

/**
 * Half the width of a 95 % band, never stated smaller than it is.
 * @param {number} se
 * @param {number} [decimals]
 */
export const band = (se, decimals = 0) => number(ceiling(Z_95 * se, decimals), decimals);

/**
 * @param {number} value
 * @param {number} [decimals]
 */
export const ceiling = (value, decimals = 0) => Math.ceil(value * 10 ** decimals - 1e-9) / 10 ** decimals;

/** @param {number | null} value  in seconds, without the unit */
export const seconds = (value) => (value === null ? "–" : number(value, 1));

/**
 * Minutes and seconds: '1:02.5'.
 * @param {number} time_s
 * @param {number} [decimals]
 */
export const clock = (time_s, decimals = 1) => charts.clock(time_s, decimals, t("number.decimal_mark"));

/**
 * Whole per cent, keeping 0 and 100 for none and all.
 * @param {number} share
 */
export function percent(share) {
  const value = halfAway(share * 100);
  return t("number.percent", { value: share > 0 && share < 1 ? Math.min(Math.max(value, 1), 99) : value });
}

/**
 * A day, with the time of day where it is known: that of the place where the clip was filmed.
 * @param {string | null} iso
 */
export function dateWords(iso) {
  const [, year, month, day, time] = iso?.match(/^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}))?/) ?? [];
  if (!year) return iso ?? "–";
  const values = { day: Number(day), month: t(`number.month.${Number(month)}`), year };
  return time ? t("number.date_time", { ...values, time }) : t("number.date", values);
}

/** @param {string | null} iso */
export const dayOf = (iso) => iso?.slice(0, 10) ?? null;

/**
 * A date and what it is the date of.
 * @param {string | null} iso
 * @param {DateKind} [kind]
 */
export const labelledDate = (iso, kind = "filmed") =>
  iso ? t(`review.date.${kind}`, { date: dateWords(iso) }) : t("review.date.none");

/**
 * Minutes and seconds in words, rounded as an estimate is.
 * @param {number} length_s
 */
function about(length_s) {
  if (length_s < 100) return t("number.seconds", { value: Math.max(5, 5 * Math.ceil(length_s / 5)) });
  return t("review.job.minutes", { n: Math.ceil(length_s / 60) });
}

/**
 * What an analysis is doing, and how long it will still take.
 * @param {Pick<Job, "stage" | "share" | "state" | "left_s">} job
 */
export function jobWords({ stage, share, state, left_s }) {
  if (state === "queued") return t("review.job.queued");
  const key = `stage.${stage ?? ""}`;
  const words = t(hasText(key) ? key : "stage.analyse");
  if (!(share > 0)) return t("review.job.busy", { stage: words });
  const values = { stage: words, percent: percent(share) };
  return typeof left_s === "number"
    ? t("review.job.share_left", { ...values, time: about(left_s) })
    : t("review.job.share", values);
}

/** @param {Side} side */
export const sideWords = (side) => t(`side.${side}`);
