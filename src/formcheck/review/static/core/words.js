// @ts-check
/** Numbers and verdicts in words, the same as in the report (report/words.py). */

import { h, icon } from "./dom.js";

/** @import { Finding, Rep, SessionDocument, Verdict } from "./types.js" */

export const Z_95 = 1.96;
export const CANNOT_TELL = "cannot tell";
/** What is called unsure of a repetition. */
export const UNSURE = "Unsure: nothing is not met, but a check is borderline or could not be told";

/** @type {Record<Verdict, {word: string, key: string}>} */
export const VERDICTS = {
  MET: { word: "Met", key: "met" },
  NOT_MET: { word: "Not met", key: "not-met" },
  BORDERLINE: { word: "Borderline", key: "borderline" },
  NOT_ASSESSABLE: { word: "Cannot tell", key: "unknown" },
};

/** @type {Record<string, string>} */
const RULES = {
  lying_on_back: "Lying on the back",
  hip_in_band: "Hip where asked",
  hip_steady: "Thigh held still",
  knee_starts_bent: "Knee starts bent",
  slow: "Slow enough",
  smooth: "Smooth, no bouncing",
  glide_size: "Enough to be a glide",
  hands_on_thigh: "Hands on the thigh",
  toes: "Foot as asked",
  set_complete: "Set complete",
};

/** @type {Record<string, string>} */
const PHASES = {
  rest: "at rest",
  extending: "straightening",
  holding: "staying near the end",
  returning: "bending back",
  unknown: "not measurable",
};
/** @type {Record<string, string>} */
const SUFFIX = { "": "", deg: "°", "deg/s": "°/s", s: " s", reps: "" };

/** @param {string} phase */
export const phaseWords = (phase) => PHASES[phase] ?? phase;

/** @param {string} rule */
export const ruleTitle = (rule) => RULES[rule] ?? capital(rule.replaceAll("_", " "));

/** @param {string} text */
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/**
 * Round half away from zero, so that 22.5 and 23.5 do not land on neighbours' sides.
 * @param {number} value
 */
export const whole = (value) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5) || 0;

/**
 * @param {number} value
 * @param {number} [decimals]
 */
export const figure = (value, decimals = 0) =>
  (decimals ? value.toFixed(decimals) : String(whole(value))).replace("-", "−");

/** @param {number | null | undefined} value */
export const degrees = (value) => (value === null || value === undefined ? CANNOT_TELL : `${figure(value)}°`);

/**
 * Value and 95 % band: '22° ± 8'.
 * @param {number | null | undefined} value
 * @param {number | null | undefined} se
 */
export function withBand(value, se) {
  if (value === null || value === undefined) return CANNOT_TELL;
  return degrees(value) + (se === null || se === undefined ? "" : ` ± ${band(se)}`);
}

/**
 * A band is never stated smaller than it is.
 * @param {number} se
 */
export const band = (se) => Math.ceil(Z_95 * se - 1e-9);

/**
 * @param {number} value
 * @param {number} [decimals]
 */
export const signed = (value, decimals = 0) =>
  figure(value, decimals).startsWith("−") || Number(value.toFixed(decimals)) === 0
    ? figure(value, decimals)
    : `+${figure(value, decimals)}`;

/** @param {number | null | undefined} value */
export const seconds = (value) => (value === null || value === undefined ? "–" : value.toFixed(1));

/**
 * @param {number} time_s
 * @param {number} [decimals]
 */
export function clock(time_s, decimals = 1) {
  const unit = 10 ** decimals;
  const ticks = Math.round(Math.abs(time_s) * unit);
  const tail = decimals ? `.${String(ticks % unit).padStart(decimals, "0")}` : "";
  const sign = time_s < 0 && ticks ? "−" : "";
  return `${sign}${Math.floor(ticks / (60 * unit))}:${String(Math.floor((ticks % (60 * unit)) / unit)).padStart(2, "0")}${tail}`;
}

/** @param {string | null} iso */
export function dateWords(iso) {
  if (!iso) return "–";
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const day = `${date.getDate()} ${date.toLocaleString("en-GB", { month: "short" })} ${date.getFullYear()}`;
  return iso.length > 10
    ? `${day}, ${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`
    : day;
}

/** What a date is the date of. @type {Record<string, string>} */
const DATES = { filmed: "Filmed", file: "File of", analysed: "Analysed", practised: "Practised" };

/**
 * A date and what it is the date of.
 * @param {string | null} iso
 * @param {string | null} [kind]
 */
export const labelledDate = (iso, kind) =>
  iso ? `${DATES[kind ?? ""] ?? "Dated"} ${dateWords(iso)}` : "No date known";

/** What an analysis is doing, in plain words. @type {Record<string, string>} */
const STAGES = { "looking over": "finding the person" };

/**
 * @param {{stage: string | null, share: number, state: string}} job
 */
export function jobWords({ stage, share, state }) {
  if (state === "queued") return "waiting for its turn";
  const words = stage ? (STAGES[stage] ?? stage) : "analysing";
  return share > 0 ? `${words}, ${percent(share)}` : `${words} …`;
}

/** @param {number} share */
export const percent = (share) =>
  `${share > 0 && share < 1 ? Math.min(Math.max(whole(share * 100), 1), 99) : whole(share * 100)} %`;

/** @param {Finding} finding */
function decimals(finding) {
  if (finding.unit === "s") return 1;
  if (finding.unit === "thigh lengths") return 2;
  const ends = /** @type {number[]} */ (finding.limit.filter((end) => end !== null));
  const observed = finding.observed ?? Number.NaN;
  return Number(
    ends.some((end) => (Math.abs(observed - end) > 0 && Math.abs(observed - end) < 1) || end !== whole(end)),
  );
}

