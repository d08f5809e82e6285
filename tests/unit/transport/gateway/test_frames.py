"""The grammar of frames, beside the libraries' own: what we cut and write, they read, and the other way round."""

import json
import struct

import msgspec
import pytest
from aiohttp import WSMsgType
from hypothesis import given
from hypothesis import strategies as st
from socketio.packet import Packet

from server.transport.gateway.frames import (
    EventText,
    close_frame,
    encode_ack,
    encode_connect,
    encode_connect_error,
    encode_event,
    encode_refusal,
    pong_frame,
    split_event,
    web_socket_frame,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
names = st.from_regex(r"[a-z]{1,8}:[a-z]{1,8}", fullmatch=True)


@given(name=names, value=values, ack=st.none() | st.integers(0, 10**30))
def test_what_the_library_writes_is_cut(name: str, value: object, ack: int | None) -> None:
    frame = "4" + Packet(2, data=[name, value], id=ack).encode()
    text = split_event(frame.encode())
    assert text is not None
    assert text.ack == (b"" if ack is None else str(ack).encode())
    assert text.name == name.encode()
    assert json.loads(text.array) == [name, value]


@pytest.mark.parametrize(
    ("frame", "cut"),
    [
        (b'42["chat:send",{}]', EventText(b"", b"chat:send", b'["chat:send",{}]')),
        (b'420["a:b",1]', EventText(b"0", b"a:b", b'["a:b",1]')),
        (b'42007["a:b"]', EventText(b"007", b"a:b", b'["a:b"]')),
        (b"42" + b"9" * 100 + b'["a:b"]', EventText(b"9" * 100, b"a:b", b'["a:b"]')),
        (b"42" + b"9" * 101 + b'["a:b"]', None),  # the library refuses such an id
        (b'42["",{}]', EventText(b"", b"", b'["",{}]')),
        (b'42[ "a:b",{}]', None),  # valid, but for the library
        (b'42["a\\u003ab",{}]', None),
        (b'42/admin,["a:b"]', None),
        (b'42-1["a:b"]', None),
        (b'42+1["a:b"]', None),
        ('42٣["a:b"]'.encode(), None),  # a digit, but not one of ours
        (b'42{"a":1}', None),
        (b"42[1,2]", None),
        (b'42["a', None),
        (b"42[", None),
        (b"42", None),
    ],
)
def test_only_plain_events_are_cut(frame: bytes, cut: EventText | None) -> None:
    assert split_event(frame) == cut


@given(st.binary(max_size=200))
def test_no_frame_breaks_the_cutting(rest: bytes) -> None:
    text = split_event(b"42" + rest)
    if text is not None:
        assert b"42" + text.ack + text.array == b"42" + rest
        assert text.array.startswith(b'["' + text.name + b'"')


@given(name=names, value=values)
def test_the_library_reads_our_events(name: str, value: object) -> None:
    packet = Packet(encoded_packet=encode_event(name, value)[1:].decode())
    assert (packet.packet_type, packet.namespace, packet.id, packet.data) == (2, None, None, [name, value])


@given(answer=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), values, max_size=4))
def test_the_library_reads_our_acknowledgements(answer: dict[str, object]) -> None:
    answer.pop("ok", None)
    packet = Packet(encoded_packet=encode_ack(b"17", answer)[1:].decode())
    assert (packet.packet_type, packet.id, packet.data) == (3, 17, [{"ok": True, **answer}])


class Sent(msgspec.Struct):
    seq: int


class Nothing(msgspec.Struct):
    pass


class Row(msgspec.Struct, array_like=True):
    seq: int


@pytest.mark.parametrize(
    ("answer", "frame"),
    [
        (None, b'431[{"ok":true}]'),
        ({}, b'431[{"ok":true}]'),
        (Nothing(), b'431[{"ok":true}]'),
        (Sent(3), b'431[{"ok":true,"seq":3}]'),
        ({"body": "é"}, '431[{"ok":true,"body":"é"}]'.encode()),
    ],
)
def test_acknowledgements_to_the_byte(answer: dict[str, object] | msgspec.Struct | None, frame: bytes) -> None:
    assert encode_ack(b"1", answer) == frame


def test_an_answer_is_an_object() -> None:
    with pytest.raises(TypeError, match="an object"):
        encode_ack(b"1", Row(1))


def test_refusals_to_the_byte() -> None:
    error = {"code": "forbidden", "message": "Non."}
    assert encode_refusal(b"5", error) == b'435[{"ok":false,"error":{"code":"forbidden","message":"Non."}}]'
    assert encode_refusal(b"5", error, "/x") == b'43/x,5[{"ok":false,"error":{"code":"forbidden","message":"Non."}}]'
    assert encode_connect("abc") == b'40{"sid":"abc"}'
    assert encode_connect_error(error) == b'44{"message":"Non.","data":{"code":"forbidden","message":"Non."}}'
    assert encode_connect_error(error, "/x").startswith(b"44/x,{")


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65535, 65536, 200_000])
def test_web_socket_frames_as_rfc_6455_has_them(length: int) -> None:
    frame = web_socket_frame(b"x" * length)
    assert frame[0] == 0x80 | WSMsgType.TEXT
    if length < 126:
        header, told = frame[:2], frame[1]
    elif length < 65536:
        header, told = frame[:4], struct.unpack("!H", frame[2:4])[0]
        assert frame[1] == 126
    else:
        header, told = frame[:10], struct.unpack("!Q", frame[2:10])[0]
        assert frame[1] == 127
    assert (told, frame[len(header) :]) == (length, b"x" * length)


def test_control_frames() -> None:
    assert close_frame(1000) == b"\x88\x02\x03\xe8"
    assert pong_frame(b"hi") == b"\x8a\x02hi"
