"""Who is calling: a bearer token becomes an identity. Only the hash of a token is known here."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problems import Unauthenticated
from api.service import Service
from cases.errors import Forbidden
from cases.identity import Identity, identify

DEFAULT_ZONE = "yingkou"
_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="令牌由 `chengnuo token` 签发。 A token made by `chengnuo token`.",
)


async def service_of(request: Request) -> Service:
    """The service this application works with."""
    return cast("Service", request.app.state.service)


TheService = Annotated[Service, Depends(service_of)]


async def secret_of(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> str:
    """The token, whosever it is. Raises Unauthenticated where there is none."""
    return _given(credentials)


def _given(credentials: HTTPAuthorizationCredentials | None) -> str:
    if credentials is None or not credentials.credentials:
        raise Unauthenticated(
            "请在 Authorization 头中提供令牌：Bearer <令牌>。",
            "send a token in the header Authorization: Bearer <token>",
        )
    return credentials.credentials


Secret = Annotated[str, Depends(secret_of)]


def caller(service: TheService, secret: Secret) -> Identity:
    """Whose token this is. Raises Unauthenticated.

    A token lives in real time, also where the cases live on a sandbox clock."""
    return identified(service, secret)


def identified(service: Service, secret: str, *, feed: bool = False) -> Identity:
    """Whose token this is, asked of the database. Raises Unauthenticated."""
    with service.store.unit(write=False) as unit:
        identity = identify(unit, secret, feed=feed)
    if identity is None:
        raise token_unknown()
    return identity


def token_unknown() -> Unauthenticated:
    """What a token says that opens nothing."""
    return Unauthenticated("令牌不存在、已过期或已撤销。",
                           "the token is unknown, expired or revoked",
                           reason="token_unknown")  # fmt: skip


Caller = Annotated[Identity, Depends(caller)]
_FeedToken = Annotated[
    str | None,
    Query(max_length=200,
          description="令牌由 `chengnuo token --feed` 签发，只能读取日历。 A token made by "
          "`chengnuo token --feed`; it reads the calendar and nothing else."),
]  # fmt: skip


def feed_caller(
    service: TheService,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    token: _FeedToken = None,
) -> Identity:
    """Who reads the calendar feed: by the header as everywhere, or by a token of the feed in the
    address, for calendar programs can send no header. Raises Unauthenticated."""
    if credentials is None and token:
        return identified(service, token, feed=True)
    return caller(service, _given(credentials))


FeedCaller = Annotated[Identity, Depends(feed_caller)]


def zone_for(identity: Identity, asked: str | None) -> str:
    """The zone of a request that needs one. Raises Forbidden for somebody else's."""
    if identity.zone is not None and asked not in (None, identity.zone):
        raise Forbidden(f"您只能办理本片区（{identity.zone}）的事务。",
                        f"your token is for the zone {identity.zone}",
                        reason="other_zone")  # fmt: skip
    return asked or identity.zone or DEFAULT_ZONE
