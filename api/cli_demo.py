"""`chengnuo demo`: the stories of the reforms through time, told in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli_answers import FINDING, AsJson, guarded, show_json

if TYPE_CHECKING:
    from rich.console import Console

    from api.demo import Line, Told


def register(app: typer.Typer) -> None:
    """Adds the command `demo`."""
    app.command("demo")(demo)


def demo(
    all_stories: Annotated[bool, typer.Option("--all", help="seven more stories")] = False,
    as_json: AsJson = False,
) -> None:
    """Tells what the reforms do, day by day, in memory; no server. 演示。"""
    with guarded():
        from rich.console import Console

        from api.demo import told
        from api.interplays import INTERPLAYS
        from api.stage import StoryBroken
        from api.stories import MORE, TOLD

        stories = (*TOLD, *MORE, *INTERPLAYS) if all_stories else TOLD
        console = Console(highlight=False)
        plain: list[dict[str, Any]] = []
        try:
            for number, story in enumerate(stories, 1):
                one = told(story)
                if as_json:
                    plain.append(one.plain())
                else:
                    _print(console, number, one)
        except StoryBroken as error:
            typer.echo(f"chengnuo demo: {error}", err=True)
            raise typer.Exit(FINDING) from None
    if as_json:
        show_json(plain)


def _print(console: Console, number: int, one: Told) -> None:
    console.print()
    console.rule(f"[bold]{number}. {one.story.zh}")
    console.print(f"[dim]{one.story.en}[/dim]")
    console.print(f"{one.story.subject.name}  {one.story.subject.uscc or one.story.subject.kind}"
                  f"{'  ' + one.story.subject.ref if one.story.subject.ref else ''}")  # fmt: skip
    for line in one.lines:
        _line(console, line)
    for ending in _endings(one):
        console.print(f"  [bold]结果 now[/bold]  {ending}")
    if one.story.after is not None:
        for text in one.story.after:
            console.print(f"  [dim]{text}[/dim]")


def _endings(one: Told) -> Iterator[str]:
    """Where each case stands, and what is on file where the story speaks of it."""
    from api.demo_words import fact_words, list_words
    from machines.book import rulebook

    book = rulebook()
    for name, case in one.cases.items():
        tracks = one.story.others_end.get(name, case["labels"])
        labels = [case["labels"][track] for track in tracks]
        said = "，".join(f"{label['zh']} {label['en']}" for label in labels)
        title = book.workflows[case["workflow"]].definition.title
        yield f"{title.zh}：{said}" if name else said
    if one.story.listed is not None:
        lists = [list_words(book, name) for name in one.lists] or ["不在名单 on no list"]
        facts = [fact_words(book, name) for name in dict.fromkeys(one.facts)]
        yield f"信用档案 credit file：{'，'.join((*lists, *facts))}"


_STYLE = {"adverse": "bold red", "label": "yellow", "warning": "cyan", "refused": "magenta",
          "act": "", "note": "italic green", "case": "bold blue"}  # fmt: skip


def _line(console: Console, line: Line) -> None:
    from rich.cells import set_cell_size

    style = _STYLE[line.kind]
    clauses = f"  [dim]〔{' '.join(line.clauses)}〕[/dim]" if line.clauses else ""
    who = set_cell_size(line.who, 20)
    text = f"[{style}]{line.text}[/{style}]" if style else line.text
    console.print(f"  {line.on}  {who}{text}{clauses}", soft_wrap=True)
    for detail in line.details:
        console.print(f"                [dim]· {detail}[/dim]", soft_wrap=True)
