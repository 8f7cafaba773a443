"""`chengnuo draw`: repeats a published draw from its seed, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli_answers import AsJson, guarded, misuse, show_json


def register(app: typer.Typer) -> None:
    """Adds the command `draw`."""
    app.command("draw")(draw)


def draw(
    file: Annotated[Path, typer.Argument(help="the directory: one credit code or name a line")],
    seed: Annotated[str, typer.Option("--seed", help="the published seed")],
    take: Annotated[int, typer.Option("--take", min=1, help="how many are drawn")],
    as_json: AsJson = False,
) -> None:
    """Who is drawn from a directory by a published seed, with every rank. 按公布的种子复算抽签。"""
    with guarded():
        from rules import draws

        if not file.is_file():
            misuse(f"no file {file}")
        lines = file.read_text(encoding="utf-8-sig").splitlines()
        names = [line.strip() for line in lines if line.strip()]
        try:
            drawn = draws.draw(names, seed, take)
        except ValueError as error:
            misuse(str(error))
        ranked = [{"name": name, "rank": draws.rank(seed, name)} for name in drawn]
    if as_json:
        show_json({"seed": seed, "candidates": len(names), "drawn": ranked})
        return
    for place, one in enumerate(ranked, 1):
        typer.echo(f"{place:>4}  {one['name']}  {one['rank']}")
