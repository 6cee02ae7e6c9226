// @ts-check
/** The server's values, as docs/review.md describes them. This module holds types only. */

/** @typedef {"MET" | "NOT_MET" | "BORDERLINE" | "NOT_ASSESSABLE" | "INFORMATION"} Verdict */
/** @typedef {"met" | "not_met" | "undecided"} Status  of a repetition */
/** @typedef {"left" | "right"} Side */
/** @typedef {[number, number]} Point */
/** @typedef {"filmed" | "file" | "analysed" | "practised"} DateKind  what a date is the date of */

/**
 * @typedef {object} Finding
 * @property {string} rule
 * @property {number | null} rep
 * @property {Verdict} verdict
 * @property {number | null} observed
 * @property {[number | null, number | null]} limit
 * @property {string} unit
 * @property {number | null} at_s
 * @property {boolean} advisory
 * @property {string} title  the rule's, in words
 * @property {string} text  the finding as a sentence
 * @property {string} observed_words
 * @property {string} limit_words
 * @property {"hip" | "knee"} curve  which curve it is marked on
 * @property {boolean} overruled  the verdict is the reviewer's
 */

/**
 * @typedef {object} Rep
 * @property {number} index
 * @property {number} start_s
 * @property {number} peak_s
 * @property {number} end_s
 * @property {boolean} complete
 * @property {boolean} partial
 * @property {number | null} knee_flexion_start_deg
 * @property {number | null} knee_flexion_peak_deg
 * @property {number | null} knee_se_deg
 * @property {number | null} hip_flexion_mean_deg
 * @property {number | null} hip_flexion_min_deg
 * @property {number | null} hip_flexion_max_deg
 * @property {number | null} hip_se_deg
 * @property {number | null} extend_s
 * @property {number | null} hold_s
 * @property {number | null} return_s
 * @property {number | null} excursion_deg
 * @property {Finding[]} findings
 * @property {Status | null} status  null: incomplete, so not judged
 * @property {string[]} deciding  the ids of the rules that decide it
 * @property {string} status_words  the status and what decides it: 'undecided: hip'
 * @property {string} deciding_words  what decides it: 'hip'
 */

/**
 * @typedef {object} Statistics  over the complete repetitions; those of docs/session.md that the page shows
 * @property {number | null} rep_count
 * @property {number} met
 * @property {number} not_met
 * @property {number} undecided
 * @property {number | null} best
 * @property {number | null} worst  null when all were judged alike
 */

/**
 * @typedef {object} SessionDocument  docs/session.md
 * @property {Side | null} side
 * @property {boolean} side_given
 * @property {string} leg_words  the working leg: 'Left leg', or that it is undecided or cannot be told
 * @property {{speed: number | null}} clip  speed: of playing the file against reality, null where it changes
 * @property {{id: string, version: string, name: string}} protocol
 * @property {{usable_fraction: number, reasons: string[]}} quality
 * @property {Statistics} statistics
 * @property {Rep[]} reps
 * @property {Finding[]} findings
 * @property {{headline: string, sentences: string[]}} summary
 */

/**
 * @typedef {object} Angles  one value a frame
 * @property {(number | null)[]} hip_deg
 * @property {(number | null)[]} knee_deg
 * @property {(number | null)[]} hip_se_deg
 * @property {(number | null)[]} knee_se_deg
 * @property {number[]} usable
 * @property {string[]} phase
 * @property {number[]} rep
 */

/** @typedef {{what: string, analysed: string, reviewed: string, reason: string}} Change */
/** What is shifted by measurements of the reviewer. @typedef {{frames: number, changes: Change[]}} Calibration */

/** @typedef {{document: SessionDocument, angles: Angles, same?: boolean, changes?: Change[], needs_side?: Side | null, notices?: string[], calibration?: Calibration | null}} Session */
/** @typedef {{start_s: number, peak_s: number | null, end_s: number}} RepTimes */
/** @typedef {{rule: string, rep: number | null, verdict: Verdict, reason: string, side?: Side | null}} Overrule  `side`: the leg that was judged */
/** @typedef {{id: string, scope: "session" | "rep" | "frame", rep: number | null, t_s: number | null, text: string, at: string, by?: string}} Note  `by`: who wrote it */
/** @typedef {"knee" | "hip" | "other"} Joint */
/** @typedef {{id: string, t_s: number, caption: string}} KeyImage */

/**
 * @typedef {object} Measurement
 * @property {string} id
 * @property {number} t_s
 * @property {Joint} joint
 * @property {Point[]} points  three, pixels of the clip's frame; the middle one is the vertex
 * @property {string} [rater]  who laid it
 * @property {number | null} angle_deg  as it appears
 * @property {number | null} plane_deg  in the plane of the leg
 * @property {number | null} tool_deg
 * @property {number | null} tool_se_deg
 * @property {number | null} difference_deg
 */

/** @typedef {{id: string, t_s: number, kind: "line" | "text", points: Point[], text: string}} Drawing */
/** A known length. @typedef {{t_s: number, points: Point[], length_cm: number}} Scale */
/** @typedef {{t_s: number, point: Point}} PlacedPoint */
/** A point through the clip: marks by hand, and its places (t_s, x, y). @typedef {{id: string, label: string, marks: PlacedPoint[], places: [number, number, number][]}} FollowedPoint */

