"""The nginx configuration of the deployment, with the addresses of one machine put in. Pure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Sequence

from bot.config import PROJECT_DIR
from bot.errors import ConfigError

DEPLOYED = PROJECT_DIR / "deploy" / "nginx.conf"
#: How names of containers are looked up; addresses need none of it, and older versions of nginx do not know it.
_NAME_LOOK_UP = re.compile(r"^ *resolver [^;]*;\n| resolve(?=;)", re.MULTILINE)
_RASA_LINE = re.compile(r"^( *)server rasa-\d+:\d+(.*);\n", re.MULTILINE)


def for_this_machine(
    rasa_ports: Sequence[int],
    page_port: int,
    console_port: int,
    listen: str,
    console_listen: str,
    deployed: Path = DEPLOYED,
) -> str:
    """The deployed configuration, rewritten.

    Args:
        rasa_ports: One a Rasa server.
        page_port, console_port: Behind nginx.
        listen, console_listen: `address:port` for people and for staff.
        deployed: The file to start from.

    Raises:
        ConfigError: The file does not hold what is to be replaced.
    """
    text = _NAME_LOOK_UP.sub("", deployed.read_text(encoding="utf-8"))
    lines = _RASA_LINE.findall(text)
    if not lines:
        raise ConfigError(f"{deployed.name} names no server of the form rasa-1:5005.")
    indent, options = lines[0]
    servers = "".join(f"{indent}server 127.0.0.1:{port}{options};\n" for port in rasa_ports)
    text = _RASA_LINE.sub("", text, count=len(lines) - 1)
    text = _RASA_LINE.sub(lambda _: servers, text)
    for found, wanted in (
        ("server page:8080;", f"server 127.0.0.1:{page_port};"),
        ("server console:8081;", f"server 127.0.0.1:{console_port};"),
        ("listen 8000;", f"listen {listen};"),
        ("listen 8001;", f"listen {console_listen};"),
    ):
        if text.count(found) != 1:
            raise ConfigError(f"{deployed.name} should hold '{found}' once.")
        text = text.replace(found, wanted)
    return text
