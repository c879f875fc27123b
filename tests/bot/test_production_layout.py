"""What the production layout consists of, and what is said when a program is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import engines, production
from bot.config import Settings
from bot.errors import ConfigError
from bot.production import EnginePorts

ELSEWHERE = {
    "database_url": "postgresql://kindlight@database/kindlight",
    "redis_url": "redis://locks:6379/1",
    "amqp_url": "amqp://user@queue/",
}


@pytest.fixture
def programs(monkeypatch, tmp_path):
    """Every engine is installed, and none is started."""
    monkeypatch.setattr(engines, "find_program", lambda name, *_: f"/usr/bin/{name}")
    monkeypatch.setattr(engines, "_as_postgres", lambda: [])

    class Ended:
        returncode = 0
        stderr = ""

    monkeypatch.setattr(engines.subprocess, "run", lambda *_, **__: Ended())
    return tmp_path


def settings(folder, **more):
    return replace(Settings(var_dir=folder / "var", rasa_servers=3, consumers=2, consumer_port=5300), **more)


def names(parts):
    return [part.name for part in parts]


def test_the_engines_come_first_and_nginx_last(programs):
    parts = production.layout(settings(programs), EnginePorts(1, 2, 3), programs)
    assert names(parts)[:3] == ["postgres", "redis", "rabbitmq"] and names(parts)[-1] == "nginx"
    assert names(parts)[3:-1] == ["actions", "rasa-1", "rasa-2", "rasa-3", "consumer-1", "consumer-2", "page", "console"]
    assert len({part.port for part in parts}) == len(parts)


def test_engines_that_run_elsewhere_are_used_and_not_started(programs):
    parts = production.layout(settings(programs, **ELSEWHERE), folder=programs)
    assert not {"postgres", "redis", "rabbitmq"} & set(names(parts))


def test_all_of_ours_get_the_same_addresses(programs):
    parts = production.layout(settings(programs), EnginePorts(5440, 6390, 5680), programs)
    for part in [part for part in parts if part.arguments]:
        assert part.environment["KINDLIGHT_DATABASE_URL"] == "postgresql://postgres@127.0.0.1:5440/postgres"
        assert part.environment["KINDLIGHT_REDIS_URL"] == "redis://127.0.0.1:6390/1"
        assert part.environment["KINDLIGHT_SHARED_VAR_DIR"] == "true"
        assert part.environment["KINDLIGHT_AMQP_URL"].endswith("127.0.0.1:5680/")
        assert part.environment["KINDLIGHT_ENDPOINTS"].endswith("deploy/endpoints.production.yml")
        assert part.environment["KINDLIGHT_CHAT_URL"] == "http://127.0.0.1:8000"


def test_what_the_layout_starts_passes_the_start_up_check(programs):
    from bot.preflight import faults, look

    chosen = settings(programs)
    (rasa,) = [part for part in production.layout(chosen, folder=programs) if part.name == "rasa-1"]
    found = look(replace(chosen, amqp_url="amqp://queue/"), {**rasa.environment, "KINDLIGHT_CHANNEL_KEY": "secret"})
    assert faults(replace(found, has_encryption_keys=True)) == []


def test_nginx_knows_every_server(programs):
    production.layout(settings(programs), folder=programs)
    written = (programs / "nginx" / "nginx.conf").read_text()
    assert [f"127.0.0.1:{port} " in written for port in (5005, 5006, 5007)] == [True] * 3


def test_the_node_of_rabbitmq_is_one_of_its_own(programs):
    part = engines.rabbitmq(programs / "rabbitmq", 5680)
    assert part.environment["RABBITMQ_NODENAME"] == "kindlight5680@localhost"
    assert "127.0.0.1:5680" in (programs / "rabbitmq" / "node.conf").read_text()


def test_a_missing_program_is_named_with_its_package_and_the_way_round():
    with pytest.raises(ConfigError, match=r"Redis is not installed \(no-such-server was not found\).*apt-get install redis"):
        engines.find_program("no-such-server", (), "Redis", "redis-server", "KINDLIGHT_REDIS_URL")
    with pytest.raises(ConfigError, match="KINDLIGHT_REDIS_URL"):
        engines.find_program("no-such-server", (), "Redis", "redis-server", "KINDLIGHT_REDIS_URL")


def test_a_configuration_that_nginx_refuses_stops_the_start(programs, monkeypatch):
    class Refused:
        returncode = 1
        stderr = "unknown directive"

    monkeypatch.setattr(engines.subprocess, "run", lambda *_, **__: Refused())
    with pytest.raises(ConfigError, match="unknown directive"):
        engines.nginx(programs / "nginx", "nonsense", 8000)


def test_the_addresses_are_told_once_everything_answers(programs):
    said = production.welcome(settings(programs))
    assert "http://127.0.0.1:8000/" in said and "5005, 5006, 5007" in said and "restart-servers" in said
