"""Our readers beside LlamaIndex's, and on files that other people's writers made."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from ragtune.readers import READERS, Extracted
from tests.datasets.making import pdf

WORD = re.compile(r"\w+")


def read(path: Path) -> Extracted:
    return READERS[path.suffix[1:]].read(io.BytesIO(path.read_bytes()))


@pytest.fixture
def word(tmp_path):
    """A .docx by python-docx."""
    import docx

    document = docx.Document()
    document.core_properties.title = "Terms"
    document.add_heading("The terms", 0)
    document.add_heading("Warranty", 1)
    document.add_paragraph("It lasts ").add_run("two years").bold = True
    for item in ("parts", "labour"):
        document.add_paragraph(item, style="List Bullet")
    table = document.add_table(2, 2)
    for i, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cell {i}"
    document.add_heading("Return", 2)
    document.save(str(tmp_path / "a.docx"))
    return tmp_path / "a.docx"


@pytest.fixture
def show(tmp_path):
    """A .pptx by python-pptx."""
    import pptx

    presentation = pptx.Presentation()
    for title, lines in (("First", "one\ntwo"), ("Second", "three")):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = lines
        slide.notes_slide.notes_text_frame.text = f"notes of {title}"
    presentation.save(str(tmp_path / "a.pptx"))
    return tmp_path / "a.pptx"


def test_docx(word):
    from llama_index.readers.file.docs import DocxReader

    found = read(word)
    assert found.title == "Terms"
    assert found.text == (
        "# The terms\n\n# Warranty\n\nIt lasts two years\n\n- parts\n- labour\ncell 0 | cell 1\ncell 2 | cell 3\n\n## Return"
    )
    theirs = "\n".join(document.text for document in DocxReader().load_data(word))
    assert WORD.findall(found.text) == WORD.findall(theirs)


def test_pptx(show):
    from llama_index.readers.file.slides import PptxReader

    found = read(show)
    assert found.text == "# First\n\none\ntwo\n\nnotes of First\f# Second\n\nthree\n\nnotes of Second"
    theirs = PptxReader(num_workers=0, raise_on_error=True).load_data(show)
    for ours, slide in zip(found.text.split("\f"), theirs, strict=True):
        assert set(WORD.findall(ours)) <= set(WORD.findall(slide.text))


def test_pdf(tmp_path):
    from llama_index.readers.file.docs import PDFReader

    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("Hello world", "page two", compress=True))
    assert read(path).text.split("\f") == [page.text for page in PDFReader().load_data(path)]


def test_csv(tmp_path):
    from llama_index.readers.file.paged_csv import PagedCSVReader

    path = tmp_path / "a.csv"
    path.write_text('name,"long name"\n"x, y", 1\nz,"two\nlines"\n')
    assert read(path).text.split("\n\n") == [row.text for row in PagedCSVReader().load_data(path)]


def test_rtf(tmp_path):
    from llama_index.readers.file.rtf import RTFReader

    path = tmp_path / "a.rtf"
    path.write_text(r"{\rtf1\ansi\ansicpg1252{\fonttbl\f0 Arial;}One {\b two}\par caf\'e9 \u8364?\par}")
    assert [read(path).text] == [document.text for document in RTFReader().load_data(path)]
