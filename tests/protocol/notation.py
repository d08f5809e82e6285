"""The notation of payloads in docs/protocol.md, as ``{room, id, kind?: "text"|"voice", marks: [{seat, seen}]}``, and
its comparison with a type."""

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import inspect

_TOKEN = re.compile(r'\s*(…|"[^"]*"|[A-Za-z_]\w*|\d+|[{}\[\]:,?|])')


@dataclass(frozen=True)
class Word:
    """The name of a type, or of what stands there."""

    text: str


@dataclass(frozen=True)
class Array:
    """One item: a list of it. More: as many, each its own."""

    items: tuple["Shape", ...]


@dataclass(frozen=True)
class Choice:
    shapes: tuple["Shape", ...]


@dataclass(frozen=True)
class Object:
    """Members by name: (may be missing, shape if any is told)."""

    members: dict[str, tuple[bool, "Shape | None"]] = field(hash=False)


Shape = Word | Array | Choice | Object


class NotationError(ValueError):
    """A code span that is not of the notation."""


def parse(text: str) -> Shape:
    tokens = _tokens(text)
    shape, rest = _choice(tokens)
    if rest:
        raise NotationError(f"{text!r} goes on after its end")
    return shape


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise NotationError(f"{text!r} at {at}")
        tokens.append(found[1])
        at = found.end()
    return tokens


def _choice(tokens: list[str]) -> tuple[Shape, list[str]]:
    shapes = []
    while True:
        shape, tokens = _single(tokens)
        shapes.append(shape)
        if tokens[:1] != ["|"]:
            return (shapes[0] if len(shapes) == 1 else Choice(tuple(shapes))), tokens
        tokens = tokens[1:]


def _single(tokens: list[str]) -> tuple[Shape, list[str]]:
    if not tokens:
        raise NotationError("the end came too soon")
    first, rest = tokens[0], tokens[1:]
    if first == "[":
        items: list[Shape] = []
        while rest[:1] != ["]"]:
            item, rest = _choice(rest)
            items.append(item)
            rest = _after_comma(rest, "]")
        return Array(tuple(items)), rest[1:]
    if first == "{":
        members: dict[str, tuple[bool, Shape | None]] = {}
        while rest[:1] != ["}"]:
            if not rest or not (rest[0][0].isalpha() or rest[0] == "…"):
                raise NotationError("no name of a member")
            name, rest = rest[0], rest[1:]
            optional = rest[:1] == ["?"]
            rest = rest[optional:]
            shape = None
            if rest[:1] == [":"]:
                shape, rest = _choice(rest[1:])
            members[name] = (optional, shape)
            rest = _after_comma(rest, "}")
        return Object(members), rest[1:]
    if first in "]},:?|":
        raise NotationError(f"{first!r} where something should stand")
    return Word(first), rest


def _after_comma(tokens: list[str], end: str) -> list[str]:
    if tokens[:1] == [","]:
        return tokens[1:]
    if tokens[:1] != [end]:
        raise NotationError(f"no {end!r}")
    return tokens


@dataclass(frozen=True)
class Comparison:
    """``names`` are the shapes that the document defines. ``sent`` by the server: there, a member may be missing when
    its type can leave it out; in what clients send, when it has a default."""

    names: dict[str, Shape]
    sent: bool

    def differences(self, shape: Shape, kind: Any, at: str) -> list[str]:
        """What ``shape`` says and the type ``kind`` does not, and the reverse."""
        return self._compare(shape, inspect.type_info(kind), at)

    def _compare(self, shape: Shape, info: inspect.Type, at: str) -> list[str]:
        kinds = _alternatives(info)
        if isinstance(shape, Word) and shape.text in self.names:
            return self._compare(self.names[shape.text], info, at)
        if isinstance(shape, Choice):
            return [line for single in shape.shapes for line in self._compare(single, info, at)]
        if isinstance(shape, Word):
            wrong = shape.text == "bool" and not any(isinstance(kind, inspect.BoolType) for kind in kinds)
            return [f"{at}: documented as bool, is none"] if wrong else []
        if isinstance(shape, Array):
            return self._compare_array(shape, kinds, at)
        return self._compare_object(shape, kinds, at)

    def _compare_array(self, shape: Array, kinds: list[inspect.Type], at: str) -> list[str]:
        if len(shape.items) == 1:
            lists = [kind for kind in kinds if isinstance(kind, inspect.CollectionType)]
            if not lists:
                return [f"{at}: documented as a list, is none"]
            return self._compare(shape.items[0], lists[0].item_type, f"{at}[]")
        lengths = {len(kind.item_types) for kind in kinds if isinstance(kind, inspect.TupleType)}
        lengths |= {len(kind.fields) for kind in kinds if isinstance(kind, inspect.StructType) and kind.array_like}
        if len(shape.items) not in lengths:
            return [f"{at}: documented as an array of {len(shape.items)}, the type has {sorted(lengths)}"]
        return []

    def _compare_object(self, shape: Object, kinds: list[inspect.Type], at: str) -> list[str]:
        if any(name.isupper() for name in shape.members):  # {ROOM: N}: any names
            found = any(isinstance(kind, inspect.DictType) for kind in kinds)
            return [] if found else [f"{at}: documented as a mapping, is none"]
        structs = [kind for kind in kinds if isinstance(kind, inspect.StructType) and not kind.array_like]
        if not structs:
            return [f"{at}: documented as an object, is none"]
        fields = {item.encode_name: (item, kind) for kind in structs for item in kind.fields}
        lines = [f"{at}.{name}: documented, not in the type" for name in shape.members if name not in fields]
        lines += [f"{at}.{name}: in the type, not documented" for name in fields if name not in shape.members]
        for name, (optional, inner) in shape.members.items():
            if name not in fields:
                continue
            item, owner = fields[name]
            if optional != self._may_miss(item, owner):
                lines.append(f"{at}.{name}: documented as {'optional' if optional else 'always there'}, is not so")
            if inner is not None:
                lines += self._compare(inner, item.type, f"{at}.{name}")
        return lines

    def _may_miss(self, item: inspect.Field, owner: inspect.StructType) -> bool:
        if not self.sent:
            return not item.required
        config: msgspec.structs.StructConfig = owner.cls.__struct_config__
        unset = item.default is msgspec.NODEFAULT and item.default_factory is msgspec.NODEFAULT  # how UNSET is told
        return not item.required and (config.omit_defaults or unset)


def takes_array(kind: Any) -> bool:
    """Whether a payload type also has a form that is an array."""
    return any(
        isinstance(kind, inspect.TupleType) or (isinstance(kind, inspect.StructType) and kind.array_like)
        for kind in _alternatives(inspect.type_info(kind))
    )


def _alternatives(info: inspect.Type) -> list[inspect.Type]:
    while isinstance(info, inspect.Metadata):
        info = info.type
    if isinstance(info, inspect.UnionType):
        return [inner for kind in info.types for inner in _alternatives(kind)]
    return [info]