/**
 * @typedef {object} Review
 * @property {number} revision
 * @property {string} reviewer
 * @property {boolean} done
 * @property {string} summary_note
 * @property {string} [person]  the person's code, such as P017
 * @property {Side | null} side
 * @property {string | null} protocol
 * @property {RepTimes[] | null} reps
 * @property {Overrule[]} overrules
 * @property {Note[]} notes
 * @property {Measurement[]} goniometer
 * @property {boolean} calibrated  hips and knees of the goniometer calibrate the clip
 * @property {string | null} [kept]  the kept calibration that does, empty for none; null = as analysed
 * @property {KeyImage[]} key_images
 * @property {Drawing[]} drawings
 * @property {Scale | null} scale
 * @property {FollowedPoint[]} followed
 * @property {string[]} [draft_because]  in what the results changed on which it was complete
 */

/**
 * @typedef {object} VideoInfo
 * @property {string | null} url
 * @property {Point} size_px
 * @property {number} rotation
 * @property {boolean} proxy  a copy is made that the browser can play; until then the server answers 503
 * @property {Point} speeds  the lowest and the highest at which a clip may play, 1 is real
 * @property {number} [offset_s]  what the video element's clock is ahead of the clip's own
 */

/**
 * @typedef {object} Item  all that the clip view shows
 * @property {string} id
 * @property {string} name
 * @property {string | null} person  the code
 * @property {string | null} whose  the person in words
 * @property {string | null} date
 * @property {DateKind} [date_kind]
 * @property {string | null} [analysed_at]
 * @property {VideoInfo} video
 * @property {number} duration_s
 * @property {number[]} t_s  when each frame is shown, on the clip's own clock
 * @property {Session} analysed
 * @property {Session} reviewed
 * @property {Review} review
 * @property {{hip_low_deg: number | null, hip_high_deg: number | null}} thresholds  null: the protocol is not on this machine
 * @property {boolean} has_annotated  whether the analysis made an annotated clip
 * @property {string | null} [review_problem]  why a kept review cannot be read
 * @property {string[]} [notices]
 * @property {string[]} [agreement]  how far raters agree who measured the same frames
 */

/** @typedef {{person: string | null, kept: {number: number, text: string, words: string, own: boolean}[], used: string[], in_use: boolean}} Kept  calibrations kept of the leg, its own ones of this very clip */

/**
 * @typedef {object} Entry  a row of the worklist
 * @property {string} id
 * @property {string} name
 * @property {"clip" | "session" | "results"} origin
 * @property {string | null} person  in words
 * @property {string | null} date
 * @property {DateKind} [date_kind]
 * @property {string | null} protocol
 * @property {Side | null} side
 * @property {number | null} reps
 * @property {number | null} met
 * @property {number | null} not_met
 * @property {number | null} undecided
 * @property {number | null} prescribed
 * @property {number | null} pain_before
 * @property {number | null} pain_after
 * @property {number | null} usable_fraction
 * @property {string[]} quality
 * @property {"not analysed" | "queued" | "analysing" | "analysed" | "failed"} state
 * @property {string | null} error
 * @property {boolean} reviewed
 * @property {boolean} [review_started]
 * @property {string | null} [review_problem]
 * @property {string | null} reviewed_at
 * @property {boolean} has_video
 */

/** @typedef {{job: string, id: string, kind?: "analysis" | "video", name: string, state: "queued" | "running" | "done" | "failed" | "cancelled", stage: string | null, share: number, left_s?: number | null, error: string | null}} Job */

/**
 * @typedef {object} ServerState
 * @property {string} version
 * @property {"clip" | "session" | "folder" | "store"} opened
 * @property {string | null} single
 * @property {{id: string, name: string, version: string}[]} protocols
 * @property {boolean} can_upload
 * @property {boolean} pdf
 * @property {string | null} xlsx_by what has to be installed for workbooks; null = nothing
 * @property {string} [reviewer]
 */

/** @typedef {{index: number, knee_deg: (number | null)[], hip_deg: (number | null)[]}} ComparedRep */
/**
 * @typedef {object} ComparedItem
 * @property {string} id
 * @property {string} name
 * @property {string | null} person  the code
 * @property {string | null} whose  the person in words
 * @property {string | null} date
 * @property {DateKind} [date_kind]
 * @property {string} shown_as  as analysed or as reviewed, by whom, and whether calibrated by hand
 * @property {VideoInfo} video
 * @property {string[]} [notices]
 * @property {{index: number, start_s: number, peak_s: number, end_s: number}[]} reps  the complete ones
 */

/** @typedef {{knee_deg: (number | null)[], hip_deg: (number | null)[], knee_band_deg?: number | null, hip_band_deg?: number | null}} Middle */

/**
 * What two sessions are compared by. The words agree with each other: numbers are rounded by the server alone.
 * @typedef {object} ComparedRow
 * @property {string} label
 * @property {boolean | null} within_error
 * @property {"knee" | "hip" | "tempo" | null} verdict_on
 * @property {string | null} aspect  what of it the row is
 * @property {{a: string, b: string, difference: string, error: string}} words
 * @property {string} sentence
 */

/**
 * @typedef {object} Comparison
 * @property {ComparedItem} a
 * @property {ComparedItem} b
 * @property {number[]} percent
 * @property {ComparedRep[]} a_reps
 * @property {ComparedRep[]} b_reps
 * @property {Middle} a_mean  the median of the complete, not partial repetitions, as in the table
 * @property {Middle} b_mean
 * @property {{kind: "median", reps: number[], left_out: number[]}} [a_curve]  which repetitions those are
 * @property {{kind: "median", reps: number[], left_out: number[]}} [b_curve]
 * @property {string[]} [caveats]
 * @property {ComparedRow[]} rows
 */

export {};
