"""The calls under /v1, one module for each thing they are about."""

from __future__ import annotations

from fastapi import APIRouter

from api.v1 import (
    cases,
    diary,
    enforcement,
    enterprises,
    exports,
    feed,
    outages,
    sandbox,
    services,
    settings,
    workflows,
)

router = APIRouter(prefix="/v1")
for _part in (cases, workflows, exports, services, diary, feed, enterprises, settings, enforcement,
              outages, sandbox):  # fmt: skip
    router.include_router(_part.router)
