"""docs/permissions.md, made from the table of permissions and from what is served: who may do what, and through which
endpoint or event. ``python -m tests.protocol.permissions_page`` writes it."""

import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from server.compose import Capabilities
from server.kernel.permissions import Permission, Role
from server.transport.messages import catalogue
from tests.protocol.composed import composed

PATH = Path(__file__).parents[2] / "docs" / "permissions.md"

HEAD = """\
# Who may do what

Made by `python -m tests.protocol.permissions_page` from `server/kernel/permissions.py` and from what the server serves;
never edited by hand. The table is the outer bound: within it, people act in their own rooms and pairs only, a
professional on the pairs that they supervise, an admin on their own organisation, and nobody on another organisation.
What is not theirs answers as what does not exist.

"""


def page(capabilities: Capabilities) -> str:
    """The whole document."""
    meanings = catalogue("en")["permissions"]
    used = _used(capabilities)
    lines = [
        "| act | means | " + " | ".join(role.value for role in Role) + " |",
        "|---|---|" + ":-:|" * len(Role),
    ]
    for act in Permission:
        marks = " | ".join("●" if role in act.roles else "" for role in Role)
        lines.append(f"| `{act.value}` | {meanings[act.value]} | {marks} |")
    lines += ["", "## Through what", "", "| act | endpoints and events |", "|---|---|"]
    lines += [f"| `{act.value}` | {', '.join(f'`{name}`' for name in used[act])} |" for act in Permission]
    lines += ["", "Anyone who is signed in, about themselves or their own rooms only: "]
    lines[-1] += ", ".join(f"`{name}`" for name in used["everyone"]) + "."
    lines += ["", "Without being signed in: " + ", ".join(f"`{name}`" for name in used["anyone"]) + "."]
    return HEAD + "\n".join(lines) + "\n"


def _used(capabilities: Capabilities) -> Mapping[str, list[str]]:
    """Endpoints and events by the act that they need."""
    used: defaultdict[str, list[str]] = defaultdict(list)
    for row in capabilities.endpoints.table:
        declared = row.declared
        key = declared.permission or ("everyone" if declared.signed_in else "anyone")
        used[key].append(f"{declared.method} {declared.path}")
    for event in capabilities.gateway.registry.up.values():
        used[event.permission or "everyone"].append(event.name)
    return {
        key: sorted(names, key=lambda name: (" " not in name, name.split(" ")[::-1])) for key, names in used.items()
    } | {act: [] for act in Permission if act not in used}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as data:
        PATH.write_text(page(composed(Path(data))), encoding="utf-8")
