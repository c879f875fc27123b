"""Only a fresh request of a known gateway passes; any altered byte of body, time or signature does not."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from bot.channels.generic_signature import (
    WINDOW_SECONDS,
    Gateway,
    check_signature,
    read_gateways,
    signature_of,
)
from bot.errors import ConfigError, InputError

SECRET = "a-test-secret-that-is-long-enough"
GATEWAYS = [Gateway("textit", "another-secret-that-is-long-enough"), Gateway("helpline", SECRET)]
BODY = '{"id": "message-1", "from": "42", "text": "hello é"}'.encode()
NOW = 1_764_000_000
SIGNATURE = signature_of(SECRET, NOW, BODY)


def check(timestamp=str(NOW), signature=SIGNATURE, body=BODY, now=NOW, gateways=GATEWAYS):
    return check_signature(gateways, timestamp, signature, body, now)


def test_the_signature_is_what_any_hmac_tool_makes():
    expected = hmac.new(SECRET.encode(), f"{NOW}.".encode() + BODY, hashlib.sha256).hexdigest()
    assert f"v1={expected}" == SIGNATURE
    assert check() == "helpline"


def test_every_altered_byte_is_refused():
    for place in range(len(BODY)):
        for altered in (BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :], BODY[:place] + BODY[place + 1 :]):
            with pytest.raises(InputError):
                check(body=altered)
    for place, letter in enumerate(SIGNATURE):
        with pytest.raises(InputError):
            check(signature=SIGNATURE[:place] + chr(ord(letter) ^ 1) + SIGNATURE[place + 1 :])
    with pytest.raises(InputError):
        check(timestamp=str(NOW + 1))


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "1764000000.0", "9" * 13, "١٢٣", f" {NOW}"])
def test_a_time_that_is_none_is_refused(timestamp):
    with pytest.raises(InputError):
        check(timestamp=timestamp)


@pytest.mark.parametrize("signature", ["", "v1=", SIGNATURE.upper(), SIGNATURE[3:], "é" * 67, "v2=" + SIGNATURE[3:]])
def test_a_signature_in_another_form_is_refused(signature):
    with pytest.raises(InputError):
        check(signature=signature)


def test_a_request_may_be_as_old_as_the_window_and_no_older():
    assert check(now=NOW + WINDOW_SECONDS) == check(now=NOW - WINDOW_SECONDS) == "helpline"
    for now in (NOW + WINDOW_SECONDS + 1, NOW - WINDOW_SECONDS - 1):
        with pytest.raises(InputError, match="clock"):
            check(now=now)


def test_without_gateways_nobody_passes():
    with pytest.raises(InputError):
        check(gateways=[])


def test_old_and_new_secret_serve_while_it_is_changed():
    gateways = read_gateways(f"helpline={'n' * 32} helpline={SECRET}")
    assert check(gateways=gateways) == "helpline"
    assert check(signature=signature_of("n" * 32, NOW, BODY), gateways=gateways) == "helpline"
    assert read_gateways("") == []


@pytest.mark.parametrize("setting", ["helpline", "helpline=short", f"={SECRET}", f"Help Line={SECRET}", f"é={SECRET}"])
def test_a_setting_that_is_not_safe_is_explained_without_the_secret(setting):
    with pytest.raises(ConfigError, match="openssl rand") as caught:
        read_gateways(setting)
    assert SECRET not in str(caught.value)
