"""Errors as people and programs read them: RFC 9457, one sentence in the caller's language.

One table says which status a reason has; everything that goes wrong below `api/` ends here, and
nothing of a stack trace leaves the process.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.strict_json import MalformedJson
from cases.errors import ActRefused, Forbidden, Misused, NotFound, Problem, Stale
from cases.ports import Conflict, StoreError
from rules.day_table import CalendarHorizon
from rules.parameters import ParameterError
from rules.periods import PeriodError

log = logging.getLogger("chengnuo.http")
MEDIA_TYPE = "application/problem+json"
TITLES: dict[int, tuple[str, str]] = {
    400: ("请求无法读取", "The request cannot be read"),
    401: ("未提供有效的令牌", "No valid token"),
    403: ("无权办理", "Not allowed"),
    404: ("不存在", "Not found"),
    405: ("不支持此方法", "Method not allowed"),
    409: ("依规不能办理", "Refused by the rules"),
    412: ("案件已更新", "The case has changed"),
    413: ("请求内容过大", "The request is too large"),
    422: ("请求内容有误", "The request is not right"),
    500: ("系统内部错误", "Internal error"),
    503: ("服务暂不可用", "Not available now"),
}
# A refusal is 409 unless the request itself is what has to be put right: these, by their names.
_INPUT_REASONS = re.compile(
    r"(fact|uscc|party)_.+|.+_unknown|unknown_(event|setting)|wrong_subject|name_missing"
)
_NO_RULE = (
    "该日期没有可适用的参数或已公布的日历，不能据以办理；案件未改变。",
    "no parameter or published calendar covers a date of this act; nothing was changed",
)
_WRITTEN_FIRST = (
    "内容已被他人更改，请刷新后重试；本次操作未生效。",
    "somebody else wrote first; nothing was written, try again",
)


class Unauthenticated(Problem):
    """No token, or one that is unknown, expired or revoked."""

    reason = "token_missing"


class Unavailable(Problem):
    """The service, or a part of it that this call needs, cannot work now."""

    reason = "unavailable"


class NotASandbox(Problem):
    """A sandbox call on a database that was born for production."""

    reason = "not_a_sandbox"


def status_of(problem: Problem, request: Request) -> int:
    """The HTTP status of a problem."""
    if isinstance(problem, Stale):
        return 412 if "if-match" in request.headers else 409
    if isinstance(problem, NotFound):
        # Named in the body of a write, it is the content that is wrong, not the address.
        named = problem.reason in ("unknown_workflow", "unknown_setting")
        return 422 if named and request.method != "GET" else 404
    if isinstance(problem, ActRefused):
        return 422 if _INPUT_REASONS.fullmatch(problem.reason) else 409
    by_class = {Unauthenticated: 401, Forbidden: 403, Misused: 422, NotASandbox: 409,
                Unavailable: 503}  # fmt: skip
    return next((code for cls, code in by_class.items() if isinstance(problem, cls)), 500)


def language_of(request: Request) -> str:
    """`zh-CN` or `en`, whichever `Accept-Language` prefers; Chinese where it says nothing."""
    best = ("zh-CN", 0.0)
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, quality = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        known = {"zh": "zh-CN", "en": "en"}.get(primary)
        weight = _quality(quality)
        if known is not None and weight > best[1]:
            best = (known, weight)
    return best[0]


def _quality(text: str) -> float:
    found = re.fullmatch(r"\s*q\s*=\s*(1(?:\.0{0,3})?|0(?:\.\d{0,3})?)\s*", text)
    return float(found[1]) if found else 1.0


def respond(
    request: Request, status: int, reason: str, zh: str, en: str, *,
    context: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None,
) -> JSONResponse:  # fmt: skip
    """A problem document. `context`: further members (`clause`, `missing`, ...), None left out."""
    language = language_of(request)
    chinese = language == "zh-CN"
    body: dict[str, Any] = {
        "type": f"urn:chengnuo:problem:{reason}",
        "title": TITLES[status][0 if chinese else 1],
        "status": status,
        "detail": zh if chinese else en,
        "reason": reason,
        "instance": request.url.path,
    }
    more = {name: value for name, value in (context or {}).items() if value is not None}
    body = {**body, **more, **body}
    said = {"Content-Language": language, "Vary": "Accept-Language", **(headers or {})}
    return JSONResponse(body, status, said, MEDIA_TYPE)


def _told(request: Request, error: Exception) -> JSONResponse:
    """A problem of the one error tree."""
    assert isinstance(error, Problem)
    status = status_of(error, request)
    headers = {}
    if status == 401:
        given = ', error="invalid_token"' if error.reason == "token_unknown" else ""
        headers["WWW-Authenticate"] = f'Bearer realm="chengnuo"{given}'
    rule = getattr(error, "rule", None)  # where no clause forbids it
    said = None if rule is None else rule[0 if language_of(request) == "zh-CN" else 1]
    context = {**error.context, "clause": getattr(error, "clause", None), "rule": said}
    return respond(request, status, error.reason, error.zh, error.en, context=context,
                   headers=headers)  # fmt: skip


def _http(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: no such address, another method, an unreadable body."""
    assert isinstance(error, HTTPException)
    if isinstance(error, MalformedJson):
        return respond(request, 400, "json_malformed", error.zh, error.en)
    reason, zh, en = {
        404: ("address_unknown", "没有这个地址。", "there is nothing at this address"),
        405: ("method_not_allowed", f"此地址不支持 {request.method}。",
              f"this address does not take {request.method}"),
        413: ("body_too_large", "请求内容不得超过 1 MiB。", "a request has at most 1 MiB"),
    }.get(
        error.status_code, ("request_malformed", "请求无法读取。", str(error.detail))
    )  # fmt: skip
    status = error.status_code if error.status_code in TITLES else 400
    return respond(request, status, reason, zh, en, headers=error.headers)


