"""Every file of `deploy/` is read the way it will be read, and keeps its promises."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from bot import engines, gateway, health
from bot.config import PREFIX, Settings
from bot.errors import ConfigError

PROJECT = Path(__file__).resolve().parents[2]
DEPLOY = PROJECT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
#: What is told nothing but what it shows.
WITHOUT_SECRETS = {"page", "actions"}
OURS = [name for name, service in SERVICES.items() if service.get("image") == "kindlight"]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
#: Variables that are read outside `Settings`.
OTHER_VARIABLES = {"KINDLIGHT_CHANNEL_KEY", "KINDLIGHT_ENDPOINTS", "KINDLIGHT_CREDENTIALS"}


def test_every_file_of_the_folder_is_covered_here():
    covered = {"Dockerfile", "compose.yml", "endpoints.production.yml", "nginx.conf", "production.env.example", "setup.sh"}
    covered |= {"prometheus-alerts.yml"}
    assert {path.name for path in DEPLOY.iterdir() if path.is_file() and path.name != "production.env"} == covered


# --- nginx -----------------------------------------------------------------------------------------------------------


def rendered(ports=(5005, 5006, 5007)):
    return gateway.for_this_machine(ports, 8080, 8081, "127.0.0.1:18000", "127.0.0.1:18001")


def test_nginx_takes_the_configuration(tmp_path):
    if NGINX is None:
        pytest.skip("nginx is not installed")
    for folder in ("body", "proxy", "other"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "nginx.conf"
    path.write_text(rendered())
    checked = subprocess.run([NGINX, "-t", "-p", str(tmp_path), "-c", str(path)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_one_line_a_server_is_put_in_with_its_options():
    lines = re.findall(r"server 127\.0\.0\.1:(\d+) max_fails=0", rendered())
    assert lines == ["5005", "5006", "5007"]
    assert "rasa-1" not in rendered() and "listen 8000" not in rendered()


def test_a_configuration_without_the_expected_lines_is_refused(tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text("events {}\n")
    with pytest.raises(ConfigError, match="names no server"):
        gateway.for_this_machine([5005], 1, 2, "a", "b", path)
    path.write_text("    server rasa-1:5005;\n")
    with pytest.raises(ConfigError, match="should hold 'server page:8080;' once"):
        gateway.for_this_machine([5005], 1, 2, "a", "b", path)


def test_nginx_asks_again_where_a_container_is():
    """A container that is made anew has another address, and its old one may be given to another container."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert re.search(r"^    resolver 127\.0\.0\.11 valid=\d+s;$", text, re.MULTILINE)
    upstreams = dict(re.findall(r"upstream (\w+) \{([^}]*)\}", text))
    assert set(upstreams) == {"rasa", "page", "console"}
    for name, block in upstreams.items():
        servers = re.findall(r"server [a-z0-9-]+:\d+[^;]*;", block)
        assert servers and all(server.endswith(" resolve;") for server in servers), name
        # nginx takes `resolve` only where the addresses are in shared memory.
        assert f"zone {name} " in block


def test_the_nginx_of_the_compose_file_can_ask_again():
    """`resolve` in an upstream came with nginx 1.27.3."""
    (version,) = re.findall(r"^nginx:(\d+(?:\.\d+)+)-alpine$", SERVICES["nginx"]["image"])
    assert tuple(map(int, version.split("."))) >= (1, 27, 3)


def test_on_one_machine_no_name_is_looked_up():
    lines = [line for line in rendered().splitlines() if not line.lstrip().startswith("#")]
    assert [line for line in lines if "resolve" in line] == []


def test_nginx_keeps_nothing_about_people():
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert "access_log off;" in text and "error_log stderr emerg;" in text
    assert set(re.findall(r"proxy_set_header X-(?:Forwarded-For|Real-IP) (\S+);", text)) == {'""'}
    sizes = dict(re.findall(r"(client_max_body_size|client_body_buffer_size) (\d+)k;", text))
    # A larger body than the buffer would be written to a file.
    assert int(sizes["client_body_buffer_size"]) >= int(sizes["client_max_body_size"])
    assert "proxy_max_temp_file_size 0;" in text


