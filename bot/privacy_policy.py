"""The published policy page: the words of `data/privacy/policy.md` with the periods of the live settings."""

from __future__ import annotations

from pathlib import Path

from bot.config import DATA_DIR
from bot.errors import ContentError
from bot.store.policy import StorePolicy

TEMPLATE = DATA_DIR / "privacy" / "policy.md"
#: The only sentences that depend on a switch.
_ORIGINALS_OFF = "not kept"
_ORIGINALS_ON = "{hours} hours, sealed; two people must agree to open them"


def render_policy(policy: StorePolicy, template: Path = TEMPLATE) -> str:
    """The page as Markdown.

    Args:
        policy: `bot.store.policy.get_policy()`.
        template: Markdown with `{text_days}`, `{escalation_days}`, `{metadata_days}`, `{audit_days}`,
            `{tracker_hours}` and `{originals}`.

    Raises:
        ContentError: The template names a value that does not exist.
    """
    originals = _ORIGINALS_OFF
    if policy.originals is not None:
        originals = _ORIGINALS_ON.format(hours=int(policy.originals.total_seconds() // 3600))
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
