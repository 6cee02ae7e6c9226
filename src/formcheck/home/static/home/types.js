// @ts-check
/** The server's values, as docs/home.md describes them. This module holds types only. */

/** @typedef {"left" | "right"} Side */
/** @typedef {{protocol: string, side: Side, reps: number, wanted: number, done: number}} Goal */
/** @typedef {{protocol: string, side: Side | "both", reps: number, sets: number, starts_on: string, ends_on: string | null, notes: string, by: string}} Plan */
/** @typedef {"pain_before" | "pain_after" | "places" | "red_flags"} Question */
/** @typedef {{set: string, date: string, side: Side | null, questions: Question[]}} Asked */
/** @typedef {{set: string, item: string, date: string, side: Side | null, reps: number, met: number, reviewed: boolean, live: boolean}} PractisedSet */
/** @typedef {{state: "idle" | "running" | "ending" | "asking" | "telling" | "done" | "failed", set?: string | null, error?: string | null}} Live */

/**
 * @typedef {object} HomeState
 * @property {string} version
 * @property {{goals: Goal[], sets: number}} today
 * @property {Plan[]} plan  what is in force today
 * @property {Asked[]} questions  that wait for an answer
 * @property {PractisedSet[]} sets  the latest, newest first
 * @property {boolean} any_reviewed
 * @property {Live} live
 * @property {string | null} source  a clip that plays as the camera
 * @property {{id: string, name: string, reps: number}[]} protocols  the default one first
 * @property {number} sets_per_day
 * @property {{record: string, videos: string, sessions: string}} folders
 */

/**
 * @typedef {object} Check
 * @property {string} check
 * @property {string} name
 * @property {"queued" | "running" | "done" | "failed" | "cancelled"} state
 * @property {string} stage
 * @property {number} share
 * @property {number | null} left_s
 * @property {string | null} error
 * @property {string | null} set  in the record, once it is kept
 * @property {string | null} not_kept  why it could not be
 * @property {boolean} reviewed  the set that it was kept with had been reviewed, and stays so
 */

/** @typedef {{node: HTMLElement, title: string, back?: string, close?: () => void}} View  back: the address of what it belongs to, home itself if there is none */

export {};
