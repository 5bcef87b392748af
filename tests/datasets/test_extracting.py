"""Text out of files that are no plain text: what is taken, what is kept, and what ends in a fault."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.datasets import _extracting, load_dataset
from ragtune.datasets._extract_cache import Cache
from ragtune.datasets._extracting import Extraction, _Child
from ragtune.datasets._reading import Faults
from ragtune.errors import DatasetError, MissingModelError, StepError
from ragtune.readers import READERS, SUFFIXES, Extracted, Reader, UnreadableError, _child
from ragtune.types import Document, Evidence
from tests.datasets.making import A, archive, book, encrypted_pdf, notebook, paragraph, pdf, shape, slides, word
from tests.datasets.writing import faults, only_fault, write

HEADINGS = "".join(
    f'<w:style w:styleId="{id}"><w:name w:val="{name}"/></w:style>'
    for id, name in [("berschrift1", "heading 1"), ("H2", "Heading 2"), ("T", "Title"), ("L", "List Bullet")]
)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("RAGTUNE_CACHE", str(folder))
    return folder


def dataset(root: Path, first: str, **files) -> Path:
    row = {"id": "q", "text": "What?", "evidence": [{"doc": first}]}
    return write(root, {**files, "queries.jsonl": [row]})


def load(root: Path, name: str, content: str | bytes, **knobs) -> Document:
    dataset(root, name, **{name: content})
    (found,) = load_dataset({"folder": {"path": str(root), **knobs}}).documents
    return found


# What is taken out


def test_pdf_pages_are_cut_by_form_feeds(tmp_path):
    found = load(tmp_path, "a.PDF", pdf("Hello world", "", "last page", title="The title"))
    assert found.text == "Hello world\f\flast page"
    assert found.title == "The title"
    assert found.metadata == {"format": "pdf", "pages": 3, "page_starts": [0, 12, 13]}
    assert [found.text[start:][:4] for start in found.metadata["page_starts"]] == ["Hell", "\flas", "last"]


def test_docx(tmp_path):
    body = (
        paragraph("The handbook", "T")
        + paragraph("Warranty", "berschrift1")
        + "<w:p><w:r><w:t>Two</w:t><w:tab/><w:t xml:space='preserve'>years </w:t></w:r>"
        + "<w:ins><w:r><w:t>ins</w:t></w:r></w:ins><w:del><w:r><w:delText>del</w:delText></w:r></w:del></w:p>"
        + paragraph("one", "L")
        + "<w:p><w:pPr><w:numPr><w:numId w:val='3'/></w:numPr></w:pPr><w:r><w:t>two</w:t></w:r></w:p>"
        + "<w:tbl><w:tr><w:tc>"
        + paragraph("a")
        + "</w:tc><w:tc>"
        + paragraph("b")
        + paragraph("c")
        + "</w:tc></w:tr><w:tr><w:tc>"
        + paragraph("d")
        + "</w:tc></w:tr></w:tbl>"
        + paragraph("Sub", "H2")
    )
    note = (
        '<x:footnotes xmlns:x="urn:w"><x:footnote><x:p><x:r><x:t>A note.</x:t></x:r></x:p></x:footnote></x:footnotes>'
    )
    found = load(tmp_path, "a.docx", word(body, HEADINGS, **{"word/footnotes.xml": note}))
    assert found.text == (
        "# The handbook\n\n# Warranty\n\nTwo\tyears ins\n\n- one\n- two\na | b c\nd\n\n## Sub\n\nA note."
    )
    assert (found.title, found.metadata) == ("The handbook", {"format": "docx"})


def test_docx_text_boxes_once(tmp_path):
    box = f"<w:txbxContent>{paragraph('boxed')}</w:txbxContent>"
    both = f'<m:AlternateContent xmlns:m="urn:m"><m:Choice>{box}</m:Choice><m:Fallback>{box}</m:Fallback></m:AlternateContent>'
    found = load(tmp_path, "a.docx", word(f"<w:p><w:r><w:t>out</w:t>{both}</w:r></w:p>"))
    assert found.text == "out\n\nboxed"


def test_pptx_in_the_order_of_the_show(tmp_path):
    rows = "<a:tr><a:tc><a:p><a:r><a:t>x</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>y</a:t></a:r></a:p></a:tc></a:tr>"
    table = f"<p:graphicFrame><a:graphic><a:tbl>{rows}</a:tbl></a:graphic></p:graphicFrame>"
    spoken = shape("say it", kind="body").replace("p:", "n:")
    notes = f'<n:notes xmlns:n="urn:n" xmlns:a="{A}"><n:cSld><n:spTree>{spoken}</n:spTree></n:cSld></n:notes>'
    found = load(
        tmp_path,
        "a.pptx",
        slides(
            shape("Start", kind="ctrTitle") + shape("one", "two") + shape("7", kind="sldNum"),
            f"<p:grpSp>{shape('inner')}</p:grpSp>{table}",
            **{
                "ppt/slides/_rels/slide2.xml.rels": '<R><Relationship Id="r" Type="a/notesSlide" Target="../n.xml"/></R>',
                "ppt/n.xml": notes,
            },
        ),
    )
    assert found.text == "# Start\n\none\ntwo\n\nsay it\finner\n\nx | y"
    assert found.title == "Start"
    assert found.metadata == {"format": "pptx", "pages": 2, "page_starts": [0, 25]}


def test_epub_in_reading_order(tmp_path):
    found = load(tmp_path, "a.epub", book("<h1>One</h1><p>first", "<?xml version='1.0'?><!DOCTYPE html><p>zwei é"))
    assert (found.text, found.title) == ("# One\n\nfirst\fzwei é", "A book")
    assert found.metadata == {"format": "epub", "pages": 2, "page_starts": [0, 13]}


PAGE = (
    "<!doctype html><html><head><title>T &amp; U</title><style>p {}</style><script>var x = '<p>no</p>'</script></head>"
    "<body><h2>Warranty\n &lt;now&gt;</h2><p>Two <b>ye</b>ars<br>from   delivery.\r\n<p>New.<ul><li>a<li>b<ol><li>c</ul>"
    "<table><tr><th>k<th>v<tr><td>1<td></td><td>2</table><pre>  keep\n    # this</pre><template>no</template>end</body>"
)


def test_html_as_text(tmp_path):
    found = load(tmp_path, "a.htm", PAGE)
    assert found.text == (
        "## Warranty <now>\n\nTwo years\nfrom delivery.\n\nNew.\n\n- a\n- b\n  1. c\nk | v\n1 | | 2\n\n"
        "```\n  keep\n    # this\n```\n\nend"
    )
    assert (found.title, found.metadata) == ("T & U", {"format": "html"})


def test_html_as_it_is(tmp_path):
    found = load(tmp_path, "a.html", "\ufeff" + PAGE, html="raw")
    assert (found.text, found.title) == (PAGE, "T & U")
    assert load(tmp_path, "a.html", "\ufeff" + PAGE).text.startswith("## Warranty")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"<meta charset=iso-8859-1><p>caf\xe9 \x80", "café €"),
        (b"<meta http-equiv=x content='text/html; charset=windows-1251'>\xef", "п"),
        ("<meta charset='utf-16'>é".encode(), "é"),
        ("<p>é \U0001f600".encode("utf-16"), "é \U0001f600"),
        (b"\xef\xbb\xbf<meta charset=latin-1>\xc3\xa9", "é"),
    ],
)
def test_html_encodings(tmp_path, raw, text):
    assert load(tmp_path, "a.html", raw).text == text


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        (
            "a.csv",
            'name,"long\nname",\r\n"x, y",1,\r\n\r\nz,,3\r\n',
            "name: x, y\nlong name: 1\n\nname: z\ncolumn 3: 3",
        ),
        ("a.csv", "\ufeffa;b\n1,5;2\n", "a: 1,5\nb: 2"),
        ("a.tsv", "a\tb\n1\t2", "a: 1\nb: 2"),
        ("a.csv", "only\nx\n", "only: x"),
    ],
)
def test_csv(tmp_path, name, content, text):
    found = load(tmp_path, name, content)
    assert found.text == text
    assert found.metadata["rows"] == text.count("\n\n") + 1


def test_ipynb(tmp_path):
    cells = [("markdown", ["# A *title*\n", "prose"]), ("code", "s = '```'\n"), ("code", ""), ("raw", "r")]
    found = load(tmp_path, "a.ipynb", notebook(*cells, metadata={"language_info": {"name": "python"}}))
    assert found.text == "# A *title*\nprose\n\n````python\ns = '```'\n````\n\nr"
    assert (found.title, found.metadata) == ("A *title*", {"format": "ipynb", "cells": 4})


def test_ipynb_of_format_3(tmp_path):
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}]}
    assert load(tmp_path, "a.ipynb", json.dumps(old)).text == "```\nx = 1\n```"


def test_rtf(tmp_path):
    found = load(
        tmp_path,
        "a.rtf",
        rb"{\rtf1\ansi\ansicpg1252{\info{\title A title}}{\fonttbl\f0 Arial;}Two\par caf\'e9 \u8364?}",
    )
    assert (found.text, found.title, found.metadata) == ("Two\ncafé €", "A title", {"format": "rtf"})


def test_a_quote_in_a_pdf(tmp_path):
    row = {"id": "q", "text": "How long?", "evidence": [{"doc": "d/a.pdf", "quote": "two years"}]}
    write(tmp_path, {"d/a.pdf": pdf("Warranty", "lasts two years"), "queries.jsonl": [row]})
    found = load_dataset(tmp_path)
    assert found.queries[0].evidence == (Evidence("d/a.pdf", 15, 24),)


def test_other_files_are_counted(tmp_path):
    files = {"a.md": "x", "b.xyz": b"\xff", "d/c.XYZ": "", "Makefile": "", ".hidden.xyz": "", "scan.pdf": pdf("")}
    root = dataset(tmp_path, "a.md", **files)
    write(root, {"dataset.yaml": "folder: {}"})
    found = load_dataset(root)
    assert found.left_out == {
        "empty document": ("scan.pdf",),
        "file of a format that is not read: no suffix": ("Makefile",),
        "file of a format that is not read: .xyz": ("b.xyz", "d/c.XYZ"),
    }


# What is broken

SOUND = word(paragraph("text " * 500))
V5 = (
    "/ID [<00><00>] /Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 /P -4 /O <{0}> /U <{0}> /OE <{1}> /UE <{1}> "
    "/Perms <{2}> /CF << /StdCF << /CFM /AESV3 /Length 32 >> >> /StmF /StdCF /StrF /StdCF >>"
)


def mismatched() -> bytes:
    """A .docx whose main part does not match its checksum."""
    raw = bytearray(archive({"word/document.xml": "<document/>"}, zipfile.ZIP_STORED))
    raw[raw.index(b"<document/>") + 1] ^= 1
    return bytes(raw)


BROKEN: dict[str, tuple[str | bytes | Callable[[], bytes], int, str]] = {
    "empty.pdf": (b"", 0, "the file is empty"),
    "cut.pdf": (pdf("one", "two")[:-40], 0, "no end mark (%%EOF)"),
    "head.pdf": (pdf("one")[:300], 0, "no end mark (%%EOF)"),
    "password.pdf": (encrypted_pdf(), 0, "the PDF is encrypted; save it without a password"),
    "aes.pdf": (
        pdf("x", trailer=V5.format("00" * 48, "00" * 32, "00" * 16)),
        0,
        "save it without a password"
        if find_spec("cryptography")
        else "encrypted with AES; to read it: pip install 'pypdf[crypto]'",
    ),
    "png.pdf": (b"\x89PNG\r\n\x1a\n" + b"\0" * 2000, 0, "is no PDF; it looks like a PNG image"),
    "jpeg.pdf": (b"\xff\xd8\xff\xe0" + b"x" * 2000, 0, "is no PDF; it looks like a JPEG image"),
    "word.pdf": (SOUND, 0, "is no PDF; it looks like a ZIP archive"),
    "text.pdf": ("just text", 0, "is no PDF"),
    "nothing.pdf": (b"%PDF-1.4\n%%EOF\n", 0, "the PDF is damaged: "),
    "pageless.pdf": (pdf(), 0, "the PDF has no pages"),
    "bomb.pdf": (lambda: pdf(compress=True, streams=[b" " * 100_000_000]), 0, "page 1 of 1 is damaged: Limit reached"),
    "empty.docx": (b"", 0, "the file is empty"),
    "text.docx": ("no archive", 0, "is no Word file (.docx)"),
    "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, 0, "it looks like an old or encrypted Office file"),
    "cut.docx": (SOUND[:-60], 0, "the ZIP archive is damaged or cut off"),
    "other.docx": (archive({"a.txt": "x"}), 0, "is no Word file (.docx): it has no word/document.xml"),
    "show.docx": (slides(shape("x")), 0, "it has no word/document.xml; it looks like .pptx"),
    "checksum.docx": (mismatched(), 0, "its part word/document.xml is damaged: Bad CRC-32"),
    "xml.docx": (
        archive({"word/document.xml": "<a><b></a>"}),
        0,
        "word/document.xml is no XML: mismatched tag: line 1",
    ),
    "laughs.docx": (
        archive({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        0,
        "word/document.xml declares a document type (DTD)",
    ),
    "deep.docx": (word("<w:ins>" * 9000 + "</w:ins>" * 9000), 0, "nested too deep"),
    "bomb.docx": (
        lambda: archive({"word/document.xml": b" " * 100_000_000}),
        0,
        "word/document.xml would unpack to 100,000,000 bytes, of which 67,108,864 are allowed",
    ),
    "empty.pptx": (b"", 0, "the file is empty"),
    "slideless.pptx": (slides(), 0, "the presentation has no slides"),
    "word.pptx": (SOUND, 0, "is no PowerPoint file (.pptx): it has no ppt/presentation.xml; it looks like .docx"),
    "lost.pptx": (
        slides(shape("x"), **{"ppt/_rels/presentation.xml.rels": "<Relationships/>"}),
        0,
        "slide 1 is named in ppt/presentation.xml and not in the file",
    ),
    "gap.pptx": (
        slides(shape("x"), **{"ppt/slides/slide1.xml": "<broken"}),
        0,
        "its part ppt/slides/slide1.xml is no XML: unclosed token",
    ),
    "empty.epub": (b"", 0, "the file is empty"),
    "gzip.epub": (gzip.compress(b"x"), 0, "is no book (.epub); it looks like a gzip archive"),
    "unlisted.epub": (book("<p>x", spine=["c0", "c7"]), 0, "puts 'c7' in the book and does not list it"),
    "locked.epub": (
        book("<p>x", **{"META-INF/encryption.xml": '<e><CipherReference URI="OPS/text/c%200.xhtml"/></e>'}),
        0,
        "OPS/text/c 0.xhtml is encrypted (DRM)",
    ),
    "unnamed.epub": (archive({"META-INF/container.xml": "<container/>"}), 0, "names no package file"),
    "bytes.html": (b"<p>one\n<p>tw\xff", 2, "byte 0xff at offset 12 is no UTF-8; save the file as UTF-8"),
    "png.html": (b"\x89PNG\r\n\x1a\nrest", 1, "byte 0x89 at offset 0 is no UTF-8; it looks like a PNG image"),
    "nul.html": (b"<p>\n\0", 2, "byte 4 is NUL, so this is no text"),
    "unknown.html": ("<meta charset=klingon><p>x", 1, "declares the encoding 'klingon', which is not known"),
    "codec.html": ("<meta charset=rot13><p>x", 1, "declares the encoding 'rot13', which is none of text"),
    "ragged.csv": ("a,b\n1,2\n3,4,5\n6\n", 3, "the row that ends here has 3 cells, and the first row names 2 columns"),
    "short.csv": ("a,b\n1,2\n\n3\n", 4, "has 1 cells"),
    "quote.csv": ('a,b\n1,"2\n3,4\n', 3, "no CSV: unexpected end of data"),
    "stray.csv": ('a,b\n1,"2"3\n', 2, "no CSV: ',' expected after '\"'"),
    "bytes.csv": (b"a,b\n1,\xe9\n", 2, "byte 0xe9 at offset 6 is no UTF-8"),
    "nul.csv": (b"a,b\n1,\0\n", 2, "byte 6 is NUL"),
    "excel.csv": (SOUND, 1, "is NUL, so this is no text; it looks like a ZIP archive"),
    "empty.ipynb": (b" \n", 0, "the file is empty"),
    "text.ipynb": ("# not\njson", 1, "no notebook: not JSON at column 1"),
    "cut.ipynb": (notebook(("code", "x"))[:-20], 1, "no notebook: not JSON at column"),
    "cells.ipynb": ('{"nbformat": 4}', 0, "no notebook: it has no list of 'cells'"),
    "list.ipynb": ("[]", 0, "no notebook: the JSON is no object"),
    "cell.ipynb": ('{"cells": [7]}', 0, "cell 1 is no object"),
    "source.ipynb": (notebook(("code", "x"), ("code", 5)), 0, "cell 2 has no 'source'"),
    "deep.ipynb": ("[" * 100_000, 0, "nested too deep"),
    "bytes.ipynb": (b'{"cells": "\xff"}', 1, "byte 0xff at offset 11 is no UTF-8"),
    "empty.rtf": (b"", 0, "the file is empty"),
    "text.rtf": ("plain", 0, "is no RTF text"),
    "cut.rtf": (rb"{\rtf1\ansi {\b bold} and", 0, "ends inside a group: the file is cut off"),
    "page.rtf": (rb"{\rtf1\ansi\ansicpg99999 x}", 1, "declares the code page 99999, which is not known"),
    "bytes.rtf": (b"{\\rtf1\\ansi\\ansicpg1252\nx\x81}", 2, "byte 0x81 at offset 25 is no CP1252"),
    "nul.txt": (b"\0" * 5000, 0, "no text: 5,000 bytes are NUL, the first at offset 0"),
    "utf-16.txt": (("ab" * 100).encode("utf-16-le"), 0, "no text: 200 bytes are NUL, the first at offset 1"),
    "png.md": (b"\x89PNG\r\n", 1, "byte 0x89 at offset 0 is no UTF-8"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Faults by file of one load of all broken files at once, and of a sound one between them."""
    root = tmp_path_factory.mktemp("broken")
    files = {name: content() if callable(content) else content for name, (content, _, _) in BROKEN.items()}
    found = faults(dataset(root, "m.pdf", **files, **{"m.pdf": pdf("sound")}))
    assert {Path(fault.file).parent for fault in found} == {root}
    return [(Path(fault.file).name, fault.line, fault.message) for fault in found]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_fault(told, name):
    _, line, message = BROKEN[name]
    ((_, found_line, found),) = [fault for fault in told if fault[0] == name]
    assert message in found
    assert found_line == line


