"""A small HTTP client under load: so many connections, each with one request under way at a time.

Imports nothing of ours and no HTTP library, so that what is measured is the server.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec


@dataclass(slots=True)
class Load:
    """What came of some requests: seconds of each answer in time, and of all of them together;
    `errors`: whatever is no success, by status and beginning of its body."""

    seconds: list[float] = field(default_factory=list)
    taken: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST as it goes over the wire."""
    said = {"Host": "127.0.0.1", "Content-Type": "application/json",
            "Content-Length": len(body), **headers}  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def load(port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Sends every request once."""
    if find_spec("uvloop") is None:
        return asyncio.run(_load(port, requests, connections))
    import uvloop

    return uvloop.run(_load(port, requests, connections))


async def _load(port: int, requests: Sequence[bytes], connections: int) -> Load:
    done, waiting = Load(), iter(requests)
    begun = time.perf_counter()
    await asyncio.gather(*(_talk(port, waiting, done) for _ in range(connections)))
    done.taken = time.perf_counter() - begun
    return done


async def _talk(port: int, waiting: Iterator[bytes], done: Load) -> None:
    """One connection, kept alive. One that breaks is an error and ends this talk."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for each in waiting:
        begun = time.perf_counter()
        writer.write(each)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_length(head))
        except (OSError, asyncio.IncompleteReadError) as error:
            done.errors[type(error).__name__] += 1
            return
        done.seconds.append(time.perf_counter() - begun)
        status = head[9:12].decode()
        if not status.startswith("2"):
            done.errors[f"{status} {body[:200].decode(errors='replace')}"] += 1
    writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
