"""Runs `chengnuo` for a test: in this process, or as a process of its own that serves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from api.cli import app

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str, code: int = 0, env: dict[str, str] | None = None) -> Result:
    """A command in this process; its exit code must be the one expected."""
    given = {"CHENGNUO_DB": "", "COLUMNS": "200", **(env or {})}
    result = CliRunner().invoke(app, [*words], env=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, f"{result.exit_code}: {result.output}"
    return result


def answer(*words: str, code: int = 0) -> Any:
    """What a command answers with `--json`."""
    return json.loads(run(*words, "--json", code=code).stdout)


def sandbox(folder: Path) -> str:
    """An empty sandbox database with its settings recorded."""
    url = f"sqlite:///{folder}/sandbox.db"
    run("db", "upgrade", "--sandbox", "--db", url)
    for path in answer("settings", "list", "--db", url)["settings"]:
        run("settings", "set", path, "10", "--since", "2020-01-01", "--basis", "试行办法",
            "--by", "a", "--confirmed-by", "b", "--db", url)  # fmt: skip
    return url


@contextmanager
def process(*words: str, until: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`chengnuo` as a process of its own, up to the first line that matches `until`; its lines so
    far. It is terminated at the end."""
    started = subprocess.Popen(
        [sys.executable, "-m", "api", *words], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "CHENGNUO_DB": "", "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    lines: list[str] = []
    assert started.stdout is not None
    try:
        for line in started.stdout:
            lines.append(line.rstrip("\n"))
            if re.search(until, line):
                break
        else:
            raise AssertionError("it ended by itself:\n" + "\n".join(lines))
        yield started, lines
    finally:
        started.terminate()
        started.communicate(timeout=60)
