"""PostgreSQL, Redis, RabbitMQ and nginx for a trial of the production layout: installed, in folders of their own.

Each becomes a `Part` that runs in the foreground under the same supervisor as our processes. Nothing here is meant for
service: there, the engines run where the deployment has them, and `KINDLIGHT_DATABASE_URL`, `KINDLIGHT_REDIS_URL` and
`KINDLIGHT_AMQP_URL` name them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Sequence

from bot.errors import ConfigError
from bot.supervisor import Part

_POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_RABBIT_FOLDERS = ("/usr/lib/rabbitmq/bin", "/opt/homebrew/opt/rabbitmq/sbin")


def find_program(name: str, folders: Sequence[str], what: str, package: str, setting: str = "") -> str:
    """The path of an installed program.

    Args:
        name: Of the program.
        folders: Patterns to look at before the PATH.
        what: What a person calls it.
        package: Its name in Debian.
        setting: The setting that names one that runs elsewhere.

    Raises:
        ConfigError: It is not installed; says what to do.
    """
    for pattern in folders:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            if os.access(folder / name, os.X_OK):
                return str(folder / name)
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        elsewhere = f", or let {setting} name one that runs elsewhere" if setting else ""
        raise ConfigError(f"{what} is not installed ({name} was not found). Run: apt-get install {package}{elsewhere}.")
    return found


def redis(folder: Path, port: int) -> Part:
    """Redis without a disk: locks live for seconds."""
    program = find_program("redis-server", (), "Redis", "redis-server", "KINDLIGHT_REDIS_URL")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "", "--appendonly", "no"]
    return Part("redis", (), port, "", "Redis", (program, *options, "--loglevel", "warning"))


def rabbitmq(folder: Path, port: int) -> Part:
    """RabbitMQ as a node of its own, without plugins."""
    program = find_program("rabbitmq-server", _RABBIT_FOLDERS, "RabbitMQ", "rabbitmq-server", "KINDLIGHT_AMQP_URL")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "plugins").write_text("[].\n", encoding="ascii")
    (folder / "node.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\nlog.console = false\n", encoding="ascii")
    environment = {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"kindlight{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(_other_port(port)),
        "RABBITMQ_CONFIG_FILE": str(folder / "node.conf"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        # Its schedulers otherwise wait busily, on a machine that serves people.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
    }
    return Part("rabbitmq", (), port, "", "RabbitMQ", (program,), environment)


def postgres(folder: Path, port: int) -> Part:
    """PostgreSQL with its own data; it refuses to run as root, so that root hands over to the account `postgres`."""
    program = find_program("postgres", _POSTGRES_FOLDERS, "PostgreSQL", "postgresql", "KINDLIGHT_DATABASE_URL")
    data = folder / "data"
    switch = _as_postgres()
    if not (data / "PG_VERSION").is_file():
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        if switch:
            shutil.chown(folder, "postgres")
        initdb = [str(Path(program).parent / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        made = subprocess.run([*switch, *initdb], capture_output=True, text=True, cwd="/")
        if made.returncode:
            raise ConfigError(f"PostgreSQL could not make its folder {data}: {made.stderr.strip().splitlines()[-1]}")
    options = ["-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "log_min_messages=fatal"]
    options += ["-c", f"unix_socket_directories={folder}"]
    return Part("postgres", (), port, "", "PostgreSQL", (*switch, program, *options))


def nginx(folder: Path, configuration: str, port: int, title: str = "nginx") -> Part:
    """nginx in the foreground, with a configuration of ours."""
    program = find_program("nginx", (), "nginx", "nginx")
    for name in ("", "body", "proxy", "other"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "nginx.conf"
    path.write_text(configuration, encoding="utf-8")
    tested = subprocess.run([program, "-t", "-q", "-p", str(folder), "-c", str(path)], capture_output=True, text=True)
    if tested.returncode:
        raise ConfigError(f"nginx does not take its configuration: {tested.stderr.strip()}")
    command = (program, "-p", str(folder), "-c", str(path), "-g", "daemon off;")
    return Part("nginx", (), port, "/healthz", title, command)


def postgres_address(port: int) -> str:
    """Address of the trial's database."""
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _as_postgres() -> list[str]:
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise ConfigError("PostgreSQL does not run as root. Run this as another user, or set KINDLIGHT_DATABASE_URL.")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def _other_port(port: int) -> int:
    """Erlang's own port beside the service's."""
    return port + 1000 if port < 64_000 else port - 1000
