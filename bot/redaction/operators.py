"""How a found detail is replaced: a Presidio operator that asks the conversation's memory for a placeholder."""

from __future__ import annotations

from typing import Any, Dict, Optional

from presidio_anonymizer.operators import Operator, OperatorType

#: Key of the memory in the operator's parameters.
MEMORY = "memory"
PLACEHOLDER = "placeholder"


class Placeholder(Operator):
    """Replaces "Katie" by `<PERSON_1>`, the same number each time in one conversation."""

    def operate(self, text: Optional[str] = None, params: Optional[Dict[str, Any]] = None) -> str:
        """The placeholder for this text."""
        parameters = params or {}
        return parameters[MEMORY].placeholder(parameters["entity_type"], text or "")

    def validate(self, params: Optional[Dict[str, Any]] = None) -> None:
        """A memory must be given.

        Raises:
            ValueError: It is missing.
        """
        if MEMORY not in (params or {}):
            raise ValueError("The placeholder operator needs a ConversationMemory under 'memory'.")

    def operator_name(self) -> str:
        """The name used in an OperatorConfig."""
        return PLACEHOLDER

    def operator_type(self) -> OperatorType:
        """It anonymizes."""
        return OperatorType.Anonymize
