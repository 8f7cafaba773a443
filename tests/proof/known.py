"""Removals that no scenario can notice, with the reason: workflow -> what -> why."""

EXPECTED: dict[str, dict[str, str]] = {
    "bank_account": {
        "transitions.3.guards.2 fact_is": (
            "both edges lead to the same state with the same effects; the guard only keeps the "
            "clauses of the other class of address out of the journal"
        ),
    },
}
