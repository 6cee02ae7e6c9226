"""Brings the documents of the repository that lie outside docs/ into the site, and points links at what is there.

Links are written for readers of the repository. Those to a document become links between pages, those to anything else
(a folder, a module, a licence) its plain name, since the site has no copy of it.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
# Document of the repository -> title in the menu. The pages stand below project/, by their path.
OUTSIDE = {
    "CHANGELOG.md": "What changed",
    "CONTRIBUTING.md": "Contributing",
    "benchmarks/README.md": "Benchmarks",
    "benchmarks/synthetic/README.md": "Rendered people",
    "models/README.md": "The landmark model",
    "sample_videos/README.md": "Sample clips",
}
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")


def on_config(config: MkDocsConfig) -> None:
    """Fill the last section of the menu: the documents outside docs/, and the decisions by their number."""
    decisions = [path.name for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    pages = [{title: f"project/{document}"} for document, title in OUTSIDE.items()]
    config.nav[-1]["Project"] = [*pages, {"Decisions": [f"decisions/{name}" for name in decisions]}]


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the documents outside docs/ as pages."""
    for document in OUTSIDE:
        content = (ROOT / document).read_text(encoding="utf-8")
        files.append(File.generated(config, f"project/{document}", content=content))
    return files


def on_page_markdown(markdown: str, *, page: Page, files: Files, **_: object) -> str:
    """Make every link lead to a page of the site, to an address, or nowhere."""
    source = page.file.src_uri
    document = source.removeprefix("project/") if source.startswith("project/") else f"docs/{source}"
    folder = str(PurePosixPath(document).parent)

    def point(link: re.Match[str]) -> str:
        text, target = link.groups()
        path, hash_sign, anchor = target.partition("#")
        if not path or "://" in path or path.startswith("mailto:"):
            return link.group()
        place = normpath(f"{folder}/{path}")
        if place == "README.md":
            place = "docs/index.md"
        page_of = f"project/{place}" if place in OUTSIDE else place.removeprefix("docs/")
        if files.get_file_from_path(page_of) is None or not (place in OUTSIDE or place.startswith("docs/")):
            return text
        return f"[{text}]({relpath(page_of, str(PurePosixPath(source).parent))}{hash_sign}{anchor})"

    return _LINK.sub(point, markdown)
