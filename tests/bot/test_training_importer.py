"""Training data are read once and fast, as Rasa reads them, and without the words of responses."""

import json

import pytest
from rasa.shared.exceptions import YamlException
from rasa.shared.importers.rasa import RasaFileImporter

from bot.learned_from import learned_from
from bot.training_importer import TrainingImporter

NLU = """version: "3.1"
nlu:
- intent: faq/block_someone
  examples: |
    - how do i block someone
    - block [him](person)
- intent: greet
  examples: |
    - hello
- lookup: platform
  examples: |
    - a video game
responses:
  utter_faq/block_someone:
  - text: "Open the profile and choose block."
"""
RULES = """version: "3.1"
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "faq.yml").write_text(NLU)
    (tmp_path / "rules.yml").write_text(RULES)
    return tmp_path


def examples(data):
    return sorted((one.get("text"), one.get_full_intent(), json.dumps(one.get("entities"))) for one in data.training_examples)


def test_examples_and_lookups_are_those_that_rasa_reads(folder):
    ours = TrainingImporter(training_data_paths=[str(folder)]).get_nlu_data()
    rasas = RasaFileImporter(training_data_paths=[str(folder)]).get_nlu_data()
    assert examples(ours) == examples(rasas)
    assert ours.lookup_tables == rasas.lookup_tables


def test_a_response_keeps_its_name_and_not_its_words(folder):
    ours = TrainingImporter(training_data_paths=[str(folder)]).get_nlu_data()
    assert ours.responses == {"utter_faq/block_someone": [{"text": ""}]}


def test_rules_are_told_from_examples(folder):
    importer = TrainingImporter(training_data_paths=[str(folder)])
    assert [path.rsplit("/", 1)[-1] for path in importer._story_files] == ["rules.yml"]


@pytest.mark.parametrize("broken", ["nlu:\n- intent: [greet\n", "nlu:\n- intent: {greet: 3}\n  examples: 5\n"])
def test_a_broken_file_is_named(folder, broken):
    (folder / "broken.yml").write_text(broken)
    with pytest.raises(YamlException, match="broken.yml"):
        TrainingImporter(training_data_paths=[str(folder)]).get_nlu_data()


def test_changing_the_words_of_a_response_needs_no_training_and_changing_an_example_does(folder):
    before = learned_from(NLU.encode())
    assert learned_from(NLU.replace("Open the profile", "Go to the profile").encode()) == before
    assert learned_from(NLU.replace("- hello", "- hello there").encode()) != before
    assert learned_from(NLU.replace("utter_faq/block_someone", "utter_faq/other").encode()) != before
