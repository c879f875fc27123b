"""Word tables are read from disk as they are needed, and stay in memory where that is not possible."""

import numpy as np
import pytest

from bot.mapped_tables import mapped

TABLE = np.arange(600, dtype=np.float16).reshape(60, 10)


def is_on_disk(table):
    while table is not None and not isinstance(table, np.memmap):
        table = table.base
    return table is not None


def test_a_table_is_written_once_and_mapped(tmp_path):
    path = tmp_path / "models" / "words.npy"
    first = mapped(TABLE, path)
    written = path.stat().st_mtime_ns
    again = mapped(TABLE, path)
    assert is_on_disk(first) and is_on_disk(again) and path.stat().st_mtime_ns == written
    np.testing.assert_array_equal(again[[3, 0, 59]], TABLE[[3, 0, 59]])
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY half of a"])
def test_a_half_written_file_is_written_again(tmp_path, content):
    path = tmp_path / "words.npy"
    path.write_bytes(content)
    np.testing.assert_array_equal(mapped(TABLE, path), TABLE)


def test_a_table_of_another_shape_is_not_used(tmp_path):
    path = tmp_path / "words.npy"
    mapped(TABLE[:5], path)
    np.testing.assert_array_equal(mapped(TABLE, path), TABLE)


def test_where_nothing_can_be_written_the_table_stays_in_memory(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert mapped(TABLE, blocked / "words.npy") is TABLE
