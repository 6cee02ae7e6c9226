from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from pydantic import BaseModel, ValidationError

from formcheck.session import schema
from formcheck.session.document import to_document
from formcheck.text.catalogue import Texts
from report_sessions import make_rep, make_session

DOCS = Path(__file__).parents[3] / "docs"


def test_committed_schema_is_current():
    committed = (DOCS / "session.schema.json").read_text(encoding="utf-8")
    assert committed == schema.json_schema_text(), "run: python -m formcheck.session.schema > docs/session.schema.json"


def test_module_prints_the_schema():
    run = subprocess.run([sys.executable, "-m", "formcheck.session.schema"], capture_output=True, text=True, check=True)
    assert run.stdout == schema.json_schema_text()


def test_documents_of_every_kind_fit_the_schema(session, blank):
    validator = jsonschema.Draft202012Validator(schema.json_schema())
    validator.check_schema(schema.json_schema())
    cut = make_session(rep_count=1, reps=[make_rep(1, complete=False, extend_s=float("nan"))], findings=())
    for each in (session, blank, cut):
        validator.validate(to_document(each, Texts("en")))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("rep_count",), -1),
        (("schema_version",), "2.0"),
        (("side",), "middle"),
        (("quality", "usable_fraction"), 1.5),
        (("reps", 0, "index"), 0),
        (("reps", 0, "findings", 0, "verdict"), "PASSED"),
        (("reps", 0, "extra"), 1),
    ],
)
def test_schema_and_models_refuse_the_same_faults(session, path, value):
    document = to_document(session, Texts("en"))
    schema.SessionDocument.model_validate(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ValidationError):
        schema.SessionDocument.model_validate(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema.json_schema())


def test_models_refuse_numbers_json_has_not(session):
    document = to_document(session, Texts("en"))
    document["clip"]["duration_s"] = float("nan")
    with pytest.raises(ValidationError):
        schema.SessionDocument.model_validate(document)


def test_every_field_is_documented():
    text = (DOCS / "session.md").read_text(encoding="utf-8")
    parts = [part for part in vars(schema).values() if isinstance(part, type) and issubclass(part, BaseModel)]
    fields = {name for part in parts for name in part.model_fields}
    assert len(fields) > 40
    assert sorted(name for name in fields if f"`{name}`" not in text) == []


def test_csv_columns_are_documented():
    from formcheck.session.frames import ANGLE_COLUMNS

    text = (DOCS / "session.md").read_text(encoding="utf-8")
    assert sorted(name for name in ANGLE_COLUMNS if f"`{name}`" not in text) == []
