"""Bad input and bad addresses end in one sentence, without a stack trace and without a password."""

from __future__ import annotations

import json

import pytest

from bot import cli
from bot.commands.ask import read_json_lines
from bot.config import get_settings
from bot.errors import InputError
from bot.store.database import get_database


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Runs a command as the shell would; gives its exit code and what it said on the error line."""

    def start(*arguments, **environment):
        monkeypatch.setenv("KINDLIGHT_VAR_DIR", str(tmp_path))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["bot", *arguments])
        for cached in (get_settings, get_database):
            cached.cache_clear()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().err

    yield start
    for cached in (get_settings, get_database):
        cached.cache_clear()


@pytest.mark.parametrize("address", ["nonsense secret", "postgres://u:secret@h/d", "postgresql://u:secret@h:port/d"])
def test_an_address_of_a_database_that_cannot_be_read(run, address):
    code, said = run("user", "list", KINDLIGHT_DATABASE_URL=address)
    assert code == 2 and "KINDLIGHT_DATABASE_URL" in said and "secret" not in said


@pytest.mark.parametrize("address", ["nonsense secret", "amqp://u:secret@h:port/"])
def test_an_address_of_rabbitmq_that_cannot_be_read(address):
    from bot.errors import ConfigError
    from bot.eventlog.amqp import AmqpProducer

    with pytest.raises(ConfigError, match="KINDLIGHT_AMQP_URL") as caught:
        AmqpProducer(address, None)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_text(run, tmp_path):
    path = tmp_path / "picture.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0")
    code, said = run("redact", str(path))
    assert code == 2 and "is not text in UTF-8" in said


def test_a_line_end_inside_a_text_is_no_end_of_a_line(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps({"text": "one\u2028two"}, ensure_ascii=False) + "\n\n", encoding="utf-8")
    assert [line["text"] for line in read_json_lines(path)] == ["one\u2028two"]


def test_an_archive_where_nobody_may_write_is_named(tmp_path, monkeypatch):
    from bot.store import backup

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.os, "open", full)
    with pytest.raises(InputError, match="No space left"):
        backup._pack([], tmp_path / "backup.tar")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("capacity", "10", "--messages", "nan"), "messages above 0"),
        (("capacity", "10", "--peak", "inf"), "the peak at least 1"),
        (("soak", "--rate", "nan"), "numbers above 0"),
        (("soak", "--address", "somewhere"), "is no address"),
        (("drill", "--address", "somewhere"), "is no address"),
        (("hotlines", "--channel", "pigeon"), "There is no channel 'pigeon'"),
        (("ask", "hello", "--channel", "pigeon"), "There is no channel 'pigeon'"),
        (("run-production", "--servers", "-2"), "--servers is -2"),
        (("run-production", "--writers", "-1"), "--writers is -1"),
        (("hotlines", "--age", "-5"), "between 0 and 120"),
    ],
)
def test_options_that_make_no_sense(run, arguments, said):
    code, told = run(*arguments)
    assert code == 2 and said in told
