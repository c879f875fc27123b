"""Signatures made by Twilio's library are accepted; any altered byte of form, address or signature is refused."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from twilio.request_validator import RequestValidator

from bot.channels.twilio_signature import is_signed, read_form, signed_address
from bot.errors import InputError

TOKEN = "a-test-token-of-nobody"
ADDRESS = "https://chat.example.org/webhooks/twilio/webhook?deployment=1"
FORM = {
    "MessageSid": "SM" + "0" * 32,
    "AccountSid": "AC" + "1" * 32,
    "From": "whatsapp:+15005550006",
    "To": "whatsapp:+15005550009",
    "Body": "someone i met keeps writing & asking = é 😀 +1",
    "NumMedia": "0",
    "ProfileName": "",
}
BODY = urlencode(FORM).encode("ascii")
SIGNATURE = RequestValidator(TOKEN).compute_signature(ADDRESS, FORM)


def accepted(body=BODY, address=ADDRESS, signature=SIGNATURE, tokens=(TOKEN,)):
    try:
        form = read_form(body)
    except InputError:
        return False
    return is_signed(tokens, address, form, signature)


def test_a_signature_of_the_official_library_is_accepted():
    assert read_form(BODY) == FORM
    assert accepted()


@pytest.mark.parametrize("flip", [0x01, 0x02, 0x04, 0x08, 0x10, 0x40, 0x80])
def test_every_altered_byte_of_the_body_is_refused(flip):
    for place in range(len(BODY)):
        altered = BODY[:place] + bytes([BODY[place] ^ flip]) + BODY[place + 1 :]
        if altered.isascii() and parse_qsl(altered.decode(), True) == parse_qsl(BODY.decode(), True):
            # Another way to write the same parameters, such as a hex digit in the other case.
            continue
        assert not accepted(altered), (place, altered)


def test_every_missing_or_doubled_byte_of_the_body_is_refused():
    for place in range(len(BODY)):
        assert not accepted(BODY[:place] + BODY[place + 1 :]), place
        assert not accepted(BODY[:place] + BODY[place : place + 1] + BODY[place:]), place


def test_every_altered_byte_of_the_signature_is_refused():
    for place, letter in enumerate(SIGNATURE):
        assert not accepted(signature=SIGNATURE[:place] + chr(ord(letter) ^ 1) + SIGNATURE[place + 1 :])
    for wrong in ("", SIGNATURE[:-1], SIGNATURE + "=", "é" * len(SIGNATURE), "\x00"):
        assert not accepted(signature=wrong)


@pytest.mark.parametrize(
    "address",
    [
        "http://chat.example.org/webhooks/twilio/webhook?deployment=1",
        "https://chat.example.com/webhooks/twilio/webhook?deployment=1",
        "https://chat.example.org/webhooks/twilio/status?deployment=1",
        "https://chat.example.org/webhooks/twilio/webhook",
        "https://chat.example.org:99999/webhooks/twilio/webhook?deployment=1",
        "https://chat.example.org:x/webhooks/twilio/webhook?deployment=1",
        "https://[/webhooks",
    ],
)
def test_a_signature_for_another_address_is_refused(address):
    assert not accepted(address=address)


def test_the_standard_port_in_the_address_does_not_matter():
    assert accepted(address=ADDRESS.replace(".org/", ".org:443/"))


def test_another_token_is_refused_and_two_serve_while_one_is_changed():
    assert not accepted(tokens=("another-token",)) and not accepted(tokens=()) and not accepted(tokens=("",))
    assert accepted(tokens=("another-token", TOKEN))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"Body", b"=x", b"Body=a&Body=b", b"Body=a&Body=a", b"Body=%FF", b"Body=\xff", b"Bo dy=a", b"Body[]=a",
        b'{"Body": "a"}', b"&".join(b"F%d=1" % number for number in range(201)), b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_form_that_twilio_does_not_send_is_refused_before_the_signature_is_looked_at(body):
    with pytest.raises(InputError):
        read_form(body)


def test_a_repeated_parameter_cannot_ride_on_a_good_signature():
    assert not accepted(BODY + b"&Body=" + urlencode({"": FORM["Body"]})[1:].encode())


def test_the_address_is_the_one_that_twilio_called_also_behind_a_proxy():
    behind = {"host": "127.0.0.1:5005", "x-forwarded-proto": "https", "x-forwarded-host": "chat.example.org, inner"}
    called = "https://chat.example.org/webhooks/twilio/webhook"
    path = "/webhooks/twilio/webhook"
    assert signed_address("", "http", path, "", behind) == called
    assert signed_address("", "https", path, "", {"host": "chat.example.org"}) == called
    assert signed_address("", "http", path, "a=1", {"host": "x"}) == f"http://x{path}?a=1"
    assert signed_address("https://chat.example.org/bot/", "http", path, "", behind) == (
        "https://chat.example.org/bot/webhooks/twilio/webhook"
    )
