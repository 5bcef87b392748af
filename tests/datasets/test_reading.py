"""Limits and files that are no files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ragtune.datasets import _reading
from ragtune.datasets._reading import Faults, read_lines, read_objects, read_text
from ragtune.errors import DatasetError


def told(faults: Faults) -> list[tuple[int, str]]:
    with pytest.raises(DatasetError) as caught:
        faults.check()
    return [(fault.line, fault.message) for fault in caught.value.faults]


def test_long_lines_end_the_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(_reading, "MAX_LINE_BYTES", 8)
    (tmp_path / "f").write_bytes(b"1234567\n12345678\n1\n")
    faults = Faults()
    assert [line for _, line in read_lines(tmp_path / "f", faults)] == ["1234567\n"]
    assert told(faults) == [(2, "the line is longer than 8 bytes; nothing from here on was read")]


def test_large_files_are_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(_reading, "MAX_FILE_BYTES", 3)
    (tmp_path / "f").write_bytes(b"1234")
    faults = Faults()
    assert read_text(tmp_path / "f", faults) is None
    assert told(faults) == [(0, "the file is larger than 3 bytes")]


def test_no_file_a_folder_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    faults = Faults()
    for name in ("none", "pipe", "."):
        assert read_text(tmp_path / name, faults) is None
    assert sorted(message for _, message in told(faults)) == ["not a file", "not a file", "there is no such file"]


def test_faults_stop_somewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(_reading, "MAX_FAULTS", 3)
    (tmp_path / "f").write_text("x\n" * 10)
    with pytest.raises(DatasetError, match="reading stopped after 3 faults"):
        list(read_objects(tmp_path / "f", Faults()))


def test_marks_and_line_ends(tmp_path):
    (tmp_path / "f").write_bytes(b'\xef\xbb\xbf{"a": "\xe2\x80\xa8"}\r\n\r\n  \n{"b": "\\ud83d\\ude00"}')
    faults = Faults()
    found = list(read_objects(tmp_path / "f", faults))
    assert [(place.line, value) for place, value in found] == [(1, {"a": "\u2028"}), (4, {"b": "\U0001f600"})]
    assert not faults


def test_offsets_of_bad_bytes_count_from_the_file(tmp_path):
    path = Path(tmp_path / "f")
    path.write_bytes(b"abc\nd\xff\n")
    faults = Faults()
    assert len(list(read_lines(path, faults))) == 1
    assert told(faults) == [(2, "byte 0xff at offset 5 is no UTF-8; save the file as UTF-8")]
