"""From angles and repetitions to a judged set: findings, quality, and the summary in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from formcheck.angles.kept_calibration import of_other_clips, use_kept
from formcheck.angles.leg import MAX_JITTER_DEG, MAX_REP_JITTER_DEG
from formcheck.angles.shots import measure_track
from formcheck.form import rules
from formcheck.form.quality import assess_quality
from formcheck.form.summary import listed
from formcheck.form.tempo import may_be_slowed, without_tempo
from formcheck.message import Message
from formcheck.protocols.loader import LoadedProtocol
from formcheck.protocols.model import Protocol
from formcheck.reps.find import find_reps
from formcheck.reps.manual import ManualTimes, manual_reps
from formcheck.reps.rep_set import RepSet
from formcheck.resolution import rounded
from formcheck.timeseries import unknown_frames
from formcheck.types import Finding, KeptCalibration, LegAngles, Phase, PoseTrack, Session, Side, View, told_side

# With less than this share of the frames measurable, neither angles nor a count of repetitions mean anything.
_MIN_USABLE = 0.05


def judge_track(
    track: PoseTrack,
    loaded: LoadedProtocol,
    *,
    side: Side | None = None,
    whole_set: bool = False,
    kept: Sequence[KeptCalibration] = (),
) -> Session:
    """Judge a landmark track by a protocol. Pure: the same track and protocol give the same session.

    ``side`` overrides the side found when the track was made; for ``whole_set`` and ``kept`` see `judge_angles`.
    """
    protocol = loaded.protocol
    angles, view = measure_track(
        track, max_trunk_from_floor_deg=protocol.posture.max_trunk_from_floor_deg.value, side=side
    )
    track = track_of_given(track, side)
    return judge_angles(track, angles, view, loaded, side_given=track.side_given, whole_set=whole_set, kept=kept)


def track_of_given(track: PoseTrack, side: Side | None) -> PoseTrack:
    """Return the track as of a leg that a person named; unchanged for None."""
    return track if side is None else replace(track, working_side=side, side_given=True)


def judge_angles(
    track: PoseTrack,
    angles: LegAngles | None,
    view: View,
    loaded: LoadedProtocol,
    *,
    side_given: bool,
    spans: Sequence[ManualTimes] | None = None,
    whole_set: bool = False,
    kept: Sequence[KeptCalibration] = (),
) -> Session:
    """Judge the angles of a track, one row for each of its frames; None when no leg could be followed.

    ``spans`` are the times of the repetitions when a person gave them; else they are found. With ``whole_set`` fewer
    repetitions than a set has are a miss; a clip may show a part of one, so that they are information there. ``kept``
    are the person's calibrations by hand: those that fit shift the angles, which are as measured before. One that was
    kept of this very clip is not among them.
    """
    protocol = loaded.protocol
    use = None
    if angles is not None:
        kept = of_other_clips(kept, track.clip.sha256, angles.view)
        angles, use = use_kept(angles, kept, track.model)
    if spans is not None:
        rep_set = manual_reps(track.t_s, angles, spans, protocol.repetition)
    else:
        rep_set = find_reps(angles, protocol.repetition) if angles is not None else _no_reps(track)
        if angles is not None and _means_nothing(angles, rep_set):
            angles, rep_set = unknown_frames(angles, track.t_s), _no_reps(track)
    max_trunk_deg = protocol.posture.max_trunk_from_floor_deg.value
    quality = assess_quality(track, angles, view, side_given=side_given, max_trunk_from_floor_deg=max_trunk_deg)
    slowed = angles is not None and may_be_slowed(track, angles, rep_set.reps)
    reasons = (*_not_counted(rep_set), *([Message.of("quality.may_be_slowed")] if slowed else []), *quality.reasons)
    quality = rounded(replace(quality, reasons=reasons))
    side = told_side(angles.side if angles is not None else track.working_side, quality, given=side_given)
    if side is None:
        angles = use = None
    measured = angles is not None and quality.usable_fraction >= _MIN_USABLE
    count = sum(rep.complete for rep in rep_set.reps) if measured or spans is not None else None
    evidence = rules.SetEvidence(view, count, whole_set)
    findings = _findings(angles if measured else None, rep_set, evidence, protocol)
    findings = without_tempo(findings) if slowed else findings
    view = rounded(view)
    return Session(
        clip=rounded(track.clip),
        model=track.model,
        protocol_id=protocol.id,
        protocol_version=protocol.version,
        protocol_name=protocol.name,
        protocol_sha256=loaded.sha256,
        protocol_kind=protocol.kind,
        side=side,
        side_given=side_given,
        angles=None if angles is None else replace(rounded(angles), view=view),
        view=view,
        phases=rep_set.phases,
        rep_of_frame=rep_set.rep_of_frame,
        reps=tuple(map(rounded, rep_set.reps)),
        findings=findings,
        quality=quality,
        kept_calibration=use,
    )


def _means_nothing(angles: LegAngles, rep_set: RepSet) -> bool:
    """The legs were mixed up, or so little could be measured that its angles and repetitions are chance."""
    mixed_up = angles.view.jitter_deg > (MAX_REP_JITTER_DEG if rep_set.reps else MAX_JITTER_DEG)
    return mixed_up or bool(angles.usable.mean() < _MIN_USABLE)


def _not_counted(rep_set: RepSet) -> list[Message]:
    """Say when the knee moved as in a repetition and why that was not counted."""
    messages = []
    for key, times in (("quality.mixed_reps", rep_set.mixed_s), ("quality.unsure_reps", rep_set.unsure_s)):
        if times:
            said = listed(Message.of("quality.at_s", at_s=at_s) for at_s in times)
            messages.append(Message.of(key, n=len(times), times=said))
    return messages


def _no_reps(track: PoseTrack) -> RepSet:
    count = len(track.t_s)
    return RepSet((), (Phase.UNKNOWN,) * count, np.zeros(count, dtype=np.int64))


def _findings(
    angles: LegAngles | None, rep_set: RepSet, evidence: rules.SetEvidence, protocol: Protocol
) -> tuple[Finding, ...]:
    of_reps = rules.rep_rules(protocol)
    complete = tuple(rep for rep in rep_set.reps if rep.complete)
    findings = [rules.judge_set(rules.LYING, evidence, protocol)]
    if angles is None:
        findings += [rules.not_assessable(rule, protocol, "leg_not_measured") for rule in of_reps]
    elif not complete:
        findings += [rules.not_assessable(rule, protocol, "no_complete_rep") for rule in of_reps]
    else:
        findings += [rules.judge_all_reps(rule, complete, angles, protocol) for rule in of_reps]
        findings += [rules.judge_rep(rule, rep, angles, protocol) for rep in complete for rule in of_reps]
    findings.append(rules.judge_set(rules.SET_COMPLETE, evidence, protocol))
    return tuple(findings)
