"""A document for people: one HTML file, no script, nothing from elsewhere, made to be printed on A4."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from server.relay.texts import texts

# Nothing in it can fetch, run or send anything, whatever somebody wrote into a message.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE: Final = """
@page{size:A4;margin:18mm 17mm 20mm;
@bottom-left{content:"%s";font:8pt sans-serif;color:#444}
@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#444}}
*{box-sizing:border-box}
body{font:11pt/1.45 "Liberation Sans",Arial,Helvetica,sans-serif;color:#111;background:#fff;max-width:48rem;
margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem;line-height:1.2;margin:0 0 .4rem}
h2{font-size:1.15rem;margin:1.8rem 0 .5rem;padding-bottom:.15rem;border-bottom:1.5pt solid #111;break-after:avoid}
h3{font-size:1rem;margin:1.1rem 0 .3rem;break-after:avoid}
p{margin:.35rem 0;orphans:3;widows:3}
.lead{color:#333}.small{font-size:.85em;color:#333}
dl{display:grid;grid-template-columns:minmax(8rem,13rem) 1fr;gap:.15rem .9rem;margin:.4rem 0}
dt{color:#333}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
ol.events,ul.plain{list-style:none;margin:.4rem 0;padding:0}
ol.events>li{margin:0 0 .45rem;padding-left:.7rem;border-left:2pt solid #bbb;break-inside:avoid}
.words,.text{white-space:pre-wrap;overflow-wrap:anywhere}
.message{margin:.5rem 0;padding:.3rem .7rem;border-left:2pt solid #ccc;break-inside:avoid}
.message.marked{border-left:5pt double #111}
.child{background:#f3f3f3;border:1pt solid #777;padding:.4rem .7rem;margin:.35rem 0}
.child>.of{font-size:.8em;font-weight:bold;margin:0 0 .2rem}
.own{border:1pt dashed #777;padding:.4rem .7rem;margin:.35rem 0}
.draft{border:2pt solid #111;padding:.3rem .6rem;font-weight:bold;text-align:center}
.missing{font-style:italic;border-bottom:1pt dotted #111}
.gap{color:#333;font-style:italic}
.signature{height:3.5cm;border-bottom:1pt solid #111;width:60%%;margin-top:.5rem}
nav ol{margin:.3rem 0 .3rem 1.2rem;padding:0}nav a{color:inherit}
@media screen and (max-width:34rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{body{padding:0;max-width:none}nav a{text-decoration:none}
.child,.message.marked{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


def safe(text: str) -> str:
    """``text`` as HTML shows it, to the letter: a reader of HTML would make one line end of two."""
    return escape(text).replace("\r", "&#13;")


class Sheet:
    """Written from top to end. Whatever is given as text is escaped here, and nowhere else."""

    def __init__(self, language: str, zone: str, title: str, foot: str) -> None:
        self.language = language
        self.words = texts(language)
        self._zone = ZoneInfo(zone)
        quiet = "".join(f"\\{ord(one):x} " if one in '\\"<>&\n\r\f' else one for one in foot)
        self._parts = [
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
            f'<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
            f"<title>{safe(title)}</title><style>{_STYLE % quiet}</style></head><body><main>"
            f"<h1>{safe(title)}</h1>"
        ]

    def say(self, key: str, **facts: str | int) -> str:
        """A text of ours with ``facts`` in it, not escaped yet."""
        return self.words[key].format(**facts)

    def moment(self, at: str | None) -> str:
        """An instant as people write it, in the zone of the document."""
        if at is None:
            return ""
        local = datetime.fromisoformat(at).astimezone(self._zone)
        return local.strftime("%d/%m/%Y %H:%M:%S" if self.language == "fr" else "%Y-%m-%d %H:%M:%S")

    def day(self, on: str) -> str:
        """A day as people write it."""
        year, month, day = on.split("-")
        return f"{day}/{month}/{year}" if self.language == "fr" else on

    def heading(self, title: str, level: int = 2, anchor: str = "") -> None:
        name = f' id="{safe(anchor)}"' if anchor else ""
        self._parts.append(f"<h{level}{name}>{safe(title)}</h{level}>")

    def contents(self, sections: Sequence[tuple[str, str]]) -> None:
        """``sections``: anchor and title."""
        lines = "".join(f'<li><a href="#{safe(anchor)}">{safe(title)}</a></li>' for anchor, title in sections)
        self._parts.append(f"<nav><h2>{safe(self.say('contents'))}</h2><ol>{lines}</ol></nav>")

    def line(self, text: str, style: str = "") -> None:
        self._parts.append(f"<p{_class(style)}>{safe(text)}</p>")

    def facts(self, facts: Iterable[tuple[str, str]], *, missing: bool = False) -> None:
        """Names with what they are; what is empty is left out, or said to be missing."""
        lines = []
        for name, value in facts:
            if value:
                lines.append(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>")
            elif missing:
                gap = safe(self.say("missing_field"))
                lines.append(f'<dt>{safe(name)}</dt><dd><span class="missing">{gap}</span></dd>')
        self._parts.append(f"<dl>{''.join(lines)}</dl>")

    def words_of(self, text: str, style: str = "text") -> None:
        """What somebody wrote, with its own lines and its own direction."""
        self._parts.append(f'<p class="{safe(style)}" dir="auto">{safe(text)}</p>')

    def child(self, text: str, about: str) -> None:
        """The child's own words, marked as such."""
        marked = f'<p class="of">{safe(self.say("child"))}</p>'
        self._parts.append(
            f'<blockquote class="child">{marked}<div class="words" dir="auto">{safe(text)}</div>'
            f'<p class="small">{safe(about)}</p></blockquote>'
        )

    def open(self, tag: str, style: str = "") -> None:
        self._parts.append(f"<{tag}{_class(style)}>")

    def close(self, tag: str) -> None:
        self._parts.append(f"</{tag}>")

    def end(self) -> bytes:
        return ("".join(self._parts) + "</main></body></html>\n").encode()


def _class(style: str) -> str:
    return f' class="{safe(style)}"' if style else ""
