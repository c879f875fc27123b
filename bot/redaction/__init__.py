"""Personal details are taken out before anything is written.

- `redactor`     the door: `get_redactor().redact(text, memory)` → text with `<PERSON_1>`, and what was found where
- `analyzer`     Presidio's engine with our recognizers and spaCy's small English model
- `patterns`, `identifiers`   details with a fixed shape: phone, e-mail, link, card, postcode, birth date …
- `names`, `name_cues`        people: name lists, the words around a name, spaCy's opinion
- `handles`, `places`         user names and gamer tags; schools, teams, streets
- `lexicon`      the word lists behind them (`data/redaction/`), and the words that always stay
- `memory`       who is `<PERSON_1>` in one conversation: keyed hashes only
- `operators`    how a found detail is replaced
- `events`       every place in a Rasa event that can hold a person's words

In: text as typed. Out: text without personal details. Nothing here reads a clock, a database or the network.
"""
