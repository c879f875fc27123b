"""A server with the messaging channels and an assistant that repeats, in a process of its own.

    python serve_channels.py PORT        # settings from the environment
"""

import asyncio
import sys

from sanic import Sanic

from bot import rasa_process


async def repeat(message):
    await asyncio.sleep(0.002)
    await message.output_channel.send_response(
        message.sender_id, {"text": f"You said {message.text}", "response": "utter_x", "hotlines": []}
    )


def main() -> None:
    # Only after this may anything of Rasa be imported: it would bring TensorFlow.
    rasa_process.prepare()
    from bot.channels.generic import GenericChannel
    from bot.channels.guard import Guard
    from bot.channels.telegram import TelegramChannel
    from bot.channels.twilio import TwilioChannel
    from bot.channels.web import WebChannel
    from bot.safety.levels import RiskAssessment

    app = Sanic("channels_of_a_test", configure_logging=False)
    for kind in (TwilioChannel, GenericChannel, TelegramChannel, WebChannel):
        guard = Guard(assess=lambda texts: RiskAssessment(), log=lambda entry: None)
        channel = kind(guard=guard)
        app.blueprint(channel.blueprint(repeat), url_prefix=f"/webhooks/{channel.name()}")
    app.run("127.0.0.1", int(sys.argv[1]), access_log=False, motd=False)


if __name__ == "__main__":
    main()
