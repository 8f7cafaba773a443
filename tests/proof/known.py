"""Removals that no scenario can notice, with the reason: workflow -> what -> why."""

EXPECTED: dict[str, dict[str, str]] = {
    "bank_account": {
        "transitions.3.guards.2 fact_is": (
            "both edges lead to the same state with the same effects; the guard only keeps the "
            "clauses of the other class of address out of the journal"
        ),
    },
    "drainage_permit": {
        "parameter reports_preparation_days: 7 becomes 8": (
            "only before.yaml uses it, the procedure before the reform"
        ),
        "parameter reports_cost_yuan: 3000 becomes 3001": (
            "a figure of the comparison with the procedure before; nothing runs on it"
        ),
    },
}
