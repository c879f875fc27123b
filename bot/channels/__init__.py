"""Where messages arrive and replies leave.

`web.py`           the widget's transport: signed conversation token, idempotent messages, limits
`messaging.py`     takes every message once and in order, and sends the answer; its parts:
  `incoming.py`    one thing a person sent, and its way through the channel
  `carrier.py`     what a platform must be able to do
  `answering.py`   what is said: the assistant's answer or the guard's, in a child's words, private, deletable
  `chat_file.py`   the file below, used without waiting and never a reason not to answer
  `chat_store.py`  what was answered and a few facts about a chat, on disk, without a person's words
  `patience.py`    how long a file that may hang is waited for
  `chat_queues.py` one message of a chat after the other, many chats at once
  `delivery.py`    sends again with growing pauses
  `commands.py`    /help, "delete my chat" and their kin
  `first_line.py`  what a lock screen shows of an answer about someone's safety
  `rendering.py`   from replies to plain messages with buttons
  `offers.py`      what a typed "1" or "more" refers to, sealed
  `unsent.py`      an answer that cannot be sent yet, sealed
`telegram.py`      Telegram: webhook or long polling
`twilio.py`        text messages (`sms.py`, `segments.py`, `numbered.py`) and WhatsApp
`generic.py`       a signed JSON webhook for any gateway
`not_running.py`   what these three say while the server starts or stops
`drills.py`        a drill's request to one of these three, and its proof
`guard.py`         the card still goes out when Rasa is slow, broken or silent
`identity.py`      random conversation ids, signed tokens, keyed hashes of phone and chat ids
`replies.py`       collects what Rasa says; splits a text into bubbles
`limits.py`        how long, how often, how many
"""
