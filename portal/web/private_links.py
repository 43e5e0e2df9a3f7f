"""Pages that a private link opens, for people without an account."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, make_response, render_template, request

from portal.accounts.tokens import digest
from portal.errors import PortalError

View = TypeVar("View", bound=Callable[..., Any])


def counted_by_link(scope: str) -> Callable[[], str]:
    """What a rate limit counts by: the link of the request, apart for each `scope`."""
    return lambda: f"{scope}:{digest((request.view_args or {}).get('token', ''))}"


def private_page(gone: type[PortalError], template: str) -> Callable[[View], View]:
    """Keep a page out of search engines and stores; where its link raises `gone`, say so kindly by `template`.

    Nothing of its address leaves for another site: the policy of every page sends a referrer to this one alone,
    which forms over HTTPS need.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def kept(**values: Any) -> Response:
            try:
                response = make_response(view(**values))
            except gone as problem:
                response = make_response(render_template(template, gone=problem), problem.status)
            response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
            response.headers["Cache-Control"] = "no-store"
            return response

        return kept  # type: ignore[return-value]

    return decorate
