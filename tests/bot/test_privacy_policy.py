"""The published policy says what the settings say."""

from __future__ import annotations

import pytest

from bot.config import Settings
from bot.errors import ConfigError, ContentError
from bot.privacy_policy import render_policy
from bot.store.policy import read_policy


def test_every_period_of_the_settings_stands_on_the_page():
    settings = Settings(
        retention_text_days=11,
        retention_escalation_days=222,
        retention_metadata_days=333,
        retention_audit_days=4444,
        retention_tracker_hours=55,
    )
    page = render_policy(read_policy(settings))
    for period in ("11 days", "222 days", "333 days", "4444 days", "55 hours"):
        assert period in page
    assert "not kept" in page


def test_sealed_originals_are_named_when_they_are_on():
    page = render_policy(read_policy(Settings(sealed_originals=True)))
    assert "72 hours, sealed" in page


def test_the_page_says_whom_to_ask():
    policy = read_policy(Settings())
    assert "Ask the organisation that runs this page." in render_policy(policy)
    assert "Write to privacy@example.org." in render_policy(policy, "privacy@example.org")
    assert "<script>" not in render_policy(policy, "<script>")


def test_a_period_of_zero_and_an_unknown_level_are_refused():
    with pytest.raises(ConfigError, match="KINDLIGHT_RETENTION_TEXT_DAYS"):
        read_policy(Settings(retention_text_days=0))
    with pytest.raises(ConfigError, match="KINDLIGHT_ALERT_LEVEL"):
        read_policy(Settings(alert_level="panic"))


def test_an_unknown_value_in_the_page_is_named(tmp_path):
    template = tmp_path / "policy.md"
    template.write_text("{no_such_period}", encoding="utf-8")
    with pytest.raises(ContentError, match="no_such_period"):
        render_policy(read_policy(Settings()), template=template)
