"""Removals that no scenario can notice, with the reason: workflow -> what -> why."""

_EVERY_ACT = (
    "the list of covered acts has named all three acts from its first value on; these lines are "
    "for a later list that names fewer, and no act of the case is outside it yet"
)

EXPECTED: dict[str, dict[str, str]] = {
    "bank_account": {
        "transitions.3.guards.2 fact_is": (
            "both edges lead to the same state with the same effects; the guard only keeps the "
            "clauses of the other class of address out of the journal"
        ),
    },
    "domicile_commitment": {
        "transitions.2 route": _EVERY_ACT,
        "transitions.2.effects.0 notify": _EVERY_ACT,
        "transitions.7.guards.1 fact_in": _EVERY_ACT,
        "transitions.8.guards.1 fact_in": _EVERY_ACT,
    },
    "easy_power": {
        "transitions.30.guards.1 in_state": (
            "the state before lies behind the certificate already; the guard states clause 1.24 "
            "at the act it forbids"
        ),
    },
    "eia_commitment": {
        "transitions.7.guards.1 all_in_hand": (
            "submission and resubmission share one list of conditions; what was handed in once "
            "stays in hand, so only the submission can lack a material"
        ),
    },
    "labour_dispatch": {
        "transitions.15.guards.0 all_in_hand": (
            "the edge before it takes what is still incomplete, so only a complete supply gets "
            "here; the guard says what the order of the edges decides"
        ),
    },
}
