"""Runs the custom actions inside this process, so that `python -m bot ask` and tests need no action server."""

from __future__ import annotations

from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor


class InProcessActions(EndpointConfig):
    """Stands where Rasa expects the action server's address; a request is a function call."""

    def __init__(self, package: str = "actions") -> None:
        """Registers every action of the package.

        Args:
            package: Importable package with `rasa_sdk.Action` classes.
        """
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Runs the action named in the request and returns what the action server would have returned."""
        return await self._executor.run(json or {})
