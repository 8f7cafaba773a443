"""Pages: an opaque cursor that says after which row to go on, and the `Link` to the next page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from cases.errors import Misused

LARGEST = 200


def cursor_of(*after: str | int) -> str:
    """A cursor that goes on after this key."""
    text = json.dumps(after, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def after(cursor: str | None, *shape: type) -> tuple[Any, ...] | None:
    """The key in a cursor, None for the first page. Raises Misused for a cursor not ours."""
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("utf-8")
        parts = json.loads(text)
    except (binascii.Error, ValueError, RecursionError):
        parts = None
    fits = (
        isinstance(parts, list)
        and len(parts) == len(shape)
        and all(type(part) is kind for part, kind in zip(parts, shape, strict=True))
        and not any(isinstance(part, str) and "\0" in part for part in parts)
        and not any(isinstance(part, int) and abs(part) >= 2**31 for part in parts)
    )
    if not fits:
        raise not_ours()
    return tuple(parts)


def not_ours() -> Misused:
    """What to say of a cursor that no page gave out."""
    return Misused("游标无效，请使用上一页给出的链接。", "this cursor is not one of ours",
                   reason="cursor_wrong")  # fmt: skip


def page(request: Request, items: Sequence[Any], following: str | None) -> JSONResponse:
    """A page of items; `following` is the cursor of the next page, None on the last."""
    if following is None:
        return JSONResponse({"items": list(items), "next": None})
    url = request.url.include_query_params(cursor=following)
    link = f"{url.path}?{url.query}"
    return JSONResponse({"items": list(items), "next": link},
                        headers={"Link": f'<{link}>; rel="next"'})  # fmt: skip
