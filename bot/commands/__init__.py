"""One module for each command of `python -m bot`; see `bot.cli` for how they are found."""
