"""`chengnuo serve` and `chengnuo worker`: the processes that stay."""

from __future__ import annotations

import logging
import signal
import socket
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli_answers import Database, misuse, serving

if TYPE_CHECKING:
    from api.service import Service

SANDBOX_DATABASE = "sqlite:///.data/sandbox.db"


def register(app: typer.Typer) -> None:
    """Adds the commands `serve` and `worker`."""
    app.command("serve")(serve)
    app.command("worker")(worker)


def serve(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="0 takes a free one")
    ] = 8000,
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="virtual clock and demonstration zone")
    ] = False,
    at: Annotated[
        datetime | None,
        typer.Option("--at", formats=["%Y-%m-%d"], help="first day of a new sandbox"),
    ] = None,
    db: Database = None,
) -> None:
    """API, console and scheduler in one process. 启动服务。"""
    if at is not None and not sandbox:
        misuse("--at sets the first day of a sandbox: add --sandbox")
    listener = _listen(host, port)
    try:
        if sandbox and db is None:
            db = SANDBOX_DATABASE
            _create(db)
        with serving(db, sandbox=sandbox) as service:
            if sandbox:
                _fill(service, at.date() if at is not None else None)
            service.put_in_service()
            address = f"http://{host}:{listener.getsockname()[1]}"
            typer.echo(f"承诺 Chengnuo  {address}  (Ctrl+C 停止 stops)")
            if sandbox:
                _sign_ins(service)
            _run(service, listener)
    finally:
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    """The listening socket, taken before anything else so that a taken port is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)  # whoever connects from now on waits until the application is up
    except OSError as error:
        listener.close()
        misuse(f"端口不可用 cannot listen on {host}:{port}: {error.strerror or error}; "
               "choose another with --port N, or --port 0 for a free one")  # fmt: skip
    return listener


def _create(db: str) -> None:
    """A sandbox of its own needs no migration by hand."""
    from api.cli_answers import guarded
    from api.cli_database import prepare

    with guarded():
        prepare(db, sandbox=True)


def _fill(service: Service, day: date | None) -> None:
    """Seeds an empty sandbox; a filled one keeps its own clock."""
    from api.sandbox_zone import is_empty, seed
    from cases.clock import SANDBOX_START
    from machines.rungs import SHANGHAI

    if not is_empty(service):
        if day is not None:
            misuse("--at is for a new sandbox; this one has its clock already (move it in the "
                   "console, or POST /v1/sandbox/clock)")  # fmt: skip
        return
    start = SANDBOX_START if day is None else datetime.combine(day, time(9), tzinfo=SHANGHAI)
    seed(service, start)


def _sign_ins(service: Service) -> None:
    from api.sandbox_zone import ACCOUNTS

    with service.store.unit(write=False) as unit:
        now = service.clock.now(unit)
    typer.echo(f"沙盒时间 sandbox clock  {now:%Y-%m-%d %H:%M}")
    typer.echo("现成账号 ready-made sign-ins (user, roles, token):")
    for one in ACCOUNTS:
        typer.echo(f"  {one.user:24}{','.join(one.roles):24}{one.token:34}{one.zh}")


def _run(service: Service, listener: socket.socket) -> None:
    import uvicorn

    from api.app import create_app

    app = create_app(service, with_runner=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn stops on either, and raises it once more when it has; that one ends nothing.
        signal.signal(number, signal.SIG_IGN)
    uvicorn.Server(config).run(sockets=[listener])
    typer.echo("已停止 stopped")


def worker(db: Database = None) -> None:
    """An enforcer alone; run as many as you like on PostgreSQL. 只执行到期事项。"""
    from api.staying import settle_in

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    with serving(db) as service:
        service.put_in_service()
        # Blocked before any thread begins, and then waited for: a handler that sets an event could
        # find the main thread inside that very event and wait for itself.
        signals = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        settle_in(service.casework)
        runner = service.runner()
        runner.start()
        typer.echo("执行进程已启动 worker started (Ctrl+C 停止 stops)")
        signal.sigwait(signals)
        runner.stop()
    typer.echo("已停止 stopped")
