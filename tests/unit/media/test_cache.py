from server.media.cache import CAPACITY, LIFETIME, Cache
from server.media.codecs import VP8
from server.media.reception import Reception
from server.media.rtp import Packet


def packet(ext_seq: int, payload: bytes = b"x") -> Packet:
    return Packet(ext_seq, 0, 0, 0, VP8, payload)


def test_what_was_put_is_found_for_two_seconds() -> None:
    cache, stream = Cache(), Reception(1, VP8)
    cache.put(stream, packet(7), now=10.0)
    assert cache.get(7, 10.0 + LIFETIME) == packet(7)
    assert cache.get(7, 10.0 + LIFETIME + 0.001) is None
    assert cache.get(8, 10.0) is None


def test_a_full_round_of_newer_packets_replaces_the_oldest() -> None:
    cache, stream = Cache(), Reception(1, VP8)
    for ext_seq in range(CAPACITY + 10):
        cache.put(stream, packet(ext_seq), now=0.0)
    assert cache.get(9, 0.0) is None
    assert cache.get(10, 0.0) == packet(10)
    assert len(cache) == CAPACITY


def test_another_stream_empties_it() -> None:
    """Numbers of two streams say nothing to each other: a repair must never bring the wrong person's packet."""
    cache, one, other = Cache(), Reception(1, VP8), Reception(2, VP8)
    cache.put(one, packet(7), now=0.0)
    cache.put(other, packet(8), now=0.0)
    assert cache.get(7, 0.0) is None
    assert cache.stream is other


def test_a_stream_that_stopped_holds_no_memory() -> None:
    cache, stream = Cache(), Reception(1, VP8)
    cache.put(stream, packet(7), now=0.0)
    cache.put(stream, packet(8), now=1.5)
    cache.trim(2.5, round_trip=0.8)
    assert len(cache) == 1
    cache.trim(9.0, round_trip=0.8)
    assert len(cache) == 0


def test_on_short_lines_less_is_kept() -> None:
    cache, stream = Cache(), Reception(1, VP8)
    for number, now in ((7, 0.0), (8, 1.0), (9, 1.5)):
        cache.put(stream, packet(number), now=now)
    cache.trim(1.9, round_trip=0.1)
    assert [number for number in (7, 8, 9) if cache.get(number, 1.9)] == [9]
