"""The processes that stay: serve, worker; and the README's case, command for command."""

import json
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.cli.running import ROOT, process, run

# Stands in for curl where there is none: the four options the README uses.
CURL = f"""#!{sys.executable}
import sys, urllib.error, urllib.request
words, method, headers, data, url = sys.argv[1:], "GET", {{}}, None, ""
while words:
    word = words.pop(0)
    if word == "-X": method = words.pop(0)
    elif word == "-H":
        name, _, value = words.pop(0).partition(": "); headers[name] = value
    elif word == "-d": data = words.pop(0).encode()
    elif not word.startswith("-"): url = word
request = urllib.request.Request(url, data, headers, method=method)
try:
    sys.stdout.write(urllib.request.urlopen(request).read().decode())
except urllib.error.HTTPError as error:
    sys.stdout.write(error.read().decode())
"""


def _served(folder: Path) -> tuple[str, ...]:
    url = f"sqlite:///{folder}/served.db"
    run("db", "upgrade", "--sandbox", "--db", url)
    return ("serve", "--sandbox", "--port", "0", "--db", url)


def _address(lines: list[str]) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", "\n".join(lines))
    assert found is not None
    return found.group()


def test_the_sandbox_says_its_address_and_its_sign_ins_and_is_ready(tmp_path: Path) -> None:
    with process(*_served(tmp_path), until=r"sandbox-preparer") as (_, lines):
        assert any("sandbox-approval " in line for line in lines)
        with urllib.request.urlopen(f"{_address(lines)}/readyz", timeout=10) as answer:
            ready = json.load(answer)
    assert ready["birth"] == "sandbox"
    assert ready["clock"].startswith("2025-01-02")


def test_the_case_of_the_readme_goes_as_it_says(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    tools = tmp_path / "tools"
    tools.mkdir()
    if shutil.which("curl") is None:
        (tools / "curl").write_text(CURL)
        (tools / "curl").chmod(0o755)
    with process(*_served(tmp_path), until=r"sandbox-preparer") as (_, lines):
        script = block.replace("http://127.0.0.1:8000", _address(lines))
        done = subprocess.run(
            ["bash", "-eu", "-c", f'PATH="{tools}:$PATH"; {script}'],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    said = done.stdout
    assert done.returncode == 0, said + done.stderr
    assert re.search(r'"on": *"2025-07-02"', said)
    assert re.search(r'"main": *"revoked"', said)
    assert said.rstrip().endswith('"revoke_for_breach"')
    assert '"reason"' not in said, said


def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        words = [*_served(tmp_path)]
        words[words.index("0")] = port
        assert f"cannot listen on 127.0.0.1:{port}" in run(*words, code=2).stderr


def test_a_first_day_belongs_to_a_sandbox_and_to_an_empty_one(tmp_path: Path) -> None:
    assert "add --sandbox" in run("serve", "--at", "2025-03-03", code=2).stderr
    words = _served(tmp_path)
    assert "published calendar" in run(*words, "--at", "2035-03-05", code=2).stderr
    with process(*words, "--at", "2025-03-03", until=r"sandbox-preparer") as (_, lines):
        assert any("2025-03-03 09:00" in line for line in lines)
    assert "new sandbox" in run(*words, "--at", "2025-03-04", code=2).stderr


def test_a_worker_runs_until_it_is_told_to_stop(tmp_path: Path) -> None:
    url = _served(tmp_path)[-1]
    with process("worker", "--db", url, until=r"worker started") as (worker, _):
        worker.terminate()
        rest, _ = worker.communicate(timeout=60)
        assert worker.returncode == 0, rest
    assert "stopped" in rest


def test_a_migrated_database_becomes_what_first_serves_it(tmp_path: Path) -> None:
    """The schema first, without a word of what it is for; then a sandbox on it."""
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    assert "not yet in service" in run("db", "upgrade", "--db", url).stdout
    run("token", "--user", "wang", "--role", "approval", "--db", url)
    with process("serve", "--sandbox", "--port", "0", "--db", url, until="sandbox-preparer"):
        pass
    assert "sandbox" in run("db", "upgrade", "--db", url).stdout
    assert "born sandbox" in run("serve", "--port", "0", "--db", url, code=2).stderr
