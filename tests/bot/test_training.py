"""When something must be trained again."""

import shutil

from bot import training
from bot.config import PROJECT_DIR
from bot.safety import training as safety_training


def test_a_changed_risk_example_makes_the_model_stale_so_that_no_server_starts_with_a_minute_of_training(
    trained_model, monkeypatch
):
    assert training.is_model_current()
    monkeypatch.setattr(safety_training, "data_stamp", lambda: "of other examples")
    assert not safety_training.is_current()
    assert not training.is_model_current()


def test_a_safety_engine_that_is_missing_or_cut_short_is_not_current(trained_model, tmp_path):
    stored = trained_model.parent / "safety.npz"
    assert safety_training.is_current(stored)
    assert not safety_training.is_current(tmp_path / "safety.npz")
    (tmp_path / "safety.npz").write_bytes(stored.read_bytes()[:2000])
    assert not safety_training.is_current(tmp_path / "safety.npz")


def test_the_words_of_a_response_train_nothing_and_a_phrasing_does(tmp_path):
    for name in ("data/nlu", "config.yml", "domain.yml"):
        source, target = PROJECT_DIR / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    before = training.fingerprint(tmp_path)
    page = tmp_path / "data" / "nlu" / "faq" / "about_icmec.yml"
    page.write_text(page.read_text().replace("responses:", "responses:\n  # a word about wording", 1))
    assert training.fingerprint(tmp_path) == before
    page.write_text(page.read_text().replace("    - ", "    - what is icmec for\n    - ", 1))
    assert training.fingerprint(tmp_path) != before
