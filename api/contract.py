"""The OpenAPI document: what every call may answer, problems included."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.answers import ProblemAnswer
from api.problems import MEDIA_TYPE, TITLES

TITLE = "承诺 Chengnuo"
VERSION = "1"
DESCRIPTION = """\
告知承诺审批引擎：先证后核，每项承诺有期限，期限届满依条文自动处理。
时间一律带时区；日期为北京时间（Asia/Shanghai）的日历日。
错误按 RFC 9457 返回（`application/problem+json`），`reason` 为稳定代码，`detail` 依
`Accept-Language` 用中文或英文，`clause` 为依据的条款编号。

The engine for notify-and-commit approvals: the licence first, the checking afterwards, and on
every date what the text says. Instants carry an offset; dates are Asia/Shanghai civil dates.
Errors follow RFC 9457; `reason` is a stable code, `detail` one sentence in Chinese or English by
`Accept-Language`, `clause` the clause it rests on. A case answers with its version as `ETag`;
`If-Match` refuses a write on another version (412), `Idempotency-Key` makes a repeat harmless.
"""
TAGS = [
    {"name": "workflows", "description": "事项：流程、义务与条款 · the reforms as data"},
    {"name": "cases", "description": "案件：发起、办理、日志 · open, act, read the journal"},
    {"name": "services", "description": "文书送达 · what was served, what failed, what waits"},
    {"name": "diary", "description": "期限日程 · what is due, by whom, when"},
    {"name": "credit", "description": "信用档案与名单 · the credit file and the public lists"},
    {"name": "settings", "description": "片区设定 · numbers the texts leave to the zone"},
    {"name": "enforcement", "description": "自动执行的暂停与恢复 · holds on enforcement"},
    {"name": "sandbox", "description": "沙盒时钟 · the sandbox clock"},
    {"name": "health", "description": "运行状态 · whether the process works"},
]
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented problems of a route; every route may meet 500 and 503."""
    return {
        status: {
            "description": " · ".join(TITLES[status]),
            "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
        }
        for status in (*statuses, 500, 503)
    }


def install(app: FastAPI) -> None:
    """Makes the application describe itself as above, once, at the first question."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=TITLE, version=VERSION, description=DESCRIPTION, tags=TAGS,
                openapi_version="3.1.0", routes=app.routes,
            )  # fmt: skip
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = ProblemAnswer.model_json_schema()
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]
