"""On processors that the pinned OpenBLAS does not know, fast kernels are asked for by name."""

import os
import subprocess
import sys

import pytest

from bot.processor import choose_kernels

NEW = "processor : 0\nmodel : 207\nflags : fpu sse2 avx fma avx2 avx512f amx_int8\n\nprocessor : 1\n"
OLD = "processor : 0\nmodel : 44\nflags : fpu sse2 ssse3\n"


@pytest.fixture
def unset(monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    yield
    # What the code under test set itself is not monkeypatch's to take back.
    os.environ.pop("OPENBLAS_CORETYPE", None)


def test_a_processor_with_avx2_gets_those_kernels(unset, tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(NEW)
    choose_kernels(cpuinfo)
    assert os.environ["OPENBLAS_CORETYPE"] == "Haswell"


@pytest.mark.parametrize("text", [OLD, "", None])
def test_an_older_or_unknown_one_is_left_to_openblas(unset, tmp_path, text):
    cpuinfo = tmp_path / "cpuinfo"
    if text is not None:
        cpuinfo.write_text(text)
    choose_kernels(cpuinfo)
    assert "OPENBLAS_CORETYPE" not in os.environ


def test_what_an_operator_set_stays(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "SkylakeX")
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(NEW)
    choose_kernels(cpuinfo)
    assert os.environ["OPENBLAS_CORETYPE"] == "SkylakeX"


def test_the_program_asks_before_numpy_is_imported():
    code = (
        "import sys, bot.processor as processor; seen = []; "
        "processor.choose_kernels = lambda: seen.append('numpy' in sys.modules); "
        "import bot.__main__; assert seen == [False], seen"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