/** @param {Finding} finding */
export function observedWords(finding) {
  return finding.observed === null ? "–" : figure(finding.observed, decimals(finding)) + suffix(finding.unit);
}

/** @param {Finding} finding */
export function limitWords(finding) {
  const [low, high] = finding.limit;
  const places = decimals(finding);
  if (low !== null && high !== null) return `${figure(low, places)} to ${figure(high, places)}${suffix(finding.unit)}`;
  if (low !== null) return `at least ${figure(low, places)}${suffix(finding.unit)}`;
  return high === null ? "–" : `at most ${figure(high, places)}${suffix(finding.unit)}`;
}

/** @param {string} unit */
export const suffix = (unit) => SUFFIX[unit] ?? ` ${unit}`;

/**
 * @param {Verdict} verdict
 * @param {string} [more]
 */
export const pill = (verdict, more = "") =>
  h("span", { class: `verdict ${VERDICTS[verdict].key}` }, icon(VERDICTS[verdict].key), VERDICTS[verdict].word + more);

const ORDER = /** @type {Verdict[]} */ (["NOT_MET", "BORDERLINE", "NOT_ASSESSABLE"]);

/**
 * How far from the exercise: not met weighs most, then borderline, then what could not be told.
 * @param {Rep} rep
 */
export const faults = (rep) =>
  ORDER.map((verdict) => rep.findings.filter((finding) => !finding.advisory && finding.verdict === verdict).length);

/**
 * @param {Rep} rep
 * @returns {Verdict}
 */
export function repVerdict(rep) {
  const counts = faults(rep);
  if (!rep.complete || !rep.findings.length) return "NOT_ASSESSABLE";
  return ORDER.find((_, place) => counts[place] > 0) ?? "MET";
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
const compareRanks = (a, b) => a.map((value, place) => value - b[place]).find((difference) => difference !== 0) ?? 0;

/**
 * How far a finding that is not met is beyond its limit, as a share of the limit.
 * @param {Finding} finding
 */
function beyond({ observed, limit: [low, high] }) {
  if (observed === null) return 0;
  const excess = Math.max(low === null ? 0 : low - observed, high === null ? 0 : observed - high, 0);
  return excess / Math.max(Math.abs(low !== null && observed < low ? low : (high ?? 0)), 1);
}

/**
 * What a repetition is ranked by: how many findings are not met, then how far beyond their limits, then what is unsure.
 * Range is not a merit, so the size of the movement has no part in it.
 * @param {Rep} rep
 */
function rank(rep) {
  const [notMet, ...unsure] = faults(rep);
  const missed = rep.findings.filter(
    (finding) => !finding.advisory && finding.verdict === "NOT_MET" && finding.rule !== "glide_size",
  );
  // To a tenth of the limit: what is less is noise of measuring, and no reason to call one worse than another.
  return [notMet, whole(10 * missed.reduce((sum, finding) => sum + beyond(finding), 0)), ...unsure];
}

/**
 * The complete repetition nearest the exercise or furthest from it, and why; no repetition when all are alike.
 * @param {Rep[]} reps
 * @param {"best" | "worst"} which
 * @returns {{rep: Rep | null, why: string}}
 */
export function exemplar(reps, which) {
  const judged = reps.filter((rep) => rep.complete && rep.findings.length);
  const sign = which === "best" ? 1 : -1;
  const ranked = [...judged].sort((a, b) => sign * compareRanks(rank(a), rank(b)) || a.index - b.index);
  if (!ranked.length) return { rep: null, why: `No repetition was judged, so none is the ${which}.` };
  const [rep, last] = [ranked[0], ranked[ranked.length - 1]];
  if (ranked.length === 1) return { rep, why: `The only complete repetition: ${rep.index}. ${standing(rep)}` };
  if (compareRanks(rank(rep), rank(last)) === 0)
    return {
      rep: null,
      why: `All alike: the ${ranked.length} complete repetitions were judged the same, so none is the ${which}.`,
    };
  const equals = ranked.filter((other) => other !== rep && compareRanks(rank(rep), rank(other)) === 0);
  const also = equals.length ? ` Just like it: ${equals.map((other) => other.index).join(", ")}.` : "";
  return { rep, why: `${capital(which)} of ${ranked.length}: repetition ${rep.index}. ${standing(rep)}${also}` };
}

/**
 * What is not met or unsure in a repetition, in one sentence.
 * @param {Rep} rep
 */
function standing(rep) {
  const parts = ORDER.flatMap((verdict) => {
    const found = rep.findings.filter((finding) => !finding.advisory && finding.verdict === verdict);
    const named = found.map((finding) => {
      const title = ruleTitle(finding.rule).toLowerCase();
      return finding.observed === null ? title : `${title} (${observedWords(finding)}, wanted ${limitWords(finding)})`;
    });
    return named.length ? [`${VERDICTS[verdict].word}: ${named.join(", ")}.`] : [];
  });
  return parts.length ? parts.join(" ") : "All checks met.";
}

/** @param {SessionDocument} document */
export function tally(document) {
  const complete = document.reps.filter((rep) => rep.complete);
  const count = (/** @type {Verdict[]} */ ...verdicts) =>
    complete.filter((rep) => verdicts.includes(repVerdict(rep))).length;
  return {
    reps: document.rep_count,
    correct: count("MET"),
    incorrect: count("NOT_MET"),
    unsure: count("BORDERLINE", "NOT_ASSESSABLE"),
  };
}
