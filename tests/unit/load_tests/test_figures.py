"""How figures are judged and told."""

from load_tests.chat.scenarios import percentile
from load_tests.figures import FIGURES, Measured, number, rows, table


def test_percentiles_are_values_that_were_measured() -> None:
    values = list(range(100, 0, -1))
    assert (percentile(values, 50), percentile(values, 99), percentile(values, 100)) == (50, 99, 100)
    assert percentile([7.0], 50) == percentile([7.0], 99) == 7.0


def test_numbers_keep_three_digits() -> None:
    told = [number(value) for value in (None, 0, 0.2987, 2.456, 36.04, 239.6, 4321.4)]
    assert told == ["–", "0", "0.299", "2.46", "36.0", "240", "4,321"]


def test_a_table_tells_what_is_met_missed_and_not_measured() -> None:
    measured = Measured(
        values={"saturation.rate": 4000.0, "saturation.cpu": 0.31},
        peers={"ejabberd": {"saturation.cpu": 0.97, "idle.memory": 40.0}},
    )
    found = rows(measured)
    assert [(row["key"], row["met"]) for row in found] == [
        ("saturation.rate", True),
        ("saturation.cpu", False),
        ("idle.memory", None),
    ]
    assert table(found).splitlines()[2:] == [
        "| chat, the most that 100 people get through (messages/s) | ≥ 4,000 | 4,000 |  |",
        "| … CPU of server and database (ms/message) | ≤ 0.3 | 0.310 **missed** | ejabberd 0.970 |",
        "| memory of an idle connection, at 1,000 (kB) | ≤ 36 | – | ejabberd 40.0 |",
    ]


def test_each_figure_has_its_own_key() -> None:
    assert len({figure.key for figure in FIGURES}) == len(FIGURES)
