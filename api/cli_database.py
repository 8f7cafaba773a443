"""`chengnuo db upgrade` and `chengnuo token`: the schema, and bearer tokens for scripts."""

from __future__ import annotations

import difflib
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.cli_answers import AsJson, Database, guarded, misuse, needed, serving, show_json


def register(app: typer.Typer) -> None:
    """Adds the command group `db` and the command `token`."""
    group = typer.Typer(help="数据库 the database", no_args_is_help=True)
    group.command("upgrade")(upgrade)
    app.add_typer(group, name="db")
    app.command("token")(token)


def upgrade(
    db: Database = None,
    sandbox: Annotated[
        bool | None,
        typer.Option(
            "--sandbox/--production",
            help="what a new database is born as; unsaid, the first process that serves it decides",
        ),
    ] = None,
) -> None:
    """Creates the schema or brings it up to date. 建立或升级数据库。"""
    url = needed(db)
    with guarded():
        birth = prepare(url, sandbox=sandbox)
    typer.echo(f"{url}: 已是最新 up to date ({birth or '尚未投用 not yet in service'})")


def prepare(url: str, *, sandbox: bool | None) -> str | None:
    """Creates or migrates a database and answers what it was born as, None if not yet.

    Raises StoreError; WrongBirth where `sandbox` contradicts an existing database."""
    from cases.clock import machine_time
    from cases.store import open_store

    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    store = open_store(url, clock=machine_time)
    try:
        asked = None if sandbox is None else "sandbox" if sandbox else "production"
        store.upgrade(asked)
        with store.unit(write=False) as unit:
            return unit.meta().get("birth")
    finally:
        store.close()


def token(
    user: Annotated[str, typer.Option("--user", help="the person or program")],
    role: Annotated[list[str], typer.Option("--role", help="a role id; may be given again")],
    zone: Annotated[str | None, typer.Option("--zone", help="one zone; else every zone")] = None,
    enterprise: Annotated[
        str | None, typer.Option("--enterprise", metavar="USCC", help="acts for this enterprise")
    ] = None,
    feed: Annotated[
        bool,
        typer.Option("--feed", help="reads the calendar feed and nothing else, in its address"),
    ] = False,
    days: Annotated[int, typer.Option("--days", min=1, help="valid for so many days")] = 365,
    label: Annotated[str, typer.Option("--label", help="what it is for")] = "command line",
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Makes a bearer token and prints it once; only its hash is kept. 签发访问令牌。

    With --feed: one for calendar programs, /v1/obligations.ics?token=..., which shows what these
    roles may see and opens nothing else. 日历订阅令牌。"""
    from cases.identity import FEED, Identity, new_token
    from rules.credit_code import problem_with

    if not user.strip():
        misuse("--user is empty: name the person or program")
    problem = problem_with(enterprise) if enterprise is not None else None
    if problem is not None:
        misuse(f"--enterprise: {problem.zh} {problem.en}")
    with serving(db) as service:
        _known_roles(role, list(service.book.roles))
        held = frozenset([*role, FEED] if feed else role)
        identity = Identity(user, held, zone, enterprise)
        with service.store.unit() as unit:
            now = unit.now()  # a token lives in real time, also on a sandbox clock
            until = now + timedelta(days=days)
            secret = new_token(unit, identity, label, now, until)
    if as_json:
        show_json({"token": secret, "user": user, "roles": sorted(role), "zone": zone,
                   "enterprise": enterprise, "feed": feed,
                   "expires_at": until.isoformat()})  # fmt: skip
    else:
        typer.echo(secret)


def _known_roles(roles: list[str], known: list[str]) -> None:
    for role in roles:
        if role == "engine" or role not in known:
            near = difflib.get_close_matches(role, known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"
            misuse(f"no role {role} for a token{hint}")
