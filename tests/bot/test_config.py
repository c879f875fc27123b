"""Settings come from variables, and a bad one is named."""

import re

import pytest

from bot.config import PROJECT_DIR, Settings, read_env_file, read_settings
from bot.errors import ConfigError


def test_defaults_need_no_variables():
    assert read_settings({}) == Settings()


def test_a_variable_changes_its_field():
    assert read_settings({"KINDLIGHT_COUNTRY": "GB", "KINDLIGHT_RASA_PORT": "6000"}).rasa_port == 6000


def test_an_empty_variable_keeps_the_default():
    assert read_settings({"KINDLIGHT_RASA_PORT": ""}).rasa_port == Settings().rasa_port


def test_a_bad_number_is_refused_with_the_variable_named():
    with pytest.raises(ConfigError, match="KINDLIGHT_RASA_PORT is 'many'"):
        read_settings({"KINDLIGHT_RASA_PORT": "many"})


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("KINDLIGHT_RASA_SERVERS", "-1", "must be at least 1"),
        ("KINDLIGHT_PAGE_PORT", "0", "must be at least 1"),
        ("KINDLIGHT_CONSUMER_PORT", "-1", "must be at least 0"),
        ("KINDLIGHT_GATEWAY_PORT", "65536", "a port is at most 65535"),
        ("KINDLIGHT_EXPOSURE_CAP", "0", "must be at least 1"),
        ("KINDLIGHT_SLA_EMERGENCY_MINUTES", "0", "must be at least 1"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_with_the_variable_named(variable, value, said):
    with pytest.raises(ConfigError, match=f"{variable} is {value}, but .*{said}"):
        read_settings({variable: value})


def test_a_port_that_may_be_none_takes_zero():
    assert read_settings({"KINDLIGHT_CONSUMER_PORT": "0"}).consumer_port == 0


def test_env_file_skips_comments_and_quotes(tmp_path):
    path = tmp_path / ".env"
    path.write_text("# note\n\nKINDLIGHT_COUNTRY='IE'\n")
    assert read_env_file(path) == {"KINDLIGHT_COUNTRY": "IE"}


def test_database_address_is_never_empty(tmp_path):
    assert read_settings({"KINDLIGHT_VAR_DIR": str(tmp_path)}).database_address.startswith("sqlite:///")


def test_every_setting_is_in_the_example_and_the_example_names_no_other():
    example = (PROJECT_DIR / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#(KINDLIGHT_\w+)=", example, re.MULTILINE))
    assert named == {f"KINDLIGHT_{name.upper()}" for name in Settings.__annotations__}