def test_nothing_else_is_wrong(told):
    assert len(BROKEN) >= 60
    assert {name for name, _, _ in told} == set(BROKEN)


def test_empty_text_formats_are_left_out_like_empty_text(tmp_path):
    root = dataset(tmp_path, "a.md", **{"a.md": "x", "b.csv": "", "c.html": b"\n", "d.csv": "only,names\n"})
    assert load_dataset(root).left_out == {"empty document": ("b.csv", "c.html", "d.csv")}


SAMPLES = {
    "pdf": pdf("Hello", "world", title="T", compress=True),
    "docx": word(paragraph("Hello", "T"), HEADINGS),
    "pptx": slides(shape("Hello")),
    "epub": book("<p>Hello"),
    "html": PAGE.encode(),
    "html-raw": PAGE.encode(),
    "csv": b'a,b\n1,"2"\n',
    "ipynb": notebook(("code", "x")).encode(),
    "rtf": rb"{\rtf1\ansi{\info{\title A}}Two\par caf\'e9}",
}


def test_there_is_a_sample_of_every_reader():
    assert set(SAMPLES) == set(READERS) >= set(SUFFIXES.values())


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_is_damaged_there_is_text_or_a_fault(tmp_path_factory, name, data):
    raw = bytearray(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(raw)
    answer, text = _child._extract(path, name)
    assert text.decode() is not None
    assert ("fault" in answer) != ("bytes" in answer)


@pytest.mark.parametrize("compress", [False, True])
def test_a_pdf_cut_anywhere_is_whole_or_refused(compress):
    raw = pdf("Hello", "world", compress=compress)
    whole = READERS["pdf"].read(io.BytesIO(raw))
    for end in range(len(raw)):
        with suppress(UnreadableError):
            assert READERS["pdf"].read(io.BytesIO(raw[:end])) == whole


# Limits


def ask(root: Path, **limits) -> tuple[Faults, Extraction]:
    found = Faults()
    return found, Extraction(found, limits.get("memory_mb", 200), limits.get("seconds", 60))


def one(found: Faults) -> str:
    with pytest.raises(DatasetError) as caught:
        found.check()
    (fault,) = caught.value.faults
    return fault.message


def test_too_much_memory_is_a_fault_and_the_next_file_is_read(tmp_path):
    write(tmp_path, {"a.docx": word("<w:p/>" * 500_000), "b.docx": SOUND})
    found, extraction = ask(tmp_path, memory_mb=24)
    with extraction:
        assert extraction.read(tmp_path / "a.docx", "docx") is None
        assert extraction.read(tmp_path / "b.docx", "docx").text.startswith("text text")
    assert "needs more than 24 MB; if the file is sound, raise memory_mb" in one(found)


def test_too_much_time_is_a_fault_and_the_next_file_is_read(tmp_path):
    write(tmp_path, {"a.pdf": pdf(compress=True, streams=[b"BT (a) Tj ET\n" * 1_000_000]), "b.pdf": pdf("b")})
    found, extraction = ask(tmp_path, seconds=1, memory_mb=1000)
    with extraction:
        assert extraction.read(tmp_path / "a.pdf", "pdf") is None
        assert extraction.read(tmp_path / "b.pdf", "pdf").text == "b"
    assert "takes longer than 1 s; if the file is sound, raise seconds" in one(found)


def test_a_crash_is_a_fault_and_the_next_file_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # opening it waits
    child = _Child(200)
    threading.Timer(0.3, child._process.kill).start()
    assert child.ask({"path": str(tmp_path / "pipe"), "reader": "pdf"}, 60) is None
    assert child.cause(60) == "it ended with status -9"
    child.end()
    write(tmp_path, {"a.pdf": pdf("a"), "b.pdf": pdf("b")})
    found, extraction = ask(tmp_path)
    with extraction:
        assert extraction.read(tmp_path / "a.pdf", "pdf").text == "a"
        extraction._child._process.kill()
        extraction._child._process.wait()
        assert extraction.read(tmp_path / "b.pdf", "pdf").text == "b"
    assert not found


def test_a_child_that_cannot_start_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(_extracting, "_MODULE", "ragtune.no_such_module")
    write(tmp_path, {"a.pdf": pdf("a")})
    with pytest.raises(StepError, match=r"does not start: .*no_such_module"), ask(tmp_path)[1] as extraction:
        extraction.read(tmp_path / "a.pdf", "pdf")


def test_too_large_files_are_not_opened(tmp_path):
    for name in ("a.pdf", "b.csv", "c.txt", "d.md"):
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(2 * 1024**3)
    found = faults(dataset(tmp_path, "e.md", **{"e.md": "x"}))
    assert [(Path(fault.file).name, fault.message) for fault in found] == [
        ("a.pdf", "the file is larger than 268,435,456 bytes"),
        *((name, "the file is larger than 67,108,864 bytes") for name in ("b.csv", "c.txt", "d.md")),
    ]


def test_a_missing_package_names_the_pip_line(tmp_path, monkeypatch):
    def missing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(_extracting, "version", missing)
    with pytest.raises(MissingModelError, match=r"a\.pdf needs the extra 'readers': pip install pypdf$"):
        load(tmp_path, "a.pdf", pdf("a"))
    assert load(tmp_path / "more", "a.csv", "a\n1").text == "a: 1"


# Through the command line, in less than 500 MB


def check(root: Path) -> tuple[int, str, int]:
    """Exit code, what is told, and the largest memory (MB) of ragtune or its child."""
    script = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-m', 'ragtune', 'dataset', 'check', sys.argv[1]])\n"
        "print('PEAK', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
        "sys.exit(done.returncode)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(root)], capture_output=True, text=True)
    return done.returncode, done.stderr, int(done.stdout.rsplit("PEAK", 1)[1])


def test_huge_lines_and_bombs_end_in_errors(tmp_path):
    write(
        tmp_path,
        {
            "zip.docx": archive({"word/document.xml": b" " * 100_000_000}),
            "xml.docx": word(paragraph("x" * 60_000_000 + "\U0001f600")),
        },
    )
    for name, begins in [
        ("zeros.txt", b""),
        ("line.md", b"x" * 1_000_000),
        ("queries.jsonl", b'{"id": "' + b"x" * 70_000_000),
    ]:
        with (tmp_path / name).open("wb") as stream:
            stream.write(begins)
            stream.truncate(2_000_000_000)
    code, told, peak = check(tmp_path)
    assert code == 2
    assert "Traceback" not in told
    for message in (
        "zip.docx: its part word/document.xml would unpack to 100,000,000 bytes",
        "xml.docx: taking the text out needs more than 320 MB",
        "zeros.txt: the file is larger than 67,108,864 bytes",
        "line.md: the file is larger than 67,108,864 bytes",
        "queries.jsonl:1: the line is longer than 67,108,864 bytes",
    ):
        assert message in " ".join(told.split())
    assert peak < 500


# The cache


@pytest.fixture
def no_child(monkeypatch):
    """From when it is called on, no child may be started."""

    def refuse(*args) -> None:
        raise AssertionError("a child was started")

    return lambda: monkeypatch.setattr(_extracting, "_Child", refuse)


def entries(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


def test_what_was_extracted_once_is_read_from_the_cache(tmp_path, cache, no_child):
    first = load(tmp_path / "1", "a.pdf", pdf("a", "b", title="T"))
    no_child()
    again = load(tmp_path / "2", "other name.pdf", pdf("a", "b", title="T"))
    assert (again.text, again.title, again.metadata) == (first.text, first.title, first.metadata)
    assert len(entries(cache / "extracted")) == 1


def test_faults_are_not_kept(tmp_path, cache):
    assert only_fault(dataset(tmp_path, "a.pdf", **{"a.pdf": "x"}))[2] == "is no PDF"
    assert entries(cache) == []


def test_other_knobs_and_versions_are_other_entries(tmp_path, cache, monkeypatch):
    load(tmp_path, "a.html", PAGE)
    load(tmp_path, "a.html", PAGE, html="raw")
    assert len(entries(cache)) == 2
    old = READERS["html"]
    monkeypatch.setitem(READERS, "html", Reader("html", old.version + 1, old.suffixes, old.read))
    load(tmp_path, "a.html", PAGE)
    assert len(entries(cache)) == 3
    load(tmp_path / "pdf", "a.pdf", pdf("x"))
    monkeypatch.setattr(_extracting, "version", lambda package: "99")
    load(tmp_path / "pdf", "a.pdf", pdf("x"))
    assert len(entries(cache)) == 5


@pytest.mark.parametrize("damage", [b"", b"x", b"\n\n", b"[1, 2]\nx"])
def test_a_damaged_entry_is_extracted_again(tmp_path, cache, damage):
    first = load(tmp_path, "a.pdf", pdf("a", title="T"))
    (entry,) = entries(cache)
    whole = entry.read_bytes()
    entry.write_bytes(damage)
    assert load(tmp_path, "a.pdf", pdf("a", title="T")) == first
    assert entry.read_bytes() == whole


def test_an_entry_is_whole_or_none(tmp_path):
    kept = Cache(tmp_path)
    found = Extracted("text\n\fé\r", "title\n", {"format": "pdf", "page_starts": [0, 6]})
    kept.put("ab12", found)
    assert kept.get("ab12") == found
    (entry,) = entries(tmp_path)
    whole = entry.read_bytes()
    for at in range(len(whole)):
        entry.write_bytes(whole[:at])
        assert kept.get("ab12") is None
        entry.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert kept.get("ab12") is None


def test_a_cache_that_cannot_be_written_is_no_matter(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("RAGTUNE_CACHE", str(tmp_path / "file"))
    assert load(tmp_path / "data", "a.pdf", pdf("a")).text == "a"


def test_the_same_text_in_every_process(tmp_path, monkeypatch):
    samples = {f"a.{name}": content for name, content in SAMPLES.items() if name != "html-raw"}
    root = dataset(tmp_path / "data", "a.pdf", **samples)
    digests = set()
    for seed in ("1", "2"):
        monkeypatch.setenv("RAGTUNE_CACHE", str(tmp_path / seed))
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        digests.add(load_dataset(root).corpus_digest)
    assert len(digests) == 1
