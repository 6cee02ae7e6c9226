"""A rule is spelled in the table of rules, in the catalogues and in protocols, and nowhere else."""

import re
from pathlib import Path

import formcheck
from formcheck.form.rules import RULES

SOURCE = Path(formcheck.__file__).parent
ENDINGS = (".py", ".js", ".j2", ".css", ".html")
# Where a rule's id is another name as well.
EXCEPTIONS = {
    "timeseries.py": {"hands_on_thigh"},  # what an array was called in files of version 0.1
    "report/assets/report.js": {"smooth"},  # how a browser scrolls
    "record/exports/pdf.py": {"toes"},  # a section of a protocol
}


def test_no_other_module_names_a_rule():
    found = {}
    for path in SOURCE.rglob("*"):
        if path.suffix not in ENDINGS or path.name == "rules.py" or path.name.endswith(".min.js"):
            continue
        text = path.read_text(encoding="utf-8")
        named = {rule.id for rule in RULES if re.search(rf"""["'`.]{rule.id}["'`]""", text)}
        place = path.relative_to(SOURCE).as_posix()
        if named - EXCEPTIONS.get(place, set()):
            found[place] = named
    assert found == {}


def test_the_exceptions_are_still_needed():
    for place, rules in EXCEPTIONS.items():
        text = (SOURCE / place).read_text(encoding="utf-8")
        assert all(f'"{rule}"' in text for rule in rules)
