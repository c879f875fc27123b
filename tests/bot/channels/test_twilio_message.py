"""Forms of Twilio become facts; what is no message, or one for another account, is refused."""

from __future__ import annotations

import dataclasses

import pytest

from bot.channels.twilio_message import IncomingText, read_incoming, read_status
from bot.errors import InputError

ACCOUNT = "AC" + "1" * 32
FORM = {
    "MessageSid": "SM" + "a" * 32,
    "AccountSid": ACCOUNT,
    "From": "+15005550006",
    "To": "+15005550009",
    "Body": " hello\x00 ",
    "NumMedia": "0",
}


def read(**changes):
    return read_incoming({**FORM, **changes}, ACCOUNT)


def test_a_text_message_is_read():
    assert read() == IncomingText(FORM["MessageSid"], "sms", FORM["From"], FORM["To"], "hello", (), False)


def test_a_whatsapp_message_with_a_tapped_choice_is_read():
    found = read(From="whatsapp:+15005550006", To="whatsapp:+15005550009", Body="Yes", ButtonPayload="/affirm")
    assert (found.channel, found.text) == ("whatsapp", "Yes")


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": "https://x"}, ("image",)),
        ({"NumMedia": "2", "MediaContentType0": "image/png", "MediaContentType1": "image/png"}, ("image",)),
        ({"NumMedia": "2", "MediaContentType0": "audio/ogg", "MediaContentType1": "video/mp4"}, ("voice", "video")),
        ({"NumMedia": "1", "MediaContentType0": "text/x-vcard"}, ("contact",)),
        ({"NumMedia": "1", "MediaContentType0": "application/pdf"}, ("file",)),
        ({"NumMedia": "1"}, ("file",)),
        ({"Latitude": "1.0", "Longitude": "2.0"}, ("location",)),
        ({"NumMedia": "many"}, ()),
        ({"NumMedia": "999"}, ("file",)),
    ],
)
def test_files_are_named_by_kind_and_their_address_is_not_kept(changes, kinds):
    found = read(**changes)
    assert found.attachments == kinds
    assert "https://x" not in str(dataclasses.asdict(found))


@pytest.mark.parametrize(
    "changes",
    [
        {"MessageSid": "short"}, {"MessageSid": ""}, {"AccountSid": "AC" + "2" * 32}, {"From": "messenger:12"},
        {"From": ""}, {"To": "whatsapp:+15005550009"}, {"From": "whatsapp:+1500; drop"}, {"From": "rcs:+15005550006"},
        {"From": "whatsapp:whatsapp:+15005550006"},
    ],
)  # fmt: skip
def test_what_is_no_message_to_us_is_refused(changes):
    with pytest.raises(InputError):
        read(**changes)


def test_a_keyword_that_twilio_has_answered_is_known():
    assert read(Body="STOP", OptOutType="STOP").answered_opt


def test_a_status_is_read_and_its_labels_are_bounded():
    form = {"AccountSid": ACCOUNT, "To": "whatsapp:+15005550006", "MessageStatus": "failed", "ErrorCode": "63016"}
    found = read_status(form, ACCOUNT)
    assert (found.channel, found.status, found.error) == ("whatsapp", "failed", "63016")
    odd = read_status({**form, "MessageStatus": "a new word", "ErrorCode": "free text"}, ACCOUNT)
    assert (odd.status, odd.error) == ("other", "")
    for changes in ({"MessageStatus": ""}, {"AccountSid": "x"}, {"To": ""}):
        with pytest.raises(InputError):
            read_status({**form, **changes}, ACCOUNT)
