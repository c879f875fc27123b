"""The deployment's choices that the store applies: times to review, alert level, retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Mapping

from bot.errors import ConfigError
from bot.safety.levels import RiskLevel

if TYPE_CHECKING:
    from bot.config import Settings


@dataclass(frozen=True)
class StorePolicy:
    """See the settings of the same names.

    Attributes:
        sla: Level → time within which staff should have looked.
        alert_level: Lowest level that alerts staff; None when no address is set.
        text, escalation, metadata, audit, tracker: How long each class of data is kept.
        originals: How long sealed originals are kept; None while they are off.
    """

    sla: Mapping[int, timedelta]
    alert_level: int | None
    text: timedelta
    escalation: timedelta
    metadata: timedelta
    audit: timedelta
    tracker: timedelta
    originals: timedelta | None


def read_policy(settings: Settings) -> StorePolicy:
    """Turns settings into a policy.

    Raises:
        ConfigError: A period is not above zero, or the alert level is unknown.
    """
    periods = {
        "retention_text_days": settings.retention_text_days,
        "retention_escalation_days": settings.retention_escalation_days,
        "retention_metadata_days": settings.retention_metadata_days,
        "retention_audit_days": settings.retention_audit_days,
        "retention_tracker_hours": settings.retention_tracker_hours,
    }
    for name, value in periods.items():
        if value <= 0:
            raise ConfigError(f"KINDLIGHT_{name.upper()} is {value}, but it must be above 0.")
    try:
        alert_level = int(RiskLevel.from_label(settings.alert_level))
    except KeyError:
        raise ConfigError(
            f"KINDLIGHT_ALERT_LEVEL is '{settings.alert_level}', but it must be check_in, escalate or emergency."
        ) from None
    minutes = {
        RiskLevel.CHECK_IN: settings.sla_check_in_minutes,
        RiskLevel.ESCALATE: settings.sla_escalate_minutes,
        RiskLevel.EMERGENCY: settings.sla_emergency_minutes,
    }
    return StorePolicy(
        sla={int(level): timedelta(minutes=value) for level, value in minutes.items()},
        alert_level=alert_level if settings.alert_urls.strip() else None,
        text=timedelta(days=settings.retention_text_days),
        escalation=timedelta(days=settings.retention_escalation_days),
        metadata=timedelta(days=settings.retention_metadata_days),
        audit=timedelta(days=settings.retention_audit_days),
        tracker=timedelta(hours=settings.retention_tracker_hours),
        originals=timedelta(hours=settings.sealed_original_hours) if settings.sealed_originals else None,
    )


@lru_cache(maxsize=1)
def get_policy() -> StorePolicy:
    """The policy of this process."""
    from bot.config import get_settings

    return read_policy(get_settings())
