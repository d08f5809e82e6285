"""The source logs only facts that the allow-list knows, by names that are written out."""

import ast
from collections.abc import Iterator
from pathlib import Path

import server
from server.infra.facts import _WORD, FACTS

METHODS = {"debug", "info", "warning", "error", "exception", "critical"}
SOURCE = Path(server.__file__).parent


def calls() -> Iterator[tuple[str, ast.Call]]:
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in METHODS
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"log", "logger", "_log"}
            ):
                yield f"{file.relative_to(SOURCE)}:{node.lineno}", node


def test_each_event_is_a_written_out_word_without_arguments() -> None:
    wrong = [
        place
        for place, call in calls()
        if not (
            len(call.args) == 1
            and (
                (isinstance(call.args[0], ast.Constant) and _WORD.fullmatch(str(call.args[0].value)))
                or (isinstance(call.args[0], ast.Name) and call.args[0].id == "event")
            )
        )
    ]
    assert wrong == []


def test_each_fact_is_on_the_list() -> None:
    unknown = []
    for place, call in calls():
        for keyword in call.keywords:
            if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
                names = [key.value if isinstance(key, ast.Constant) else None for key in keyword.value.keys]
                unknown += [(place, name) for name in names if name not in FACTS]
    assert unknown == []
