"""What leaves for a phone or a mailbox: through SMTP, or an operator's SMS gateway."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 15.0


class NotSent(Exception):
    """The mail server or the gateway did not take it; trying later may help."""


class Unclear(Exception):
    """The SMS gateway may have taken it: it was given everything and gave no answer."""


@dataclass(frozen=True)
class Gateways:
    """Where mail and short messages go, and what the portal calls itself in them."""

    smtp_url: str = ""
    sms_url: str = ""
    sender: str = "credit@localhost"
    site_name: str = ""
    site_url: str = ""


_gateways = Gateways()


def start(gateways: Gateways) -> None:
    """Take the settings."""
    global _gateways
    _gateways = gateways


def is_configured(channel: str) -> bool:
    """Whether messages of a channel (`email` or `sms`) can leave at all."""
    return bool(_gateways.smtp_url if channel == "email" else _gateways.sms_url)


def site() -> tuple[str, str]:
    """Name and address of the portal, for the texts."""
    return _gateways.site_name, _gateways.site_url


def send(channel: str, address: str, subject: str, body: str, reference: str) -> None:
    """Hand one message over. Raises NotSent, or Unclear for an SMS."""
    if channel == "email":
        _mail(address, subject, body, reference)
    else:
        _sms(address, body, reference)


def _mail(address: str, subject: str, body: str, reference: str) -> None:
    """The reference makes the Message-ID, so that one sent twice is known as the same."""
    message = EmailMessage()
    message["Message-ID"] = f"<{reference}@{_gateways.sender.rpartition('@')[2]}>"
    message["From"], message["To"], message["Subject"] = _gateways.sender, address, subject
    message.set_content(body)
    try:
        with _server() as server:
            server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(type(error).__name__) from error


def _server() -> smtplib.SMTP:
    """`smtp://` upgrades to TLS where the server offers it; `smtps://` begins with it."""
    url = urlsplit(_gateways.smtp_url)
    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(host, url.port or 25, timeout=TIMEOUT_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server


def _sms(address: str, text: str, reference: str) -> None:
    """POST {"to", "text", "reference"} as JSON; any 2xx answer means that the gateway took it.

    A password in the URL is sent as HTTP basic authentication. The reference lets a gateway
    drop what it has already taken.
    """
    import httpx

    try:
        answer = httpx.post(
            _gateways.sms_url,
            json={"to": address, "text": text, "reference": reference},
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
        )
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
        raise NotSent(type(error).__name__) from error
    except httpx.HTTPError as error:
        raise Unclear(type(error).__name__) from error
    if not answer.is_success:
        raise NotSent(f"status {answer.status_code}")
