"""Measures what the assistant understands: on a labelled file, and on the held-out set for the scorecard.

- `lines`, `run`, `metrics`: labelled lines, the engine's answers to them, shares with Wilson intervals (`evaluate`)
- `held_out`: reads `tests/evaluation/`; `transformations`: typos, leet, emoji, … applied to it
- `breakdown`, `robustness`, `answers`, `cost`: the parts of the scorecard
- `scorecard`, `scorecard_page`: everything measured once, and written to `docs/scorecard.md`
- `gates`: figures that may not get worse (`tests/evaluation/gates.yml`)
"""
