"""The published policy page: the words of `data/privacy/policy.md` with the periods of the live settings."""

from __future__ import annotations

from html import escape
from pathlib import Path

import yaml

from bot.config import DATA_DIR
from bot.errors import ContentError
from bot.store.policy import StorePolicy

TEMPLATE = DATA_DIR / "privacy" / "policy.md"
#: The words that depend on a setting: originals kept or not, and whom to ask.
ORIGINALS = DATA_DIR / "privacy" / "originals.yml"


def render_policy(policy: StorePolicy, contact: str = "", template: Path = TEMPLATE) -> str:
    """The page as Markdown.

    Args:
        policy: `bot.store.policy.get_policy()`.
        contact: Where the operator answers questions; empty names the organisation of the page.
        template: Markdown with `{text_days}`, `{escalation_days}`, `{metadata_days}`, `{audit_days}`,
            `{tracker_hours}`, `{originals}` and `{questions}`.

    Raises:
        ContentError: The template names a value that does not exist.
    """
    words = yaml.safe_load(ORIGINALS.read_text(encoding="utf-8"))
    originals = words["originals"]["off"]
    if policy.originals is not None:
        originals = words["originals"]["on"].format(hours=int(policy.originals.total_seconds() // 3600))
    values = {
        "text_days": policy.text.days,
        "escalation_days": policy.escalation.days,
        "metadata_days": policy.metadata.days,
        "audit_days": policy.audit.days,
        "tracker_hours": int(policy.tracker.total_seconds() // 3600),
        "originals": originals,
        "questions": words["questions"]["named" if contact else "unnamed"].format(contact=escape(contact)),
    }
    try:
        return template.read_text(encoding="utf-8").format(**values)
    except (KeyError, ValueError, IndexError) as error:
        raise ContentError(f"{template}: a value in braces is not known: {error}.") from None
