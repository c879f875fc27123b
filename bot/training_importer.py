"""Reads `data/` for training: Rasa's own format, parsed once and in C, with the names of responses but not their words.

Rasa's file importer parses every file five times in Python and copies all examples once a file: half a minute for ours,
at each training. It also packs every response into the model, where parsing them takes most of a server's start; ours
come from `data/` when they are spoken (`bot.content.responses`), so that a changed word needs no training at all.

A file that is not of the plain shape is left to Rasa's reader, which names what is wrong with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Union

import rasa.shared.data
import rasa.shared.utils.io
import yaml
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.exceptions import YamlSyntaxException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.yaml_text import parse_yaml

_NLU_KEYS = {"version", "nlu", "responses"}
_BLOCK_KINDS = ("intent", "lookup", "synonym", "regex")


class TrainingImporter(RasaFileImporter):
    """Named in the configuration that `bot.training` hands to Rasa."""

    def __init__(
        self,
        config_file: Optional[str] = None,
        domain_path: Optional[str] = None,
        training_data_paths: Optional[Union[List[str], str]] = None,
    ) -> None:
        """Sorts the files by what they hold.

        Args:
            config_file: Rasa's configuration.
            domain_path: The domain file.
            training_data_paths: Folders or files in Rasa's YAML format.

        Raises:
            YamlSyntaxException: A file is no YAML; names file and line.
        """
        self._domain_path = domain_path
        self.config_file = config_file
        paths = rasa.shared.data.get_data_files(training_data_paths, rasa.shared.data.is_likely_yaml_file)
        self._contents = {path: _parse(path) for path in sorted(paths)}
        self._nlu_files = [path for path, content in self._contents.items() if {"nlu", "responses"} & set(content)]
        self._story_files = [path for path, content in self._contents.items() if {"stories", "rules"} & set(content)]
        self._conversation_test_files = [
            path for path in self._story_files if YAMLStoryReader.is_test_stories_file(path)
        ]
        self._story_files = [path for path in self._story_files if path not in self._conversation_test_files]

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """All examples of all files, in one piece."""
        reader = RasaYAMLReader()
        names: List[str] = []
        for path in self._nlu_files:
            reader.filename = path
            content = self._contents[path]
            if not _is_plain(content):
                reader.validate(rasa.shared.utils.io.read_file(path))
            reader._parse_nlu(content.get("nlu"))
            names += content.get("responses") or ()
        return TrainingData(
            reader.training_examples,
            reader.entity_synonyms,
            reader.regex_features,
            reader.lookup_tables,
            {name: [{"text": ""}] for name in names},
        )


def _parse(path: str) -> Dict[str, Any]:
    try:
        content = parse_yaml(Path(path).read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise YamlSyntaxException(path, error) from error
    return content if isinstance(content, dict) else {}


def _is_plain(content: Dict[str, Any]) -> bool:
    """Whether the file is of the shape that needs no schema to be read right."""
    blocks = content.get("nlu") or []
    return (
        set(content) <= _NLU_KEYS
        and isinstance(blocks, list)
        and all(isinstance(block, dict) and _is_plain_block(block) for block in blocks)
    )


def _is_plain_block(block: Dict[str, Any]) -> bool:
    kind = next((kind for kind in _BLOCK_KINDS if kind in block), None)
    return (
        kind is not None
        and set(block) <= {kind, "examples", "metadata"}
        and isinstance(block[kind], str)
        and isinstance(block.get("examples"), str)
    )
