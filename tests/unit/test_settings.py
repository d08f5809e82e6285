"""Settings: each name, its type and range; what is unknown or contradictory is refused in one line; no secret shows."""

from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.settings import Settings, SettingsError

SECRET = "k" * 31 + "-topsecret"
OWNER_URL = "postgresql://owner:topsecret@db.example.org:5433/binome"
URL = "postgresql://binome:topsecret@db.example.org:5433/binome?sslmode=require&password=topsecret"


def refusal(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load({f"BINOME_{name.upper()}": value for name, value in environ.items()})
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_the_defaults_are_for_one_machine_and_loopback() -> None:
    settings = Settings.load({"PATH": "/bin", "HOME": "/root"})
    assert settings == Settings(data=Path("data").absolute())
    assert (settings.host, settings.port, settings.media_host, settings.media_port) == (
        "127.0.0.1",
        8080,
        "127.0.0.1",
        8081,
    )
    assert settings.sources == {}


def test_every_setting_is_read_and_described() -> None:
    given = {
        "BINOME_DATA": "/srv/binome",
        "BINOME_HOST": "0.0.0.0",
        "BINOME_PORT": "80",
        "BINOME_MEDIA_PORT": "443",
        "BINOME_MEDIA_WORKERS": "4",
        "BINOME_PUBLIC_ADDRESS": "visio.example.org, [2001:DB8::9]",
        "BINOME_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1",
        "BINOME_DATABASE_URL": URL,
        "BINOME_DATABASE_OWNER_URL": OWNER_URL,
        "BINOME_REDIS_URL": "redis://:topsecret@cache:6379/0",
        "BINOME_MEDIA_ENGINE": "builtin",
        "BINOME_SMTP_URL": "smtps://me:topsecret@mail.example.org",
        "BINOME_MAIL_FROM": "Binôme <binome@example.org>",
        "BINOME_PUBLIC_URL": "https://binome.example.org/",
        "BINOME_SMS_URL": "https://sms.example.org/send?key=topsecret",
        "BINOME_SMS_BODY": '{"to": "{to}", "text": "{text}", "key": "topsecret"}',
        "BINOME_SMS_AUTHORIZATION": "Bearer topsecret",
        "BINOME_PUSH_HOSTS": "push.example.org, Up.Example.org:8443",
        "BINOME_PUSH_CONTACT": "mailto:tech@example.org",
        "BINOME_SECRET": SECRET,
        "BINOME_TURN_URL": "turn:relay.example.org:3478?transport=udp, turns:[2001:db8::7]:5349",
        "BINOME_TURN_SECRET": SECRET,
        "BINOME_DRAIN_SECONDS": "2.5",
        "BINOME_LOG_FORMAT": "console",
        "BINOME_LOG_LEVEL": "debug",
        "BINOME_RATE_FACTOR": "20",
    }
    settings = Settings.load(given)
    assert settings == Settings(
        data=Path("/srv/binome"),
        host="0.0.0.0",
        port=80,
        media_port=443,
        media_workers=4,
        public_address="visio.example.org,2001:db8::9",
        trusted_proxies=(ip_network("10.0.0.0/8"), ip_network("192.0.2.1/32")),
        database_url=URL,
        database_owner_url=OWNER_URL,
        redis_url="redis://:topsecret@cache:6379/0",
        smtp_url="smtps://me:topsecret@mail.example.org",
        mail_from="Binôme <binome@example.org>",
        public_url="https://binome.example.org",
        sms_url="https://sms.example.org/send?key=topsecret",
        sms_body='{"to": "{to}", "text": "{text}", "key": "topsecret"}',
        sms_authorization="Bearer topsecret",
        push_hosts=("push.example.org", "up.example.org:8443"),
        push_contact="mailto:tech@example.org",
        secret=SECRET,
        turn_url=("turn:relay.example.org:3478?transport=udp", "turns:[2001:db8::7]:5349"),
        turn_secret=SECRET,
        drain_seconds=2.5,
        log_format="console",
        log_level="debug",
        rate_factor=20,
    )
    described = settings.describe()
    assert [row[0] for row in described] == list(given)
    assert {row[3] for row in described} == {"environment"}
    assert all(row[4] for row in described)
    assert "topsecret" not in repr(settings) + repr(described)
    assert (
        next(row[1] for row in described if row[0] == "BINOME_DATABASE_URL")
        == "postgresql://…@db.example.org:5433/binome"
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("port", "0", "must be a port number from 1 to 65535 (it is '0')"),
        ("port", "65536", "must be a port number from 1 to 65535 (it is '65536')"),
        ("port", "http", "must be a port number from 1 to 65535 (it is 'http')"),
        ("port", " 80", "must be a port number from 1 to 65535 (it is ' 80')"),
        ("port", "8_0", "must be a port number from 1 to 65535 (it is '8_0')"),
        ("port", "٨٠", "must be a port number from 1 to 65535 (it is '٨٠')"),
        ("port", "", "must be a port number from 1 to 65535 (it is '')"),
        ("data", "", "must not be empty or begin or end with a space (it is '')"),
        ("host", "http://localhost", "must be an IP address or a host name, without port or scheme (it is 'http://localhost')"),
        ("host", "localhost:80", "must be an IP address or a host name, without port or scheme (it is 'localhost:80')"),
        ("host", "300.1.1.1", "must be an IP address or a host name, without port or scheme (it is '300.1.1.1')"),
        ("drain_seconds", "-1", "must be a number of seconds from 0 to 3600 (it is '-1')"),
        ("drain_seconds", "nan", "must be a number of seconds from 0 to 3600 (it is 'nan')"),
        ("drain_seconds", "1h", "must be a number of seconds from 0 to 3600 (it is '1h')"),
        ("drain_seconds", "3601", "must be a number of seconds from 0 to 3600 (it is '3601')"),
        ("log_format", "JSON", "must be auto or json or console (it is 'JSON')"),
        ("log_level", "trace", "must be debug or info or warning or error (it is 'trace')"),
        ("media_engine", "janus", "must be builtin (it is 'janus')"),
        ("media_workers", "0", "must be a number from 1 to 32 (it is '0')"),
        ("media_workers", "33", "must be a number from 1 to 32 (it is '33')"),
        ("media_workers", "two", "must be a number from 1 to 32 (it is 'two')"),
        ("database_url", "mysql://u:topsecret@h/x", "must be a URL as postgresql://user:password@host:port/name"),
        ("database_url", "postgresql://u:topsecret@h", "must be a URL as postgresql://user:password@host:port/name"),
        ("database_url", "postgresql://u:topsecret@h:port/x", "is malformed"),
        ("push_hosts", "192.168.1.4", "must be host names with commas between them, as push.example.org "
         "(it is '192.168.1.4')"),
        ("push_hosts", "https://push.example.org", "must be host names with commas between them, as push.example.org "
         "(it is 'https://push.example.org')"),
        ("push_hosts", "push.example.org:0", "must be a port number from 1 to 65535 (it is 'push.example.org:0')"),
        ("push_contact", "tech@example.org", "must be mailto:tech@example.org or https://example.org "
         "(it is 'tech@example.org')"),
        ("mail_from", "binome", "must be a mail address, as binome@example.org (it is 'binome')"),
        ("mail_from", "a@b.c\r\nBcc: d@e.f",
         "must be a mail address, as binome@example.org (it is 'a@b.c\\r\\nBcc: d@e.f')"),
        ("public_url", "binome.example.org",
         "must be the address of the site, as https://binome.example.org (it is 'binome.example.org')"),
        ("public_url", "https://a.example/b",
         "must be the address of the site, as https://binome.example.org (it is 'https://a.example/b')"),
        ("sms_body", "{topsecret", 'must be JSON, as {"to": "{to}", "text": "{text}"}'),
        ("redis_url", "topsecret", "must be a URL as redis://user:password@host:port"),
        ("secret", "topsecret", "must have at least 32 characters; make one with: openssl rand -hex 32"),
        ("turn_secret", "topsecret", "must have at least 32 characters; make one with: openssl rand -hex 32"),
        ("turn_url", "turn:a:3478, stun:b", "must be turn:host:port?transport=udp, turns:host:port, or several with "
         "commas between (it is 'turn:a:3478, stun:b')"),
        ("turn_url", "turn:a:70000", "must be turn:host:port?transport=udp, turns:host:port, or several with commas "
         "between (it is 'turn:a:70000')"),
        ("trusted_proxies", "proxy", "must be addresses or networks with commas between them, as 10.0.0.1,fd00::/8 "
         "(it is 'proxy')"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_named(name: str, value: str, says: str) -> None:
    line = refusal(**{name: value})
    assert line == f"BINOME_{name.upper()} (environment) {says}"
    assert "topsecret" not in line


@pytest.mark.parametrize("given", [{"turn_url": "turn:relay.example.org"}, {"turn_secret": SECRET}])
def test_relays_and_their_secret_belong_together(given: dict[str, str]) -> None:
    line = refusal(**given)
    assert line.startswith("BINOME_TURN_URL and BINOME_TURN_SECRET belong together")
    assert "topsecret" not in line


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("BINOME_PROT", "unknown setting BINOME_PROT (environment); did you mean BINOME_PORT?"),
        ("BINOME_DATABASE", "unknown setting BINOME_DATABASE (environment); did you mean BINOME_DATABASE_URL?"),
        ("BINOME_XYZZY", "unknown setting BINOME_XYZZY (environment); see: binome doctor --settings"),
        ("BINOME_port", "unknown setting BINOME_port (environment); did you mean BINOME_PORT?"),
        ("BINOME_", "unknown setting BINOME_ (environment); see: binome doctor --settings"),
    ],
)
def test_an_unknown_name_stops_and_the_nearest_is_suggested(name: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load({name: "1"})
    assert str(caught.value) == says


def test_settings_of_the_tests_are_not_ours() -> None:
    assert Settings.load({"BINOME_TEST_DATABASE_URL": "x", "XBINOME_PORT": "y"}) == Settings.load({})


class TestContradictions:
    def test_one_port_twice(self) -> None:
        assert refusal(port="9000", media_port="9000") == (
            "BINOME_PORT and BINOME_MEDIA_PORT are both 9000, and both listen on TCP; change one of them"
        )

    def test_the_ports_of_all_workers(self) -> None:
        assert Settings.load({"BINOME_MEDIA_WORKERS": "3"}).media_ports == range(8081, 8084)
        for environ in ({"port": "8083"}, {"media_port": "65534"}):
            assert refusal(media_workers="3", **environ).startswith("BINOME_MEDIA_WORKERS is 3, which takes the ports")

    def test_many_processes_on_the_embedded_database(self) -> None:
        assert refusal(redis_url="redis://h").startswith("BINOME_REDIS_URL is for several server processes")

    def test_a_public_address_that_nobody_reaches(self) -> None:
        for address in ("127.0.0.1", "::1", "localhost", "127.0.0.1,::1"):
            assert f"BINOME_PUBLIC_ADDRESS is {address}" in refusal(host="0.0.0.0", public_address=address)


@pytest.mark.parametrize(
    ("host", "public", "media_host"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("localhost", None, "127.0.0.1"),
        ("::1", None, "::1"),
        ("127.0.0.1", "203.0.113.9", "0.0.0.0"),  # HTTP behind a proxy on this machine; media has no proxy
        ("0.0.0.0", None, "0.0.0.0"),
        ("192.0.2.7", "visio.example.org", "192.0.2.7"),
        ("127.0.0.1", "203.0.113.9,2001:db8::9", "0.0.0.0"),
        ("::", None, "::"),
    ],
)
def test_where_media_listens(host: str, public: str | None, media_host: str) -> None:
    assert Settings(host=host, public_address=public).media_host == media_host


class TestFile:
    def load(self, folder: Path, text: str, **environ: str) -> Settings:
        file = folder / "binome.toml"
        file.write_text(text, encoding="utf-8")
        return Settings.load({"BINOME_CONFIG": str(file), **environ})

    def test_the_same_names_and_the_environment_wins(self, tmp_path: Path) -> None:
        settings = self.load(
            tmp_path, 'BINOME_PORT = 9000\nBINOME_LOG_LEVEL = "debug"\nBINOME_DRAIN_SECONDS = 1.5\n', BINOME_PORT="9001"
        )
        assert (settings.port, settings.log_level, settings.drain_seconds) == (9001, "debug", 1.5)
        assert settings.sources == {
            "port": "environment",
            "log_level": str(tmp_path / "binome.toml"),
            "drain_seconds": str(tmp_path / "binome.toml"),
        }

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("BINOME_PORT = ", "is not TOML"),
            ("BINOME_PORT = true", "BINOME_PORT in the settings file"),
            ("[BINOME_PORT]\nx = 1", "must be a text or a number"),
            ("PORT = 80", "unknown setting PORT"),
            ("PORT = 80", "did you mean BINOME_PORT?"),
            ('BINOME_CONFIG = "other.toml"', "unknown setting BINOME_CONFIG"),
            ('BINOME_PORT = "80 "', "must be a port number"),
            ("BINOME_PORT = 8081", "BINOME_PORT and BINOME_MEDIA_PORT are both 8081"),
        ],
    )
    def test_what_is_wrong_in_it(self, tmp_path: Path, text: str, says: str) -> None:
        with pytest.raises(SettingsError) as caught:
            self.load(tmp_path, text)
        assert says in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_that_is_not_there_or_not_text(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"cannot read the settings file .*: No such file or directory"):
            Settings.load({"BINOME_CONFIG": str(tmp_path / "none.toml")})
        (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(SettingsError, match="is not TOML"):
            Settings.load({"BINOME_CONFIG": str(tmp_path / "binary.toml")})


@given(
    st.dictionaries(st.sampled_from([f"BINOME_{f.name.upper()}" for f in fields(Settings) if f.metadata]), st.text())
)
def test_whatever_is_set_gives_settings_or_one_line(environ: dict[str, str]) -> None:
    try:
        settings = Settings.load(environ)
    except SettingsError as refused:
        lines = str(refused).splitlines()
        assert len(lines) == 1
    else:
        assert 1 <= settings.port <= 65535


def test_a_gateway_of_short_messages_is_told_where_number_and_text_go() -> None:
    assert "must have {to} and {text}" in refusal(sms_url="https://sms.example.org/?to={to}")
    assert "must have {to} and {text}" in refusal(sms_url="https://s.example/?to={to}&text={text}", sms_body='{"a": 1}')
    assert "are for the gateway of BINOME_SMS_URL" in refusal(sms_authorization="Bearer x")


def test_the_owner_of_no_database_is_a_contradiction() -> None:
    assert refusal(database_owner_url=OWNER_URL) == (
        "BINOME_DATABASE_OWNER_URL is the owner's way to the database of BINOME_DATABASE_URL, which is not set; "
        "set both or neither"
    )
