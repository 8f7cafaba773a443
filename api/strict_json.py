"""JSON as RFC 8259 means it and a database can keep it: nothing that two readers read differently.

No NaN or Infinity, no name twice in an object, no lone surrogate, no NUL, no bottomless nesting.
"""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

DEPTH = 32


class MalformedJson(HTTPException):
    """The body is not acceptable JSON; `zh` and `en` say why.

    An HTTPException because the framework lets no other pass while it reads a body."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(400, en)
        self.zh, self.en = zh, en


def parse(raw: bytes) -> Any:
    """The value of a JSON text. Raises MalformedJson."""
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_constant,
            parse_float=_finite,
        )  # fmt: skip
    except UnicodeDecodeError:
        raise MalformedJson("请求内容须为 UTF-8。", "the body must be UTF-8") from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise MalformedJson(
            f"请求内容不是有效的 JSON（第 {error.lineno} 行第 {error.colno} 列）。",
            f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}",
        ) from None
    except ValueError as error:
        raise MalformedJson("数字过长。", f"a number is too long ({error})") from None
    _sound(value, DEPTH)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise MalformedJson(f"名称 {name!r} 重复出现。", f"the name {name!r} occurs twice")
        found[name] = value
    return found


def _constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} 不是 JSON 中的数。", f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise MalformedJson(f"数值 {text[:20]} 超出范围。", f"{text[:20]} is out of range")
    return number


def _sound(value: Any, depth: int) -> None:
    """Every string can be kept, and nothing is nested too deeply."""
    if depth == 0:
        raise _too_deep()
    if isinstance(value, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
        raise MalformedJson(
            "文字中含有空字符或不完整的字符。", "a text contains NUL or half a character"
        )
    if isinstance(value, dict):
        for name, item in value.items():
            _sound(name, depth)
            _sound(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _sound(item, depth - 1)


def _too_deep() -> MalformedJson:
    return MalformedJson(f"嵌套不得超过 {DEPTH} 层。", f"nested deeper than {DEPTH} levels")


class StrictRequest(Request):
    """A request whose JSON is read with `parse`."""

    async def json(self) -> Any:
        """Its body. Raises MalformedJson."""
        return parse(await self.body())


class StrictRoute(APIRoute):
    """A route that reads its body with `parse`."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """The handler, given a request whose JSON is strict."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            known = isinstance(request, StrictRequest)  # its body may have been read
            return await handler(
                request if known else StrictRequest(request.scope, request.receive)
            )

        return strict