_ZH = {
    "missing": "缺少此项",
    "extra_forbidden": "没有此项，请检查名称",
    "instant_without_offset": "须为带时区的时间，如 2025-02-28T10:00:00+08:00",
    "date_wrong": "须为日期，如 2025-02-28",
    "string_type": "须为文字",
    "int_type": "须为整数",
    "dict_type": "须为对象",
    "model_attributes_type": "须为对象",
    "string_too_short": "文字过短",
    "string_too_long": "文字过长",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
}


def _malformed(request: Request, error: Exception) -> JSONResponse:
    """A request whose shape is wrong: every place, none of the values (they may be personal)."""
    assert isinstance(error, RequestValidationError)
    found: Sequence[Mapping[str, Any]] = error.errors()
    errors = [
        {"where": ".".join(map(str, one["loc"])), "code": one["type"], "problem": one["msg"]}
        for one in found
    ]
    first = errors[0]
    zh = f"{first['where']}：{_ZH.get(first['code'], '格式不正确')}。"
    en = f"{first['where']}: {first['problem']}"
    return respond(request, 422, "request_invalid", zh, en, context={"errors": errors})


def _elsewhere(request: Request, error: Exception) -> JSONResponse:
    """Somebody else wrote first, outside a use case that says so itself."""
    log.info("conflict: %s", error)
    status = 412 if "if-match" in request.headers else 409
    zh, en = _WRITTEN_FIRST
    return respond(request, status, "stale_version", zh, en)


def _no_rule(request: Request, error: Exception) -> JSONResponse:
    """The law or the calendar says nothing for a date of this act."""
    log.info("no rule: %s", error)
    return respond(request, 409, "no_rule_for_date", *_NO_RULE, context={"because": str(error)})


def _no_store(request: Request, error: Exception) -> JSONResponse:
    """The database cannot be used; what it said is for the log alone."""
    log.error("store: %s", error)
    return respond(request, 503, "database_unavailable", "数据库暂不可用，请稍后重试。",
                   "the database cannot be used now; try again later",
                   headers={"Retry-After": "5"})  # fmt: skip


def unexpected(request: Request, error: Exception) -> JSONResponse:
    """A bug: logged with an id, told with the same id and nothing else."""
    incident = secrets.token_hex(6)
    log.error("incident %s: %s %s", incident, request.method, request.url.path, exc_info=error)
    return respond(request, 500, "internal_error", f"系统内部错误，已记录（编号 {incident}）。",
                   f"an internal error, recorded as {incident}",
                   context={"incident": incident})  # fmt: skip


def install(app: FastAPI) -> None:
    """Makes every error of the application a problem document."""
    app.add_exception_handler(Problem, _told)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(Conflict, _elsewhere)
    app.add_exception_handler(StoreError, _no_store)
    for nothing in (ParameterError, CalendarHorizon, PeriodError):
        app.add_exception_handler(nothing, _no_rule)
