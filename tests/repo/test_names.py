"""The start-up guard: our packages pass, and a planted stranger of the same name does not."""

import shutil
import subprocess
import sys
from pathlib import Path

from api.startup import PACKAGES, foreign_packages, refuse_foreign_packages
from tests.repo import tree

GUARD = "from api.startup import refuse_foreign_packages as guard; guard()"


def _start(*path: Path, interpreter: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    """Runs the guard in a process of its own, as the console script does: without the folder
    that it stands in on the path."""
    return subprocess.run(
        [sys.executable, "-P", *interpreter, "-c", GUARD],
        env={"PYTHONPATH": ":".join(map(str, path))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _package(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text('"""A stranger."""\n')


def _distribution(site: Path, name: str, *files: str) -> None:
    """What pip leaves behind when it has installed these files."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))


def _wheel_installation(site: Path) -> None:
    """Our packages as a wheel puts them down, as far as the guard looks at them."""
    for name in PACKAGES:
        _package(site / name)
    shutil.copy(tree.ROOT / "api" / "startup.py", site / "api")
    _distribution(site, "chengnuo", *(f"{name}/__init__.py" for name in PACKAGES))


def test_every_package_is_ours() -> None:
    assert list(foreign_packages()) == []
    refuse_foreign_packages()


def test_the_guard_knows_every_package_that_is_shipped() -> None:
    assert set(PACKAGES) == set(tree.PACKAGES)


def test_the_guard_lets_our_own_command_start() -> None:
    done = _start()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_stranger_earlier_on_the_path_is_named_with_its_owner(tmp_path: Path) -> None:
    _package(tmp_path / "rules")
    _distribution(tmp_path, "other-rules", "rules/__init__.py")
    done = _start(tmp_path)
    assert done.returncode == 2
    assert f"`rules` is the one of other-rules in {tmp_path}" in done.stderr
    assert "`machines`" not in done.stderr
    assert "make setup" in done.stderr


def test_a_stranger_that_no_distribution_owns_is_named_with_its_folder(tmp_path: Path) -> None:
    (tmp_path / "scheduler.py").write_text("")
    done = _start(tmp_path)
    assert done.returncode == 2
    assert f"`scheduler` is the one in {tmp_path}, not ours in {tree.ROOT}" in done.stderr


def test_an_installed_wheel_alone_starts(tmp_path: Path) -> None:
    _wheel_installation(tmp_path)
    done = _start(tmp_path, interpreter=("-S",))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stranger_merged_into_our_folder_is_named_beside_us(tmp_path: Path) -> None:
    _wheel_installation(tmp_path)
    _distribution(tmp_path, "other-workflows", "workflows/__init__.py", "workflows/steps.py")
    done = _start(tmp_path, interpreter=("-S",))
    assert done.returncode == 2
    assert "`workflows` has more than one owner: chengnuo, other-workflows" in done.stderr


def test_a_missing_package_is_named_with_its_place(tmp_path: Path) -> None:
    _wheel_installation(tmp_path)
    shutil.rmtree(tmp_path / "cases")
    done = _start(tmp_path, interpreter=("-S",))
    assert done.returncode == 2
    assert f"`cases` is missing; it belongs in {tmp_path}." in done.stderr


def test_a_stranger_behind_us_on_the_path_is_named_too(tmp_path: Path) -> None:
    """It loses today; tomorrow's order of the path may be another."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    _wheel_installation(ours)
    _package(theirs / "rules")
    _distribution(theirs, "other-rules", "rules/__init__.py")
    done = _start(ours, theirs, interpreter=("-S",))
    assert done.returncode == 2
    assert "`rules` has more than one owner: chengnuo, other-rules" in done.stderr
