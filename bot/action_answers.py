"""Checks what a custom action answers against Rasa's schema, which is read once.

Rasa checks the schema itself along with every answer; that takes many times as long as the answer's own check.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for


def install() -> None:
    """Puts the check in place of Rasa's, which raises the same errors."""
    from rasa.core.actions.action import RemoteAction

    RemoteAction._validate_action_result = _check  # type: ignore[method-assign]


def _check(action: Any, answer: Any) -> bool:
    """True for a valid answer. Raises jsonschema's ValidationError as Rasa does."""
    error = best_match(_checker().iter_errors(answer))
    if error is None:
        return True
    error.message += ". The action's answer is not one that Rasa understands: https://rasa.com/docs/rasa/custom-actions"
    raise error


@lru_cache(maxsize=1)
def _checker() -> Any:
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
