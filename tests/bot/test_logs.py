"""Log lines are JSON and hold no words of a person, also when something broke with them in hand."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

from bot import logs

PROGRAM = """
import logging, structlog
from bot import logs
logs.configure()
logging.getLogger("bot.x").warning("the database is away (%s)", "OperationalError")
try:
    raise ValueError("my name is katie")
except ValueError:
    logging.getLogger("bot.x").exception("a message failed")
structlog.get_logger().warning("a.message.came", text="my name is katie", parse_data={"text": "katie"}, seconds=1)
"""


def test_a_line_is_one_json_object():
    record = logging.LogRecord("bot.x", logging.WARNING, "file", 1, "the database is away (%s)", ("OperationalError",), None)
    line = json.loads(logs.JsonLines().format(record))
    assert line["level"] == "warning" and line["logger"] == "bot.x" and line["timestamp"].endswith("+00:00")
    assert line["event"] == "the database is away (OperationalError)"


def test_fields_that_may_hold_words_are_dropped():
    kept = logs.keep_allowed_fields(None, "", {"event": "a.message.came", "text": "my name is katie", "seconds": 1})
    assert kept == {"event": "a.message.came", "seconds": 1}


def test_a_process_writes_json_only_and_no_words_of_an_exception():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["the database is away (OperationalError)", "a message failed", "a.message.came"]
    assert lines[1]["error"] == "ValueError" and lines[2]["seconds"] == 1
    assert "katie" not in ended.stderr
