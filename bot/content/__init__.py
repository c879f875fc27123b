"""What actions and the channel guard look up and say: pure Python, no Rasa, no network, no clock.

Helplines   `schema.py`, `hotlines.py` (files → HotlineDirectory), `opening_hours.py`, `countries.py` (words → code),
            `selection.py` (who is shown what), `cards.py` and `card_words.py` (one service in a channel's form),
            `checks.py` (records a check)
Words       `responses.py` (every `responses:` block, chosen as Rasa would), `variables.py` and `barriers.py` (what
            fills the placeholders), `helpline_answers.py`
At risk     `crisis.py`: RiskAssessment + what is known of the person → messages, by `bot.safety.protocol`
Platforms   `platform_schema.py`, `platforms.py`, `platform_search.py`, `platform_answers.py`: privacy settings
Who asks    `audience.py`
"""
