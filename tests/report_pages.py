"""The report as a page: rendered, and read again as a browser would."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

from formcheck.report.html import render_report
from formcheck.report.protocol import ProtocolView
from formcheck.text.catalogue import Texts
from formcheck.types import Session
from report_sessions import PROTOCOL_VIEW

EN, DE = Texts("en"), Texts("de")
WHEN = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0 not really a picture \xff\xd9"
VOID = {"meta", "link", "input", "img", "br"}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}</title>.mp4"


class Page(HTMLParser):
    """Elements of a page in order, and whether its tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        inside = self._open[-1] if self._open else ""
        if inside in self.raw:
            self.raw[inside].append(data)
        else:
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def render(
    session: Session,
    thumbnails: dict[int, bytes] | None = None,
    texts: Texts = EN,
    protocol_view: ProtocolView = PROTOCOL_VIEW,
) -> str:
    return render_report(
        session, texts=texts, protocol_view=protocol_view, thumbnails=thumbnails or {}, analysed_at=WHEN
    )


def row_of(html: str, rep: int) -> str:
    row = html[html.index(f'<tr role="row" data-rep="{rep}"') :]
    return Page(row[: row.index("</tr>") + 5]).words()
