"""What a command calls a text: a workflow's key, a hash or its beginning, key@hash, or a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli_answers import guarded, misuse

if TYPE_CHECKING:
    from cases.ports import Unit
    from cases.versions import Texts
    from machines.book import Workflow
    from machines.versions import Text

SHORT = 6


class Named:
    """Finds texts among the installed reforms, in folders, and in a database where one is given."""

    def __init__(self, texts: Texts, unit: Unit | None) -> None:
        self.texts, self.unit = texts, unit

    def find(self, name: str) -> Text:
        """The text of that name; exit code 2 where there is none, or several."""
        from machines.versions import Text

        place = Path(name)
        if (place / "machine.yaml").exists():
            own = folder_text(place)
            return Text(own.compiled, own.parameters)
        key, at, digest = name.rpartition("@")
        if not at and name in self.texts.book.workflows:
            own = self.texts.book.workflows[name]
            return Text(own.compiled, own.parameters)
        found = sorted(set(self._hashes(key if at else None, digest)))
        if len(found) != 1 or len(digest) < SHORT:
            listed = ", ".join(one[:12] for one in found[:5]) or "none"
            misuse(
                f"no single text is called {name} (found: {listed}); write a workflow's key, "
                f"at least {SHORT} signs of a hash, key@hash, or a folder with machine.yaml"
            )
        return self._text(found[0])

    def workflow(self, name: str) -> Workflow:
        """The same with what a store keeps of it."""
        from dataclasses import replace

        place = Path(name)
        if (place / "machine.yaml").exists():
            return folder_text(place)
        text = self.find(name)
        own = self.texts.book.workflows.get(text.compiled.definition.key)
        if own is not None and own.compiled.hash == text.compiled.hash:
            return own
        row = None if self.unit is None else self.unit.definition(text.compiled.hash)
        if own is None or row is None:
            misuse(f"the text of {name} is neither installed nor in the database")
        return replace(own, compiled=text.compiled, text=row.text, numbers=row.parameters)

    def _hashes(self, key: str | None, digest: str) -> Iterator[str]:
        for one in self.texts.book.workflows.values():
            if key in (None, one.key) and one.compiled.hash.startswith(digest):
                yield one.compiled.hash
        if self.unit is not None:
            for row in self.unit.definitions():
                if key in (None, row.workflow) and row.hash.startswith(digest):
                    yield row.hash

    def _text(self, text_hash: str) -> Text:
        from machines.versions import Text

        for one in self.texts.book.workflows.values():
            if one.compiled.hash == text_hash:
                return Text(one.compiled, one.parameters)
        assert self.unit is not None, "it was found in the database"
        return self.texts.text(self.unit, text_hash)


def folder_text(place: Path) -> Workflow:
    """The text of a folder elsewhere, its names checked; roles and lists as they are installed,
    unless they lie beside it."""
    from machines.book import load_workflow, read_lists, read_overlay, read_roles, workflows_folder

    beside = (place.resolve().parent / "roles.yaml").exists()
    home = place.resolve().parent if beside else workflows_folder()
    return load_workflow(place.resolve(), read_roles(home), read_overlay(home), read_lists(home)[0])


@contextmanager
def named(db: str | None) -> Iterator[Named]:
    """Names resolved with a database or without one."""
    from api.cli_answers import serving

    if db is None:
        from cases.versions import Texts
        from machines.book import rulebook

        with guarded():
            yield Named(Texts(rulebook()), None)
        return
    with serving(db) as service, service.store.unit(write=False) as unit:
        yield Named(service.casework.texts, unit)
