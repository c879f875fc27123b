"""Rasa imports without TensorFlow, and a configuration that needs it is refused in words."""

import subprocess
import sys

import pytest

from bot import tensorflow_stand_in
from bot.errors import ConfigError

WITHOUT_TENSORFLOW = """
from bot import tensorflow_stand_in
tensorflow_stand_in.install()
import rasa.core.agent, rasa.model_training, rasa.core.run
import tensorflow
assert not tensorflow_stand_in.is_tensorflow_installed()
class Layer(tensorflow.keras.layers.Layer):
    pass
assert not isinstance(3, tensorflow.Tensor)
print("imported")
"""


@pytest.mark.skipif(
    tensorflow_stand_in.is_tensorflow_installed(), reason="TensorFlow is installed here; nothing to stand in for"
)
def test_rasa_imports_without_tensorflow():
    done = subprocess.run([sys.executable, "-c", WITHOUT_TENSORFLOW], capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("imported"), done.stderr[-2000:]


@pytest.mark.skipif(tensorflow_stand_in.is_tensorflow_installed(), reason="TensorFlow is installed here")
@pytest.mark.parametrize("component", ["DIETClassifier", "rasa.nlu.classifiers.diet_classifier.DIETClassifier"])
def test_config_that_needs_tensorflow_is_refused_with_the_way_out(tmp_path, component):
    path = tmp_path / "config.yml"
    path.write_text(f"pipeline:\n- name: {component}\n")
    with pytest.raises(ConfigError, match="needs TensorFlow"):
        tensorflow_stand_in.check_config(path)


def test_config_of_this_project_needs_no_tensorflow():
    from bot.config import PROJECT_DIR

    tensorflow_stand_in.check_config(PROJECT_DIR / "config.yml")
