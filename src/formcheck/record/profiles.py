"""Profiles: whose sets they are, by a code that need not say who that is."""

from __future__ import annotations

import re

from sqlalchemy import Connection, insert, select

from formcheck.errors import StoreError, UsageError
from formcheck.record.schema import PROFILE, SESSION, now
from formcheck.record.store import FIRST_SET
from formcheck.text.catalogue import Texts

DEFAULT_PROFILE = "me"
CODE_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"


def profile_key(connection: Connection, code: str, *, make: bool = False) -> int:
    """Return the row of a profile.

    Raises
    ------
    UsageError
        The code is not one, or nobody has it and ``make`` is False.
    StoreError
        Nobody is in the record yet, and ``make`` is False.
    """
    check_code(code)
    found = connection.execute(select(PROFILE.c.id).where(PROFILE.c.code == code)).scalar_one_or_none()
    if found is not None:
        return int(found)
    if not make:
        known = ", ".join(profile_codes(connection))
        if not known:
            raise StoreError(f"expected a set in the practice record, but it is empty; {FIRST_SET}")
        raise UsageError(f"expected a profile of the record with --profile ({known}), got '{code}'")
    made = insert(PROFILE).values(code=code, made_at=now()).returning(PROFILE.c.id)
    return int(connection.execute(made).scalar_one())


def profile_words(texts: Texts, code: str) -> str:
    """Return how pages name a person: by their code, but not by the one that stands for whoever chose none."""
    return texts.get("record.own") if code == DEFAULT_PROFILE else code


def check_code(code: str) -> str:
    """Return the code, or say what one looks like."""
    if not re.fullmatch(CODE_PATTERN, code):
        raise UsageError(
            f"expected a profile code of letters, digits and . _ - (at most 40), such as P017, got '{code}'; "
            "it need not and should not be a name"
        )
    return code


def code_or_none(text: str | None) -> str | None:
    """Return a code; None for what is none."""
    return text if text is not None and re.fullmatch(CODE_PATTERN, text) else None


def profile_codes(connection: Connection) -> tuple[str, ...]:
    """Return all codes, in order."""
    return tuple(connection.execute(select(PROFILE.c.code).order_by(PROFILE.c.code)).scalars())


def session_key(connection: Connection, uid: str) -> int:
    """Return the row of a session by its id, or by a beginning of it that no other has.

    Raises
    ------
    UsageError
        None or several begin so.
    """
    begins = SESSION.c.uid.startswith(uid.lower(), autoescape=True)
    rows = connection.execute(select(SESSION.c.id, SESSION.c.uid).where(begins).limit(2)).all() if uid else []
    if len(rows) != 1:
        got = "several that begin so" if rows else "none"
        raise UsageError(f"expected the id of one session, got {got} for '{uid}'; see 'formcheck history'")
    return int(rows[0].id)


def full_id(connection: Connection, uid: str) -> str:
    """Return the full id of the session that begins so, as `session_key` finds it."""
    key = session_key(connection, uid)
    return str(connection.execute(select(SESSION.c.uid).where(SESSION.c.id == key)).scalar_one())
