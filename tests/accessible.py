"""Whether a page can be used by everyone, as far as axe-core can tell: contrast, names, roles, order."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
# What WCAG 2.2 AA asks for, and what axe holds to be good practice.
_RUN = """async () => {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.html.slice(0, 160)} | ${node.failureSummary.slice(0, 300)}`));
}"""


@cache
def _source() -> str:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci, which make lint does")
    return AXE.read_text(encoding="utf-8")


def violations(page: Page | Frame) -> list[str]:
    """What axe-core finds on a page as it is shown now; the test is skipped where axe-core is not installed."""
    if not page.evaluate("'axe' in window"):
        # Evaluated from outside: the pages' own policy lets no foreign script in.
        page.evaluate(f"{_source()}; undefined")
    return page.evaluate(_RUN)
