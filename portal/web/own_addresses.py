"""Where to go next, as an address says it: only ever a page of this portal."""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def own_address(text: str | None) -> str | None:
    """`text` when it is the path of a page that can be read here; None for anything else.

    An allow list: what no route of ours answers to is refused, however it is written.
    """
    if not text or not text.startswith("/") or text.startswith("//"):
        return None
    if "\\" in text or not text.isascii() or not text.isprintable() or " " in text:
        return None
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or not _is_page(parts.path):
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _is_page(path: str) -> bool:
    routes = current_app.create_url_adapter(request)
    try:
        found = routes.match(path, method="GET") if routes else None
    except (HTTPException, RequestRedirect):
        return False
    return found is not None and found[0] != "accounts.new_sign_in"
