"""The threads that act: no more than the database has writers, and before a sweep beside them."""

import asyncio
import threading
import time

import pytest

from api.hands import Hands


class Crowd:
    """Work that notes how many are at it together."""

    def __init__(self) -> None:
        self._lock, self.now, self.most = threading.Lock(), 0, 0

    def work(self) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.02)
        with self._lock:
            self.now -= 1


@pytest.mark.parametrize(
    ("store", "at_once"),
    [("sqlite:///town.db", 1), ("memory://", 1), ("postgresql+psycopg://town", 8)],
)
def test_as_many_act_as_the_database_has_writers(store: str, at_once: int) -> None:
    async def crowd() -> None:
        await asyncio.gather(*(hands.do(people.work) for _ in range(20)))

    hands, people = Hands(store), Crowd()
    asyncio.run(crowd())
    hands.stop()
    assert people.most == at_once


def test_what_goes_wrong_is_told_to_who_asked() -> None:
    def wrong() -> None:
        raise ValueError("the act failed")

    hands = Hands("memory://")
    with pytest.raises(ValueError, match="the act failed"):
        asyncio.run(hands.do(wrong))
    assert _rest_s(hands, 0.2) < 0.1, "an act that failed is not under way any more"
    hands.stop()


def _rest_s(hands: Hands, worked_s: float) -> float:
    begun = time.monotonic()
    hands.give_way(worked_s)
    return time.monotonic() - begun


def test_a_sweep_goes_on_at_once_where_nobody_acts() -> None:
    assert _rest_s(Hands("memory://"), 10) < 0.1


def test_a_sweep_rests_while_people_act_but_not_for_ever() -> None:
    """Three times as long as it has worked, half a second at most."""

    async def acting() -> tuple[float, float]:
        over = threading.Event()
        act = asyncio.ensure_future(hands.do(lambda: over.wait(20)))
        await asyncio.sleep(0)  # it has begun
        short = await asyncio.to_thread(_rest_s, hands, 0.05)
        long = await asyncio.to_thread(_rest_s, hands, 10)
        over.set()
        await act
        return short, long

    hands = Hands("memory://")
    short, long = asyncio.run(acting())
    hands.stop()
    assert 0.15 <= short < 0.45
    assert 0.5 <= long < 2
