"""One request, one outcome: sent, to be tried again, or refused for good."""

from __future__ import annotations

import pytest

from bot.channels import twilio_api
from bot.channels.delivery import TryLater
from bot.channels.twilio_api import OutgoingText, TwilioApi, TwilioRefused

from .fake_twilio import ACCOUNT, TOKEN, FakeTwilio

TEXT = OutgoingText("+15005550006", "+15005550009", "hello")


async def send(faults=(), text=TEXT, token=TOKEN):
    async with FakeTwilio() as twilio:
        twilio.faults = list(faults)
        api = TwilioApi(ACCOUNT, token, twilio.address, "https://chat.example.org/webhooks/twilio/status")
        try:
            return twilio, await api.send(text)
        finally:
            await api.close()


async def test_a_message_goes_out_with_its_call_back_address():
    twilio, sid = await send()
    assert sid.startswith("SM")
    assert twilio.sent == [
        {
            "To": "+15005550006",
            "From": "+15005550009",
            "Body": "hello",
            "StatusCallback": "https://chat.example.org/webhooks/twilio/status",
        }
    ]


async def test_a_quick_reply_sends_a_template_and_its_variables():
    content = "HX" + "a" * 32
    text = OutgoingText("whatsapp:+15005550006", "whatsapp:+15005550009", "Okay?", content, (("1", "Okay?"), ("2", "Yes")))
    twilio, _ = await send(text=text)
    (form,) = twilio.sent
    assert form["ContentSid"] == content and form["ContentVariables"] == '{"1": "Okay?", "2": "Yes"}'
    assert "Body" not in form


@pytest.mark.parametrize(("fault", "wait"), [("429", 3.0), ("500", 0.0), ("cut", 0.0)])
async def test_what_may_work_later_says_so(fault, wait):
    with pytest.raises(TryLater) as caught:
        await send([fault])
    assert caught.value.seconds == wait


async def test_a_slow_answer_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(twilio_api, "TIMEOUT_SECONDS", 0.1)
    with pytest.raises(TryLater):
        await send(["slow"])


async def test_an_unreadable_answer_to_a_message_that_was_taken_is_not_sent_again():
    twilio, sid = await send(["malformed"])
    assert sid == "" and len(twilio.sent) == 1


async def test_what_twilio_will_never_take_is_refused_with_its_number():
    with pytest.raises(TwilioRefused) as caught:
        await send(["21610"])
    assert caught.value.code == 21610
    with pytest.raises(TwilioRefused):
        await send(token="wrong")


async def test_an_address_where_nobody_listens_is_tried_again_later():
    api = TwilioApi(ACCOUNT, TOKEN, "http://127.0.0.1:9")
    with pytest.raises(TryLater):
        await api.send(TEXT)
    await api.close()


async def test_a_message_can_be_removed_from_twilios_log():
    async with FakeTwilio() as twilio:
        api = TwilioApi(ACCOUNT, TOKEN, twilio.address)
        await api.remove("SM" + "a" * 32)
        await api.close()
    assert twilio.removed == ["SM" + "a" * 32] and not twilio.refused
