"""How every command answers: exit codes, errors in one voice, JSON, the database option.

0 is good, 1 is a finding (something is wrong with what was looked at), 2 is misuse.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from api.service import Service
    from cases.errors import Problem

FINDING, MISUSE = 1, 2

Database = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        envvar="CHENGNUO_DB",
        help="sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="answer as JSON, for programs")]
Zone = Annotated[str, typer.Option("--zone", help="the zone (片区)")]


def misuse(text: str) -> NoReturn:
    """Ends the command with exit code 2 and the text on standard error."""
    typer.echo(f"chengnuo: {text}", err=True)
    raise typer.Exit(MISUSE)


def show_json(plain: Any) -> None:
    """Prints a plain value as JSON."""
    typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))


@contextmanager
def guarded() -> Iterator[None]:
    """Turns what a person can put right into one message and exit code 2.

    A bug is no such thing: it passes through and shows its traceback."""
    from cases.errors import Problem
    from cases.ports import Conflict, NotMigrated, StoreError
    from machines.reader import DefinitionError
    from rules.holiday_notices import CalendarError

    try:
        yield
    except Problem as problem:
        misuse(f"{problem.zh} {problem}{ground_of(problem)}")
    except NotMigrated as error:
        misuse(f"{error}\n  数据库尚未建立或版本较旧 run: chengnuo db upgrade --db URL")
    except Conflict as error:
        misuse(f"有其他操作正在进行，请重试 somebody else is at work, try again: {error}")
    except (StoreError, DefinitionError, CalendarError) as error:
        misuse(str(error))


def ground_of(problem: Problem) -> str:
    """The clause of a refusal, or the rule it rests on where no clause forbids."""
    clause, rule = getattr(problem, "clause", None), getattr(problem, "rule", None)
    if clause is not None:
        return f" [{clause}]"
    return "" if rule is None else f"\n  {rule[0]} {rule[1]}"


def needed(db: str | None) -> str:
    """The database URL, or exit code 2 with what would be right."""
    if not db:
        misuse("no database: give --db URL (sqlite:///.data/chengnuo.db) or set CHENGNUO_DB")
    return db


@contextmanager
def serving(db: str | None, *, sandbox: bool | None = None) -> Iterator[Service]:
    """A service on a database, closed at the end; known errors become messages."""
    url = needed(db)
    with guarded():
        from api.service import assemble

        service = assemble(url, sandbox=sandbox)
        try:
            yield service
        finally:
            service.close()
