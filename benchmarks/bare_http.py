"""The bare limit over HTTP: a FastAPI application that compares a token, writes the rows of a
script and answers when they are committed. Imports nothing of ours.

On SQLite it writes on the event loop, on PostgreSQL over eight connections: of the ways that were
tried the fastest (a thread for each request is half as fast).
"""

from __future__ import annotations

import asyncio
import hmac
import pickle
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import psycopg
import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Response
from pydantic import BaseModel

from benchmarks import bare_postgres, bare_sqlite
from benchmarks.script import Script

_CONNECTIONS = 8
Write = Callable[[str], Awaitable[None]]


class Act(BaseModel):
    """What is done, and what is stated."""

    event: str
    facts: dict[str, Any]


def application(database: str, script: Script, token: str, answer: bytes) -> FastAPI:
    """The application; `database`: a path, or an address of psycopg."""
    write: Write

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        nonlocal write
        async with _writer(database, script) as write:
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    async def known(authorization: Annotated[str, Header()]) -> None:
        if not hmac.compare_digest(authorization.encode(), b"Bearer " + token.encode()):
            raise HTTPException(401)

    @app.post("/v1/cases/{case_id}/events", dependencies=[Depends(known)])
    async def act(case_id: str, body: Act, idempotency_key: Annotated[str, Header()]) -> Response:
        assert body.event
        assert idempotency_key
        await write(case_id)
        return Response(answer, media_type="application/json")

    return app


@asynccontextmanager
async def _writer(database: str, script: Script) -> AsyncIterator[Write]:
    if not database.startswith("postgresql://"):
        connection = bare_sqlite.connect(Path(database))
        texts = bare_sqlite.statements(script)

        async def here(case_id: str) -> None:
            bare_sqlite.once(connection, texts, case_id)

        yield here
        connection.close()
        return
    idle: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()
    for _ in range(_CONNECTIONS):
        idle.put_nowait(
            await psycopg.AsyncConnection.connect(
                database, autocommit=True, prepare_threshold=1, options=bare_postgres.OPTIONS
            )
        )
    text = bare_postgres.in_one(script)

    async def there(case_id: str) -> None:
        connection = await idle.get()
        cursor = await connection.execute(bare_postgres.READ, (case_id,))
        ((code, _, version),) = await cursor.fetchall()
        values = bare_postgres.values_of(script, case_id, code, version)
        cursor = await connection.execute(text, values)
        assert await cursor.fetchall() == [(1,)]
        idle.put_nowait(connection)

    yield there
    while not idle.empty():
        await idle.get_nowait().close()


def main() -> None:
    """`python -m benchmarks.bare_http FILE`: what it needs lies pickled in a file."""
    fd, database, script, token, answer = pickle.loads(Path(sys.argv[1]).read_bytes())
    app = application(database, script, token, answer)
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


if __name__ == "__main__":
    main()
