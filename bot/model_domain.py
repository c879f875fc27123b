"""Keeps the domain inside a trained model as JSON beside Rasa's YAML, which takes Rasa three slow passes to read."""

from __future__ import annotations

import json
from typing import Any, Dict

from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain

_FILE_NAME = "domain.json"

_persist_as_yaml = DomainProvider._persist
_load_from_yaml = DomainProvider.load.__func__  # type: ignore[attr-defined]


def install() -> None:
    """Makes Rasa's provider write and prefer the JSON file; models without one load as before."""
    DomainProvider._persist = _persist  # type: ignore[method-assign]
    DomainProvider.load = classmethod(_load)  # type: ignore[method-assign,assignment]


def _persist(self: DomainProvider, domain: Domain) -> None:
    _persist_as_yaml(self, domain)
    with self._model_storage.write_to(self._resource) as folder:
        (folder / _FILE_NAME).write_text(json.dumps(domain.as_dict()), encoding="utf-8")


def _load(
    cls: type[DomainProvider],
    config: Dict[str, Any],
    model_storage: ModelStorage,
    resource: Resource,
    execution_context: ExecutionContext,
    **kwargs: Any,
) -> DomainProvider:
    with model_storage.read_from(resource) as folder:
        path = folder / _FILE_NAME
        if not path.is_file():
            return _load_from_yaml(cls, config, model_storage, resource, execution_context, **kwargs)
        domain = Domain.from_dict(json.loads(path.read_text(encoding="utf-8")))
    return cls(model_storage, resource, domain)
