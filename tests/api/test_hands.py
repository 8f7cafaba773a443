"""The threads that act: no more than the database has writers, and before a sweep beside them."""

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest

from api.hands import Hands as HandsOf


class Hands(HandsOf[int, int]):
    """Acts are numbers: even ones are doubled together, odd ones by themselves, and a negative
    one is refused. `crowds`: which went together; the first waits for `go`."""

    def __init__(self, store: str) -> None:
        super().__init__(store, self.together, self.by_itself)
        self.crowds: list[Sequence[int]] = []
        self.alone: list[int] = []
        self.go = threading.Event()

    def together(self, acts: Sequence[int]) -> Sequence[int | Exception | None]:
        self.crowds.append(acts)
        if 13 in acts:
            raise OSError("the database has gone away")
        return [ValueError(one) if one < 0 else 2 * one if one % 2 == 0 else None for one in acts]

    def by_itself(self, act: int) -> int:
        self.go.wait(20)
        self.alone.append(act)
        if act < 0:
            raise ValueError(act)
        return 2 * act


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
    """Fifteen times as long as it has worked, half a second at most."""

    async def acting() -> tuple[float, float]:
        over = threading.Event()
        act = asyncio.ensure_future(hands.do(lambda: over.wait(20)))
        await asyncio.sleep(0)  # it has begun
        short = await asyncio.to_thread(_rest_s, hands, 0.01)
        long = await asyncio.to_thread(_rest_s, hands, 10)
        over.set()
        await act
        return short, long

    hands = Hands("memory://")
    short, long = asyncio.run(acting())
    hands.stop()
    assert 0.15 <= short < 0.45
    assert 0.5 <= long < 2


async def _all(hands: Hands, acts: Sequence[int]) -> list[int | BaseException]:
    """The first occupies the only thread until all the others wait."""
    tasks = [asyncio.ensure_future(hands.act(one)) for one in acts]
    await asyncio.sleep(0.02)
    hands.go.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


def test_acts_that_wait_are_handed_over_together() -> None:
    hands = Hands("sqlite:///town.db")
    assert asyncio.run(_all(hands, [7, 2, 4, 6])) == [14, 4, 8, 12]
    hands.stop()
    assert hands.crowds == [[2, 4, 6]]


def test_no_crowd_keeps_the_others_from_the_database_for_long() -> None:
    hands = Hands("sqlite:///town.db")
    acts = [7, *range(0, 200, 2)]
    assert asyncio.run(_all(hands, acts)) == [2 * one for one in acts]
    hands.stop()
    assert [len(one) for one in hands.crowds] == [32, 32, 32, 4]


def test_who_cannot_go_with_the_others_goes_alone_and_a_refusal_is_told() -> None:
    hands = Hands("sqlite:///town.db")
    found = asyncio.run(_all(hands, [7, 2, 3, -4, 6, -5]))
    hands.stop()
    assert [found[n] for n in (0, 1, 2, 4)] == [14, 4, 6, 12]
    assert [str(found[n]) for n in (3, 5)] == ["-4", "-5"]
    assert hands.alone == [7, 3]


def test_what_goes_wrong_with_all_is_told_to_all_and_the_next_go_on() -> None:
    hands = Hands("sqlite:///town.db")

    async def both() -> list[int | BaseException]:
        wrong = await _all(hands, [7, 13, 2])
        return [*wrong, await hands.act(8)]

    first, *wrong, last = asyncio.run(both())
    hands.stop()
    assert (first, last) == (14, 16)
    assert [str(one) for one in wrong] == ["the database has gone away"] * 2


def test_who_has_gone_away_is_not_waited_for() -> None:
    hands = Hands("sqlite:///town.db")

    async def gone() -> list[int | BaseException]:
        tasks = [asyncio.ensure_future(hands.act(one)) for one in (7, 2, 4)]
        await asyncio.sleep(0.02)
        tasks[1].cancel()
        hands.go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, cancelled, other = asyncio.run(gone())
    hands.stop()
    assert (first, other) == (14, 8)
    assert isinstance(cancelled, asyncio.CancelledError)
    assert _rest_s(hands, 0.2) < 0.1, "nobody acts any more"
