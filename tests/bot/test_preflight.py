"""A server that must not start does not start, and says why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot import preflight
from bot.config import Settings
from bot.errors import ConfigError
from bot.preflight import Situation, faults, look

FINE = Situation(workers=2, lock_store="bot.eventlog.lock_store.SharedLockStore", shared=True)
PRODUCTION = {"KINDLIGHT_ENDPOINTS": str(Path(__file__).parents[2] / "deploy" / "endpoints.production.yml")}


def test_a_complete_production_set_up_may_start():
    assert faults(FINE) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lock_store": ""}, "lock store is in memory"),
        ({"lock_store": "in_memory"}, "lock store is in memory"),
        ({"has_encryption_keys": False}, "KINDLIGHT_ENCRYPTION_KEYS is missing"),
        ({"has_channel_key": False}, "KINDLIGHT_CHANNEL_KEY is missing"),
        ({"open_keys": (Path("keys/store.json"),)}, "chmod 600 keys/store.json"),
        ({"refused_drafts": 3}, "3 texts have not been signed by a safeguarding professional"),
        ({"api": True}, "--auth-token"),
        ({"unserved_country": "EN"}, "KINDLIGHT_COUNTRY is 'EN'"),
    ],
)
def test_each_fault_is_named_with_its_remedy(change, said):
    (problem,) = faults(replace(FINE, **change))
    assert said in problem


def test_one_server_needs_no_shared_lock_and_makes_its_own_keys(tmp_path):
    assert faults(look(Settings(var_dir=tmp_path), {})) == []


def test_several_servers_with_the_embedded_endpoints_are_refused(tmp_path):
    found = look(Settings(var_dir=tmp_path, rasa_servers=2), {})
    assert any("lock store is in memory" in problem for problem in faults(found))
    assert not any("lock store" in p for p in faults(look(Settings(var_dir=tmp_path, rasa_servers=2), PRODUCTION)))


def test_sanic_workers_count_as_servers(tmp_path):
    assert look(Settings(var_dir=tmp_path), {"SANIC_WORKERS": "4"}).workers == 4
    with pytest.raises(ConfigError, match="SANIC_WORKERS is 'many'"):
        look(Settings(var_dir=tmp_path), {"SANIC_WORKERS": "many"})


def test_a_key_file_that_others_can_read_is_found(tmp_path, monkeypatch):
    key = tmp_path / "keys" / "store.json"
    key.parent.mkdir()
    key.write_text("{}")
    key.chmod(0o644)
    settings = Settings(var_dir=tmp_path)
    with pytest.raises(ConfigError, match="can be read by others"):
        preflight.check(settings)
    key.chmod(0o600)
    preflight.check(settings)


@pytest.mark.parametrize(
    ("arguments", "accepted"),
    [
        (["run", "--enable-api"], False),
        (["run", "--enable-api", "--auth-token"], False),
        (["run", "--enable-api", "--auth-token", "long-and-random"], True),
        (["run", "--enable-api", "--auth-token=long-and-random"], True),
        (["run", "-t", "long-and-random", "--enable-api"], True),
        (["run"], True),
    ],
)
def test_the_interface_of_rasa_needs_a_token(tmp_path, arguments, accepted):
    assert (faults(look(Settings(var_dir=tmp_path), {}, arguments)) == []) is accepted


def test_keys_may_come_from_the_environment(tmp_path):
    settings = Settings(var_dir=tmp_path, amqp_url="amqp://queue/", encryption_keys="abcd1234:…")
    found = look(settings, {**PRODUCTION, "KINDLIGHT_CHANNEL_KEY": "secret"})
    assert found.shared and found.has_encryption_keys and found.has_channel_key
    assert not look(replace(settings, encryption_keys=""), PRODUCTION).has_encryption_keys


@pytest.mark.parametrize("is_shared", [False, True])
def test_key_files_count_only_where_all_processes_use_the_same_folder(tmp_path, is_shared):
    """`user add`, `purge` or `drill` on a machine of its own makes both, and no other machine can read with them."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    for name in ("store.json", "channel.key"):
        (keys / name).write_text("{}")
        (keys / name).chmod(0o600)
    settings = Settings(var_dir=tmp_path, amqp_url="amqp://queue/", shared_var_dir=is_shared)
    found = faults(look(settings, PRODUCTION))
    assert [problem.split()[0] for problem in found] == (
        [] if is_shared else ["KINDLIGHT_ENCRYPTION_KEYS", "KINDLIGHT_CHANNEL_KEY"]
    )
    assert all("KINDLIGHT_SHARED_VAR_DIR" in problem for problem in found)


@pytest.mark.parametrize(("country", "served"), [("", True), ("GB", True), ("uk", True), ("EN", False), ("JM", False)])
def test_a_country_without_helplines_is_no_country_of_a_deployment(tmp_path, country, served):
    found = look(Settings(var_dir=tmp_path, country=country), {})
    assert found.unserved_country == ("" if served else country)


def test_an_endpoints_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        look(Settings(var_dir=tmp_path), {"KINDLIGHT_ENDPOINTS": str(tmp_path / "none.yml")})


def test_drafts_are_counted_only_where_the_deployment_refuses_them(tmp_path):
    assert look(Settings(var_dir=tmp_path), PRODUCTION).refused_drafts == 0
    assert look(Settings(var_dir=tmp_path, refuse_drafts=True), PRODUCTION).refused_drafts > 0


def test_doctor_names_a_channel_that_would_stop_the_start(monkeypatch):
    from bot import health

    monkeypatch.setattr(preflight, "channel_problems", lambda settings: ["Telegram needs a public address."])
    assert [one.sentence for one in health._start_up()] == ["Telegram needs a public address."]


def test_an_endpoints_file_of_another_form_is_named(tmp_path):
    path = tmp_path / "endpoints.yml"
    path.write_text("- a list\n")
    with pytest.raises(ConfigError, match="must name its parts"):
        look(Settings(var_dir=tmp_path), {"KINDLIGHT_ENDPOINTS": str(path)})


def test_a_file_that_doctor_cannot_read_is_a_fault_and_no_stack(monkeypatch):
    from bot import health

    def broken():
        raise FileNotFoundError(2, "No such file", "credentials.yml")
        yield

    monkeypatch.setattr(health, "_settings", broken)
    for name in ("_start_up", "_wording", "_endpoints", "_model"):
        monkeypatch.setattr(health, name, lambda: iter(()))
    for name in ("_drafts", "_hotlines"):
        monkeypatch.setattr(health, name, lambda today: iter(()))
    (finding,) = health.examine()
    assert finding.is_fault and "credentials.yml" in finding.sentence
