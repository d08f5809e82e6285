"""The figures that the moderation is judged by."""

import json
from pathlib import Path

import pytest

from load_tests.moderation.found import report, share
from load_tests.moderation.lines import Line, read


def test_a_share_with_its_wilson_interval() -> None:
    # 81 of 263: the worked example of Newcombe 1998 (Statistics in Medicine 17, table I).
    assert share(81, 263) == {"hits": 81, "of": 263, "share": 0.308, "from": 0.2553, "to": 0.3662}


@pytest.mark.parametrize(("hits", "of"), [(0, 29), (20, 20)])
def test_a_share_of_none_or_all_stays_within_its_bounds(hits: int, of: int) -> None:
    figure = share(hits, of)
    assert 0 <= figure["from"] <= figure["share"] <= figure["to"] <= 1
    assert figure["from"] < figure["to"]


def test_nothing_is_no_share() -> None:
    assert share(0, 0) == {"hits": 0, "of": 0}


def test_recall_precision_and_alarms_of_categories_and_groups() -> None:
    lines = [
        Line("a", categories=["suicide"]),
        Line("b", categories=["self_harm"]),
        Line("c", categories=["insult"]),
        Line("d"),
        Line("e"),
    ]
    told = report(lines, [{"self_harm"}, {"self_harm"}, set(), {"insult"}, set()], [10, 20, 30, 40, 50])
    assert told["category"]["suicide"]["recall"]["hits"] == 0
    assert told["category"]["self_harm"]["recall"]["share"] == 1
    assert told["category"]["self_harm"]["precision"]["share"] == 0.5
    assert told["group"]["danger"]["recall"]["share"] == told["group"]["danger"]["precision"]["share"] == 1
    assert told["category"]["insult"]["alarms_per_1000_ordinary"]["share"] == 500
    assert told["category"]["insult"]["precision"]["share"] == 0
    assert told["category"]["suicide"]["microseconds"] == {"mean": 10, "p99": 10}
    assert told["alarms_per_1000_ordinary"] == share(1, 2, per=1000)


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps({"text": "bonjour", "kind": "greeting"}) + "\n\n{\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3"):
        read(path)
