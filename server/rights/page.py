"""The page of an export that people read: one file, no script, nothing from elsewhere, fit to be printed."""

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from server.transport.messages import catalogue, known_language

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_VOICE: Final = re.compile(r"voice/[0-9a-f-]{36}\.ogg")
_STYLE: Final = """
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c28;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #bbb}
dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.1rem 1rem;margin:.6rem 0;padding:.4rem 0;
border-bottom:1px dotted #bbb;break-inside:avoid}
dt{color:#555}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
@media(max-width:30rem){dl{grid-template-columns:1fr}}
"""


class Page:
    """Written from top to end, row by row."""

    def __init__(
        self, out: IO[bytes], language: str, zone: str, organisation: str, at: datetime, *, whole: bool
    ) -> None:
        language = known_language(language)
        self._out = out
        self._words = catalogue(language)["export"]
        self._zone = ZoneInfo(zone)
        title, made = escape(self._words["title"]), self._moment(at)
        self._write(
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><main>'
            f"<h1>{title}</h1><p>{escape(organisation)}, {made} ({escape(zone)})</p>"
            f"<p>{escape(self._words['intro'])}</p>"
        )
        if not whole:
            self._write(f"<p>{escape(self._words['not_whole'])}</p>")

    def begin(self, section: str) -> None:
        self._write(f"<h2>{escape(self._words[f'section.{section}'])}</h2>")

    def row(self, row: Mapping[str, Any]) -> None:
        facts = "".join(f"<dt>{escape(self._name(name))}</dt><dd>{self._value(row[name])}</dd>" for name in row)
        self._write(f"<dl>{facts}</dl>")

    def end(self) -> None:
        self._write("</main></body></html>\n")

    def _name(self, column: str) -> str:
        return self._words[f"column.{column}"]

    def _value(self, value: Any) -> str:
        if isinstance(value, bool):
            return escape(self._words["yes" if value else "no"])
        said = str(value)
        if _INSTANT.fullmatch(said):
            return escape(self._moment(datetime.fromisoformat(said)))
        if _VOICE.fullmatch(said):
            return f'<a href="{said}">{said}</a>'
        return escape(self._words.get(f"value.{said}", said))

    def _moment(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")

    def _write(self, html: str) -> None:
        self._out.write(html.encode())
