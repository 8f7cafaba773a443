"""`python -m tests.powers [KEY...]`: writes the lists anew from the definitions as they stand. What
has changed is then for a person to read."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import yaml

from machines.book import rulebook
from tests.powers.listed import FOLDER, powers_of


def main(keys: Sequence[str]) -> None:
    """Writes the lists of the workflows named, or of all."""
    book = rulebook()
    FOLDER.mkdir(exist_ok=True)
    for key in keys or sorted(book.workflows):
        listed = powers_of(book.workflows[key].compiled)
        text = yaml.safe_dump(listed, allow_unicode=True, sort_keys=False, width=100,
                              default_flow_style=None)  # fmt: skip
        (FOLDER / f"{key}.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
