"""``binome doctor``: looks at what a server needs, and says of each thing whether it is in order and what to fix.

It changes nothing: where there is no data folder yet, it makes none.
"""

import asyncio
from datetime import UTC, datetime

from server.doctor import database, machine, services
from server.doctor.finding import Finding
from server.settings import Settings

TO_FIX = 1  # exit code


def exit_code(findings: list[Finding]) -> int:
    return TO_FIX if any(finding.state == "fix" for finding in findings) else 0


def list_settings(settings: Settings) -> list[str]:
    """One line a setting: its name, value, default, source and meaning, in columns."""
    rows = [("setting", "value", "default", "from", "meaning"), *settings.describe()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows]


async def examine(settings: Settings) -> list[Finding]:
    """Everything, in the order in which a start would meet it."""
    sources = sorted(set(settings.sources.values()))
    findings = [Finding("settings", "ok", f"{len(settings.sources)} set ({', '.join(sources) or 'all defaults'})")]
    findings.append(machine.clock(datetime.now(UTC)))
    if settings.database_url is None:
        findings += [machine.folder(settings.data), machine.disk(settings.data)]
    findings += await asyncio.to_thread(machine.ports_of, settings)
    findings.append(machine.calls(settings))
    findings += machine.front(settings)
    findings.append(machine.secret(settings))
    findings += await database.examine(settings)
    if settings.redis_url is not None:
        findings.append(await services.redis(settings.redis_url))
    if settings.smtp_url is not None:
        findings.append(await asyncio.to_thread(services.mail, settings.smtp_url))
    for url in settings.turn_url:
        findings.append(await services.relay(url, settings.turn_secret or ""))
    return findings
