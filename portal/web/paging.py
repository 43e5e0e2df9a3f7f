"""The addresses of the pages before and after, for the pager."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from portal.paging import Page


@dataclass(frozen=True)
class AddressedPage:
    """A page of a list with the addresses of its neighbours; this request's own filters are kept in them."""

    items: Any
    previous_url: str | None
    next_url: str | None
    count_label: str | None = None


def addressed(page: Page[Any], count_label: str | None = None, *, parameter: str = "cursor") -> AddressedPage:
    """Give a page the addresses of its neighbours, under the address of this request.

    `parameter` names the cursor in the address, for a page that holds more than one list.
    """
    return AddressedPage(page.items, _at(page.previous, parameter), _at(page.next, parameter), count_label)


def _at(cursor: str | None, parameter: str) -> str | None:
    if cursor is None:
        return None
    # A name with an underscore would be an option of url_for, not a filter of this page.
    kept: dict[str, Any] = {k: v for k, v in request.args.items() if k != parameter and not k.startswith("_")}
    return url_for(str(request.endpoint), **{**kept, **(request.view_args or {}), parameter: cursor})
