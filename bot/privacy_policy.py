"""The published policy page: the words of `data/privacy/policy.md` with the periods of the live settings."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.config import DATA_DIR
from bot.errors import ContentError
from bot.store.policy import StorePolicy

TEMPLATE = DATA_DIR / "privacy" / "policy.md"
#: The words that depend on a switch: `off` and `on`.
ORIGINALS = DATA_DIR / "privacy" / "originals.yml"


def render_policy(policy: StorePolicy, template: Path = TEMPLATE) -> str:
    """The page as Markdown.

    Args:
        policy: `bot.store.policy.get_policy()`.
        template: Markdown with `{text_days}`, `{escalation_days}`, `{metadata_days}`, `{audit_days}`,
            `{tracker_hours}` and `{originals}`.

    Raises:
        ContentError: The template names a value that does not exist.
    """
    words = yaml.safe_load(ORIGINALS.read_text(encoding="utf-8"))["originals"]
    originals = words["off"]
    if policy.originals is not None:
        originals = words["on"].format(hours=int(policy.originals.total_seconds() // 3600))
    values = {
        "text_days": policy.text.days,
        "escalation_days": policy.escalation.days,
        "metadata_days": policy.metadata.days,
        "audit_days": policy.audit.days,
        "tracker_hours": int(policy.tracker.total_seconds() // 3600),
        "originals": originals,
    }
    try:
        return template.read_text(encoding="utf-8").format(**values)
    except (KeyError, ValueError, IndexError) as error:
        raise ContentError(f"{template}: a value in braces is not known: {error}.") from None
