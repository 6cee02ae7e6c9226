"""What is wrong with a request. Without the web framework: what only refuses one need not load it."""

from __future__ import annotations

from typing import Any

from formcheck.errors import FormcheckError


class RequestError(FormcheckError):
    """A request of the page does not fit what is there; ``status`` is that of the HTTP answer."""

    status = 422

    def body(self) -> dict[str, Any]:
        """Return what the page is told."""
        return {"error": str(self)}
