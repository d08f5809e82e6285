"""What a server talks to besides the database, where the settings name it: mail, Redis, relays."""

import smtplib
import ssl
from urllib.parse import unquote, urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.doctor.finding import Finding
from server.signalling.relay_trial import try_relay

MAIL_SECONDS = 5.0
REDIS_SECONDS = 5.0


async def redis(url: str) -> Finding:
    try:
        async with Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS) as client:
            await client.ping()
    except (RedisError, OSError, ValueError) as error:
        return Finding(
            "redis",
            "fix",
            f"does not answer ({type(error).__name__}), so that each process counts rates by itself; see "
            "BINOME_REDIS_URL",
        )
    return Finding("redis", "ok", "answers; rates are counted together")


def mail(url: str) -> Finding:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "smtps"
    port = parts.port or (465 if secure else 587)
    context = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=MAIL_SECONDS, context=context)
            if secure
            else smtplib.SMTP(host, port, timeout=MAIL_SECONDS)
        ) as server:
            server.ehlo()
            if not secure and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
    except smtplib.SMTPAuthenticationError:
        return Finding("mail", "fix", f"{host}:{port} refuses the name or password of BINOME_SMTP_URL")
    except (OSError, smtplib.SMTPException) as error:
        return Finding("mail", "fix", f"{host}:{port} does not take mail ({type(error).__name__}); see BINOME_SMTP_URL")
    return Finding("mail", "ok", f"{host}:{port} answers")


async def relay(url: str, secret: str) -> Finding:
    verdict = await try_relay(url, secret)
    if verdict == "ok":
        return Finding("relay", "ok", f"{url} takes the secret and relays")
    return Finding("relay", "fix", f"{url} {verdict}; see BINOME_TURN_URL and BINOME_TURN_SECRET")