def test_a_location_with_headers_of_its_own_repeats_those_of_all():
    """nginx inherits `proxy_set_header` only where a level sets none; `Host` would become the upstream's name."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    names = re.compile(r"proxy_set_header (\S+) ")
    blocks = re.findall(r"location [^{]+\{([^}]*)\}", text)
    for_all = set(names.findall(re.sub(r"location [^{]+\{[^}]*\}", "", text)))
    assert for_all == {"Connection", "Host", "X-Forwarded-For", "X-Real-IP"}
    own = [set(names.findall(block)) for block in blocks if names.search(block)]
    assert own and all(for_all <= found for found in own)


def test_figures_and_the_inside_are_not_handed_on():
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    locations = re.findall(r"location (?:= )?(\S+) \{", text)
    assert locations == ["/", "/webhooks/", "/webhooks/web/conversations", "/healthz", "/readyz", "/", "/sign-in"]
    assert text.count("proxy_pass http://rasa") == 3


class _Rasa(BaseHTTPRequestHandler):
    """Stands for a Rasa server; says what it was asked."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"path": self.path, "host": self.headers["Host"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *_):
        """Quiet."""


def free_ports(number):
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture
def front(tmp_path):
    """Starts nginx from the shipped file; gives a function that asks it for a path and returns status and answer."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    rasa = ThreadingHTTPServer(("127.0.0.1", 0), _Rasa)
    threading.Thread(target=rasa.serve_forever, args=(0.05,), daemon=True).start()
    people, staff = free_ports(2)
    running = []

    def start(change=lambda text: text):
        text = gateway.for_this_machine([rasa.server_port], 1, 2, f"127.0.0.1:{people}", f"127.0.0.1:{staff}")
        part = engines.nginx(tmp_path / "nginx", change(text), people)
        running.append(subprocess.Popen(part.command))
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", people), timeout=1).close()
                return ask
            except OSError:
                time.sleep(0.05)
        raise AssertionError("nginx did not start")

    def ask(path, data=None):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{people}{path}", data, timeout=5) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, None

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=10)
    rasa.shutdown()
    rasa.server_close()


@pytest.mark.parametrize("channel", ["telegram", "twilio", "generic", "web"])
def test_counts_of_a_channel_and_its_drills_stay_inside_and_its_messages_pass(front, channel):
    ask = front()
    for path in ("", "/", "/?x=1", "/drill", "/drill/", "/%64rill", "//drill"):
        assert ask(f"/webhooks/{channel}{path}", b"{}") == ask(f"/webhooks/{channel}{path}") == (404, None), path
    for path in ("/webhook", "/status", "/messages", "/delete", "/conversations"):
        status, seen = ask(f"/webhooks/{channel}{path}", b"{}")
        assert (status, seen["path"]) == (200, f"/webhooks/{channel}{path}")
        assert seen["host"].startswith("127.0.0.1:")


def test_one_client_cannot_begin_conversations_without_end_and_goes_on_in_those_it_has(front):
    ask = front(lambda text: text.replace("127.0.0.0/8 0;", ""))
    begun = [ask("/webhooks/web/conversations", b"{}")[0] for _ in range(60)]
    # A class of forty at once; then one a second.
    assert begun[:40] == [200] * 40 and begun.count(429) >= 15
    assert ask("/webhooks/web/messages", b"{}")[0] == 200


def test_people_behind_a_proxy_of_the_own_network_are_not_taken_for_one(front):
    ask = front()
    assert {ask("/webhooks/web/conversations", b"{}")[0] for _ in range(60)} == {200}


def test_nginx_waits_longer_than_the_guard():
    from bot.channels.guard import ORDINARY_WAIT_SECONDS

    (seconds,) = re.findall(r"proxy_read_timeout (\d+)s;", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    assert int(seconds) > ORDINARY_WAIT_SECONDS


def test_the_lock_of_a_dead_server_ends_before_the_guard_loses_patience():
    from bot.channels.guard import ORDINARY_WAIT_SECONDS
    from bot.eventlog.lock_store import LIFETIME_SECONDS
    from bot.rasa_process import ACTION_TIMEOUT_SECONDS

    assert ACTION_TIMEOUT_SECONDS < LIFETIME_SECONDS < ORDINARY_WAIT_SECONDS


# --- endpoints -------------------------------------------------------------------------------------------------------


def test_rasa_reads_the_production_endpoints(monkeypatch):
    from rasa.core.utils import AvailableEndpoints

    monkeypatch.setenv("KINDLIGHT_ACTIONS_URL", "http://actions:5055/webhook")
    found = AvailableEndpoints.read_endpoints(str(DEPLOY / "endpoints.production.yml"))
    assert found.action.url == "http://actions:5055/webhook"
    assert found.lock_store.type == "bot.eventlog.lock_store.SharedLockStore"
    assert found.event_broker.type == "bot.eventlog.broker.LogbookBroker"
    assert found.tracker_store.type == "bot.eventlog.tracker_store.RedactedTrackerStore"


def test_rasa_makes_the_lock_store_that_is_named(monkeypatch):
    from rasa.core.lock_store import LockStore
    from rasa.core.utils import AvailableEndpoints

    from bot.eventlog.lock_store import SharedLockStore

    monkeypatch.setenv("KINDLIGHT_ACTIONS_URL", "http://actions:5055/webhook")
    found = AvailableEndpoints.read_endpoints(str(DEPLOY / "endpoints.production.yml"))
    assert isinstance(LockStore.create(found.lock_store), SharedLockStore)


def test_every_class_named_in_both_endpoints_files_can_be_imported():
    named = list(health._named_classes())
    assert {file for file, _, _ in named} >= {"endpoints.yml", "deploy/endpoints.production.yml", "credentials.yml"}
    assert [finding.sentence for finding in health._endpoints() if finding.is_fault] == []


# --- containers ------------------------------------------------------------------------------------------------------


def test_the_compose_file_is_taken_by_docker_where_there_is_one():
    if shutil.which("docker") is None:
        pytest.skip("docker is not installed")
    filled = dict.fromkeys(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yml").read_text(encoding="utf-8")), "x")
    checked = subprocess.run(
        ["docker", "compose", "-f", str(DEPLOY / "compose.yml"), "config", "--quiet"],
        capture_output=True,
        text=True,
        env={**os.environ, **filled},
    )
    assert checked.returncode == 0, checked.stderr


def test_the_layout_is_complete():
    assert {"nginx", "rasa-1", "rasa-2", "consumer", "console", "page", "actions"} <= set(SERVICES)
    assert {"postgres", "redis", "rabbitmq"} <= set(SERVICES)
    assert SERVICES["consumer"]["deploy"]["replicas"] >= 2


def test_every_service_that_another_needs_exists():
    for service in SERVICES.values():
        assert set(service.get("depends_on", [])) <= set(SERVICES)
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        sources = {entry.split(":")[0] for entry in service.get("volumes", [])}
        assert {source for source in sources if not source.startswith((".", "/"))} <= set(COMPOSE["volumes"])


def test_nginx_and_the_settings_name_services_that_exist():
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert set(re.findall(r"^ +server ([a-z0-9-]+):\d+", text, re.MULTILINE)) <= set(SERVICES)
    for address in COMPOSE["x-settings"].values():
        host = re.search(r"(?:@|//)([a-z]+)(?::\d+)?/", address)
        assert host is None or host.group(1) in SERVICES


def test_only_nginx_can_be_reached_from_outside_and_the_console_only_from_this_machine():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert SERVICES["nginx"]["ports"] == ["8000:8000", "127.0.0.1:8001:8001"]
    assert [name for name, network in COMPOSE["networks"].items() if not network.get("internal")] == ["outside"]
    assert all(SERVICES[engine]["networks"] == ["inside"] for engine in ("postgres", "redis", "rabbitmq"))


def test_backup_and_restore_have_a_container_that_starts_only_when_it_is_asked_for():
    service = SERVICES["backup"]
    assert service["profiles"] == ["tools"] and service["restart"] == "no"
    assert not any("backup" in other.get("depends_on", []) for other in SERVICES.values())
    assert set(service["networks"]) & set(SERVICES["postgres"]["networks"])
    # The servers' folder: their locks tell `restore` that they run, and what a stopped restore noted is found again.
    assert set(service["volumes"]) == {*SERVICES["rasa-1"]["volumes"], "/backup:/backup"}


def test_the_guide_runs_backup_and_restore_in_that_container():
    guide = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\$compose run --rm backup (\w+) /backup/\S+", guide, re.MULTILINE)
    assert lines == ["backup", "restore"]
    (stopped,) = re.findall(r"^\$compose stop (.+?)(?: +#.*)?$", guide, re.MULTILINE)
    assert set(stopped.split()) == {"nginx", *OURS} - {"backup"}


@pytest.mark.parametrize("name", [*OURS, "nginx"])
def test_our_containers_have_a_read_only_root_and_no_rights(name):
    service = SERVICES[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_setting_of_the_compose_file_exists():
    named = {name for name in {**COMPOSE["x-settings"], **COMPOSE["x-page-settings"]} if name.startswith(PREFIX)}
    named |= set(re.findall(r"KINDLIGHT_\w+", (DEPLOY / "Dockerfile").read_text(encoding="utf-8")))
    known = {PREFIX + name.upper() for name in Settings.__annotations__} | OTHER_VARIABLES
    assert named <= known


def test_a_setting_in_production_env_reaches_our_containers():
    """Retention, channels and limits are not listed one by one: the whole file is handed to each that has secrets."""
    assert set(OURS) - WITHOUT_SECRETS == {"rasa-1", "rasa-2", "consumer", "console", "backup"}
    for name in set(OURS) - WITHOUT_SECRETS:
        assert [entry["path"] for entry in SERVICES[name]["env_file"]] == ["production.env"], name
    assert not any("env_file" in SERVICES[engine] for engine in ("postgres", "redis", "rabbitmq", "nginx"))


def test_pages_and_actions_hold_no_secret_and_reach_no_engine():
    secret = re.compile(r"KEY|PASS|TOKEN|SECRET|DATABASE|AMQP|REDIS|ALERT|GATEWAYS|OIDC|TWILIO")
    for name in WITHOUT_SECRETS:
        service = SERVICES[name]
        assert "env_file" not in service and "volumes" not in service
        assert not [variable for variable in service.get("environment", {}) if secret.search(variable)]
        reached = {other for other, one in SERVICES.items() if set(one["networks"]) & set(service["networks"])}
        assert reached == {name, *({"nginx"} if name == "page" else {"rasa-1", "rasa-2"})}


def test_the_page_gets_every_setting_that_it_shows(monkeypatch):
    from bot.store.policy import read_policy
    from bot.widget import server

    asked = set()

    class Noting(Settings):
        def __getattribute__(self, name):
            asked.add(name)
            return super().__getattribute__(name)

    settings = Noting(sealed_originals=True)
    monkeypatch.setattr(server, "get_policy", lambda: read_policy(settings))
    client = server.create_app(settings).test_client()
    assert {client.get(path).status_code for path in ("/", "/child", "/privacy")} == {200}
    shown = {PREFIX + name.upper() for name in asked & set(Settings.__annotations__)}
    # Where it listens is the image's, and the rest of the policy is nothing that a page says.
    shown -= {name for name in shown if re.search(r"_HOST$|_PORT$|_SLA_|_ALERT_", name)}
    assert shown == set(SERVICES["page"]["environment"])


def test_no_secret_stands_in_a_file_and_each_is_asked_for():
    needed = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yml").read_text(encoding="utf-8")))
    lines = (DEPLOY / "production.env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert needed == set(given)
    assert [name for name, value in given.items() if value and not name.endswith(("_URL", "_ORIGINS"))] == []
    assert "deploy/production.env" in (PROJECT / ".gitignore").read_text(encoding="utf-8").split()
    assert "deploy/production.env" in (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()


def test_every_command_of_the_compose_file_exists():
    from typer.main import get_command

    from bot.cli import build_app

    commands = set(get_command(build_app()).commands)
    assert {SERVICES[name]["command"][0] for name in OURS} <= commands


def instructions():
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [line.strip().split(None, 1) for line in text.splitlines() if line.strip()]


def test_the_image_is_built_in_stages_and_runs_without_rights():
    lines = instructions()
    stages = [rest for word, rest in lines if word == "FROM"]
    assert len(stages) == 3 and " AS " not in stages[-1]
    assert all(re.match(r"[a-z]+(:[\w.-]+)?( AS \w+)?$", stage) and ":latest" not in stage for stage in stages)
    last = lines[max(at for at, (word, _) in enumerate(lines) if word == "FROM") :]
    words = dict(last)
    assert words["USER"] == "10001:10001" and "STOPSIGNAL" in words
    assert words["VOLUME"] == "/var/lib/kindlight"
    assert not any("pip install" in rest for word, rest in last)
    (packages,) = (rest for word, rest in last if "apt-get" in rest)
    # The programs that `backup` and `restore` start, of the version of the server (bookworm's).
    assert re.findall(r"apt-get install (.+?) +&&", packages) == ["-y --no-install-recommends postgresql-client"]
    assert "rm -rf /var/lib/apt/lists/*" in packages and "bookworm" in stages[-1]
    assert SERVICES["postgres"]["image"].startswith("postgres:15-")


def test_packages_come_by_the_lock_with_their_hashes():
    assert any("--require-hashes --no-deps -r requirements.lock" in rest for _, rest in instructions())


def test_no_key_and_no_conversation_gets_into_the_image():
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", "var", ".git", "tests", "models", "deploy/production.env"} <= set(ignored)


def test_the_set_up_script_is_read_by_bash():
    checked = subprocess.run(["bash", "-n", str(DEPLOY / "setup.sh")], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


# --- alerts ----------------------------------------------------------------------------------------------------------


def rules():
    (group,) = yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text(encoding="utf-8"))["groups"]
    return group["rules"]


def test_every_alert_has_its_part_in_the_run_book():
    headings = re.findall(r"^### (.+)$", (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {rule["alert"] for rule in rules()} <= set(headings)
    assert all(rule["labels"]["severity"] in ("page", "ticket") for rule in rules())


def test_a_part_that_is_scraped_and_goes_away_raises_an_alert():
    header = (DEPLOY / "prometheus-alerts.yml").read_text(encoding="utf-8").partition("groups:")[0]
    jobs = re.findall(r'"(\w+)"', header)
    assert jobs == ["rasa", "consumer"]
    for job in jobs:
        assert [rule for rule in rules() if f'up{{job="{job}"}} == 0' in rule["expr"]], job


def test_writers_that_are_all_gone_raise_an_alert_although_the_servers_show_an_empty_queue():
    """A Rasa server has the same figure, at 0; one that is looked for at every job would never be missing."""
    (rule,) = [rule for rule in rules() if rule["alert"] == "A writer is down"]
    assert 'absent(kindlight_queue_batches{job="consumer"})' in rule["expr"]
    assert rule["labels"]["severity"] == "page"


def test_every_figure_that_an_alert_or_the_guide_names_exists():
    from bot import metrics

    known = metrics.exposition()[0].decode()
    known = set(re.findall(r"^# TYPE (kindlight_\w+)", known, re.MULTILINE))
    known |= {f"{name}_bucket" for name in known}
    named = set(re.findall(r"kindlight_\w+", " ".join(rule["expr"] for rule in rules())))
    guide = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    named |= set(re.findall(r"kindlight_\w+", guide))
    assert named and named <= known


def test_every_label_value_that_an_alert_names_is_there_from_the_start():
    """A counter that first appears as 1 has not grown for Prometheus: `increase` would miss the first one."""
    code = "from bot import metrics; print(metrics.exposition()[0].decode())"
    started = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    expressions = " ".join(rule["expr"] for rule in rules())
    named = [
        f'{figure}{{{label}="{value}"}}'
        for figure, label, values in re.findall(r'(kindlight_\w+)\{(\w+)=~?"([^"]+)"\}', expressions)
        for value in values.split("|")
        if label != "job"
    ]
    assert 'kindlight_guard_answers_total{reason="slow"}' in named
    assert [series for series in named if f"{series} 0.0\n" not in started.stdout] == []


def test_prometheus_takes_the_rules_where_there_is_one():
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    checked = subprocess.run(
        ["promtool", "check", "rules", str(DEPLOY / "prometheus-alerts.yml")], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
