"""What one key sealed opens under that key, for that purpose, about that thing, and nowhere else."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.infra.secrets import FILE, InstanceKeyring, Keyring, NotOurs
from server.kernel.ground import GroundError

OLD, NEW = "a" * 64, "b" * 64
LEA, YANIS = b"lea", b"yanis"


def test_what_was_sealed_opens_again_and_never_looks_the_same_twice() -> None:
    keys = Keyring([OLD])
    sealed = keys.seal("totp", b"secret", LEA)
    assert keys.open("totp", sealed, LEA) == b"secret"
    assert b"secret" not in sealed
    assert keys.seal("totp", b"secret", LEA) != sealed


@pytest.mark.parametrize("place", [0, 3, 4, 15, 16, -1])
def test_a_changed_byte_is_seen(place: int) -> None:
    keys = Keyring([OLD])
    sealed = bytearray(keys.seal("totp", b"secret", LEA))
    sealed[place] ^= 1
    with pytest.raises(NotOurs):
        keys.open("totp", bytes(sealed), LEA)


def test_it_opens_for_no_other_purpose_person_or_key() -> None:
    keys = Keyring([OLD])
    sealed = keys.seal("totp", b"secret", LEA)
    for ring, purpose, about, what in (
        (keys, "mail", LEA, sealed),
        (keys, "totp", YANIS, sealed),
        (Keyring([NEW]), "totp", LEA, sealed),
        (keys, "totp", LEA, b""),
        (keys, "totp", LEA, sealed[:10]),
    ):
        with pytest.raises(NotOurs):
            ring.open(purpose, what, about)


def test_a_secret_is_changed_without_losing_anything() -> None:
    before, between = Keyring([OLD]), Keyring([NEW, OLD])
    sealed, signature = before.seal("totp", b"secret", LEA), before.sign("challenge", b"x")
    assert between.open("totp", sealed, LEA) == b"secret"
    assert between.verify("challenge", b"x", signature)
    assert (before.outdated(sealed), between.outdated(sealed)) == (False, True)
    again = between.seal("totp", b"secret", LEA)
    assert Keyring([NEW]).open("totp", again, LEA) == b"secret"
    assert not Keyring([NEW]).verify("challenge", b"x", signature)


def test_a_signature_is_of_one_message_and_one_purpose() -> None:
    keys = Keyring([OLD])
    signature = keys.sign("challenge", b"x")
    assert keys.verify("challenge", b"x", signature)
    assert not keys.verify("challenge", b"y", signature)
    assert not keys.verify("other", b"x", signature)
    assert not keys.verify("challenge", b"x", b"")


def test_without_a_setting_the_data_folder_keeps_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(lambda _: InstanceKeyring(None, tmp_path / "data").keys, range(8)))
    sealed = rings[0].seal("totp", b"secret", LEA)
    assert [ring.open("totp", sealed, LEA) for ring in rings] == [b"secret"] * 8
    file = tmp_path / "data" / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [FILE]
    file.write_text(f"{NEW}\n{file.read_text()}")
    assert InstanceKeyring(None, tmp_path / "data").keys.open("totp", sealed, LEA) == b"secret"


def test_the_setting_may_name_several(tmp_path: Path) -> None:
    sealed = Keyring([OLD]).seal("totp", b"secret", LEA)
    keys = InstanceKeyring(f"{NEW}, {OLD}", tmp_path).keys
    assert keys.open("totp", sealed, LEA) == b"secret"
    assert keys.outdated(sealed)
    assert list(tmp_path.iterdir()) == []


def test_a_running_server_takes_a_new_secret_up_and_keeps_the_last_one(tmp_path: Path) -> None:
    running, command = InstanceKeyring(None, tmp_path), InstanceKeyring(None, tmp_path)
    first = running.keys.seal("totp", b"secret", LEA)
    command.renew()
    assert command.keys.outdated(first)
    second = command.keys.seal("totp", b"anew", LEA)
    assert running.keys.open("totp", second, LEA) == b"anew"
    assert running.keys.open("totp", first, LEA) == b"secret"  # sealed at the moment of the change
    command.renew()
    assert running.keys.open("totp", second, LEA) == b"anew"
    with pytest.raises(NotOurs):
        running.keys.open("totp", first, LEA)
    file = tmp_path / FILE
    assert (stat.S_IMODE(file.stat().st_mode), len(file.read_text().split())) == (0o600, 2)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_lost_key_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("\n")
    with pytest.raises(GroundError, match="cannot read or make the key file"):
        _ = InstanceKeyring(None, tmp_path).keys
