"""`chengnuo trace`: the counts, the lines, the gaps; and a reform that is not there."""

from tests.cli.running import answer, run


def test_every_clause_in_force_is_carried_and_counted() -> None:
    traced = answer("trace", "network_freight")["network_freight"]
    assert len(traced) == 42
    assert not any(row["hole"] for row in traced)
    six_months = next(row for row in traced if row["clause"] == "9.24")
    assert any("supply_promised_materials" in line["what"] for line in six_months["lines"])
    shown = run("trace", "network_freight", "--lines").stdout
    assert "9.24" in shown
    assert "workflows/network_freight/machine.yaml:" in shown


def test_the_gaps_of_a_reform_name_the_reading_taken() -> None:
    found = answer("trace", "eia_commitment", "--gaps")["eia_commitment"]
    kinds = {gap["kind"] for gap in found}
    assert {"reading", "inferred", "period_unset"} <= kinds
    assert all(gap["zh"] for gap in found)
    assert "publicity_days" in run("trace", "eia_commitment", "--gaps").stdout


def test_an_unknown_reform_is_misuse() -> None:
    assert "known: " in run("trace", "network_fright", code=2).stderr
