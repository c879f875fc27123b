"""Chooses the phrasings that need not be learned from: `python -m bot refit phrasings`.

Fits one label model on all phrasings, which takes as long as a training did before (a quarter of an hour to forty
minutes), and keeps the list. Run it when the stored list no longer fits: after some thousands of new phrasings.
"""

from __future__ import annotations

import yaml

from bot.config import PROJECT_DIR


def main() -> None:
    """Writes the list and says how many are in it."""
    from bot import rasa_process

    rasa_process.prepare()
    from bot.nlu import redundant_phrasings
    from bot.nlu.intent_classifier import SemanticIntentClassifier, phrasings_of
    from bot.nlu.label_model import LabelModel
    from bot.nlu.sentence_encoder import SentenceEncoder
    from bot.training import TRAINING_DIRS
    from bot.training_importer import TrainingImporter

    importer = TrainingImporter(training_data_paths=[str(PROJECT_DIR / name) for name in TRAINING_DIRS])
    labels, texts, encoded = phrasings_of(SentenceEncoder().process_training_data(importer.get_nlu_data()))
    pipeline = yaml.safe_load((PROJECT_DIR / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    config = next(part for part in pipeline if part["name"].endswith(SemanticIntentClassifier.__name__))
    options = SemanticIntentClassifier.options_of({**SemanticIntentClassifier.get_default_config(), **config})
    own = LabelModel.train(encoded, labels, options).own
    is_redundant = redundant_phrasings.redundant(labels, own)
    redundant_phrasings.write(labels, texts, is_redundant)
    print(f"{is_redundant.sum():,} of {len(labels):,} phrasings are left out of the label model.")
