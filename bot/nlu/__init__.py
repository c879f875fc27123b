"""How a message is understood (adapts `bot.text` and `bot.safety` to Rasa), in the order of `config.yml`.

`sentence_encoder.py`    its embeddings, computed once for all that follow
`news_reader.py`, `help_reader.py`  what it changes after a card, and help that has come (learned in `news.py`)
`risk_detector.py`       its risk, read by `bot.safety` together with the messages before
`intent_classifier.py`   which intent or answer: `label_model.py` by itself, `context.py` behind what was said before,
                         `courtesies.py` between polite words; `case_ranker.py` after a card, `everyday_reader.py` and
                         `small_answer_reader.py` after an answer
`faq_selector.py`        the answers that are nearest
`fact_extractor.py`      platform, setting, country, age, who writes
`topics.py`              which answers belong to what, and what may be offered out of the blue
"""
