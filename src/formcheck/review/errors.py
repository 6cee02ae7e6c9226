"""Requests of the page that cannot be answered; each error carries the status of its HTTP answer."""

from __future__ import annotations

from formcheck.errors import FormcheckError


class RequestError(FormcheckError):
    """What was asked for or sent does not fit what is there; the message says why."""

    status = 422


class NotFoundError(RequestError):
    """There is no such item, clip, frame or job."""

    status = 404


class NotAnalysedError(RequestError):
    """The clip has no results yet."""

    status = 409


class TooLargeError(RequestError):
    """An upload has more bytes than are accepted, or than the disk can hold."""

    status = 413


class NotVideoError(RequestError):
    """An upload is not a video."""

    status = 415
