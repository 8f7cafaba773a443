"""Draws: anybody with the directory and the seed gets the same answer, by another road too."""

import subprocess
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.draws import draw, name_of, rank

NAMES = [f"虚构企业{number}" for number in range(1, 9)]
pools = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=12, unique=True)


@given(pool=pools, seed=st.text(min_size=1, max_size=20), data=st.data())
def test_the_order_of_the_directory_plays_no_part(
    pool: list[str], seed: str, data: st.DataObject
) -> None:
    take = data.draw(st.integers(1, len(pool)))
    shuffled = data.draw(st.permutations(pool))
    drawn = draw(pool, seed, take)
    assert drawn == draw(shuffled, seed, take)
    assert len(set(drawn)) == take
    assert set(drawn) <= set(pool)


@given(pool=pools, seed=st.text(min_size=1, max_size=20))
def test_drawing_one_more_keeps_those_already_drawn(pool: list[str], seed: str) -> None:
    draws = [draw(pool, seed, take) for take in range(1, len(pool) + 1)]
    for fewer, more in pairwise(draws):
        assert more[: len(fewer)] == fewer


def test_a_shell_gives_the_same_draw() -> None:
    """The rule in the words of an outsider: sha256sum of `seed`, a line feed, the name."""
    seed = "2025-03-03 营口"
    ranks = {}
    for name in NAMES:
        line = subprocess.run(
            ["sha256sum"], input=f"{seed}\n{name}".encode(), capture_output=True, check=True
        ).stdout
        ranks[name] = line.decode().split()[0]
    expected = sorted(NAMES, key=lambda name: ranks[name])[:3]
    assert list(draw(NAMES, seed, 3)) == expected
    assert rank(seed, NAMES[0]) == ranks[NAMES[0]]


def test_every_candidate_is_drawn_about_as_often() -> None:
    drawn = Counter(name for n in range(2000) for name in draw(NAMES, f"seed {n}", 2))
    assert set(drawn) == set(NAMES)
    # 500 expected each; four standard deviations of a binomial with p = 1/4 are 77
    assert all(abs(times - 500) < 80 for times in drawn.values()), drawn


@pytest.mark.parametrize(
    ("pool", "take", "words"),
    [
        (["a", "b"], 3, "cannot draw 3 of 2"),
        (["a", "b"], 0, "cannot draw 0"),
        ([], 1, "cannot draw 1 of 0"),
        (["a", "a"], 1, "twice"),
    ],
)
def test_an_impossible_draw_says_why(pool: list[str], take: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        draw(pool, "seed", take)


def test_an_enterprise_is_drawn_by_its_code() -> None:
    party = {"name": "虚构甲", "uscc": "91999999MA0000001N"}
    assert name_of(party) == "91999999MA0000001N"
    assert name_of({"name": "王某"}) == "王某"
