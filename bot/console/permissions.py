"""What each role may do, and the decorator every view wears. A view without one is refused at start."""

from __future__ import annotations

from enum import Enum
from functools import wraps
from typing import Any, Callable, FrozenSet, Mapping, TypeVar

from bot.store.constants import ADMIN, AUDITOR, CONTENT_EDITOR, LEAD, REVIEWER

View = TypeVar("View", bound=Callable[..., Any])


class Permission(str, Enum):
    """One thing a person may do."""

    OWN_ACCOUNT = "own_account"
    READ = "read"
    REVIEW = "review"
    ASSIGN_OTHERS = "assign_others"
    OPEN_ORIGINALS = "open_originals"
    QUALITY = "quality"
    FIGURES = "figures"
    EXPORT = "export"
    AUDIT = "audit"
    CONTENT = "content"
    STAFF = "staff"


P = Permission
_REVIEWER = frozenset({P.OWN_ACCOUNT, P.READ, P.REVIEW, P.QUALITY, P.CONTENT})
_LEAD = _REVIEWER | {P.ASSIGN_OTHERS, P.OPEN_ORIGINALS, P.FIGURES, P.EXPORT}

ROLE_PERMISSIONS: Mapping[str, FrozenSet[Permission]] = {
    REVIEWER: _REVIEWER,
    LEAD: _LEAD,
    # Proves that conversations were read, without reading them.
    AUDITOR: frozenset({P.OWN_ACCOUNT, P.AUDIT, P.FIGURES, P.EXPORT, P.CONTENT}),
    # Works on answers from unanswered questions; sees no conversation.
    CONTENT_EDITOR: frozenset({P.OWN_ACCOUNT, P.QUALITY, P.FIGURES, P.CONTENT}),
    ADMIN: _LEAD | {P.AUDIT, P.STAFF},
}


def may(role: str, permission: Permission) -> bool:
    """Whether a role carries a permission; an unknown role carries none."""
    return permission in ROLE_PERMISSIONS.get(role, frozenset())


def requires(permission: Permission) -> Callable[[View], View]:
    """Marks a view: only signed-in staff whose role carries the permission get in, others see 403."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            from flask import abort, g

            if not may(g.user.role, permission):
                abort(403)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def public(view: View) -> View:
    """Marks a view that needs no sign-in: signing in itself, health, style sheets."""
    view.permission = None  # type: ignore[attr-defined]
    return view
