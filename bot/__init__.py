"""Kindlight: the path of one message, step by step, with its modules.

1. `bot.widget`, `bot.channels`   a person writes; the channel authenticates, de-duplicates, limits and guards
2. `bot.text`, `bot.nlu`          the text is cleaned up, encoded once and understood
3. `bot.safety`                   risk is assessed: categories, level, speaker, explanation
4. `bot.policies`                 safety decides first, then a journey under way, then rules, then stories
5. `actions`, `bot.content`       the answer is looked up: helplines, privacy steps, plans
6. `data/`                        every word a person reads
7. `bot.eventlog`                 what happened is passed on, never on the reply's path
8. `bot.redaction`                personal details are removed before anything is written
9. `bot.store`, `bot.console`     staff review redacted conversations

This package imports nothing by itself, so that the light commands stay light.
"""
