"""Whether a unified social credit code (统一社会信用代码) is well formed: GB 32100-2015.

Form is not existence: a good code may belong to nobody. Written by hand because the library
validators demand eight leading digits and so refuse the codes that begin with A, N or Y
(military units, rural collectives, others).
"""

from __future__ import annotations

from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a code, in both languages."""

    zh: str
    en: str


def check_character(first_seventeen: str) -> str:
    """The 18th character of a code, from the first 17 (weights 3^i mod 31)."""
    total = sum(
        ALPHABET.index(character) * weight
        for character, weight in zip(first_seventeen, _WEIGHTS, strict=True)
    )
    return ALPHABET[-total % 31]


def problem_with(code: object) -> Problem | None:
    """What is wrong with a credit code, or None. Region digits are positions 3 to 8."""
    if not isinstance(code, str) or len(code) != 18:
        return Problem(
            "统一社会信用代码须为 18 位。", "a unified social credit code has 18 characters"
        )
    strange = [character for character in code if character not in ALPHABET]
    if strange:
        return Problem(
            f"统一社会信用代码含有无效字符“{strange[0]}”（不使用 I、O、S、V、Z 和小写字母）。",
            f"“{strange[0]}” does not occur in a credit code (no I, O, S, V, Z, no lower case)",
        )
    if not code[2:8].isdigit():
        return Problem("第 3 至 8 位须为登记机关行政区划数字。", "characters 3 to 8 must be digits")
    expected = check_character(code[:17])
    if code[17] != expected:
        return Problem(
            f"统一社会信用代码校验位不符：末位应为 {expected}。",
            f"the check character is wrong: it should be {expected}",
        )
    return None
