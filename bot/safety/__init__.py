"""What counts as risk: pure Python, no Rasa.

- `levels.py`: the shared vocabulary. `engine.py`: `get_engine().assess(text)`, `.assess_turn(texts)`.
- Detector one: `signals.py` (entries of `data/risk/*.yml`) written in the language of `patterns.py`.
- Detector two: `classifier.py` on `kernel.py`, trained by `training.py` from `examples.py`; for English
  `second_reading.py` joins what `bot.text.english` says, with a layer from `second_reading_fitting.py`.
- `cues.py`: speaker, stance, language. `decision.py`: both detectors become one level, with thresholds.
  `plain_words.py`: what words deny or explain holds a learned score down.

In: a message as typed. Out: `RiskAssessment` with findings that staff can read. When a part fails the answer is
`check_in`, never silence.
"""
