"""Files of other formats than text, sound and broken, made by hand: as little of each format as its readers need."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def pdf(
    *pages: str, title: str = "", compress: bool = False, streams: Sequence[bytes] = (), trailer: str = ""
) -> bytes:
    """A PDF with a line of text a page, or the content streams given; `trailer` is added to the file's trailer."""
    streams = streams or [f"BT /F1 12 Tf 72 700 Td ({page}) Tj ET".encode() for page in pages]
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, stream in enumerate(streams):
        data = zlib.compress(stream, 9) if compress else stream
        packed = " /Filter /FlateDecode" if compress else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * i} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(f"<< /Length {len(data)}{packed} >>\nstream\n".encode() + data + b"\nendstream")
    objects.append(f"<< /Title ({title}) >>".encode())
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    info = f" /Info {len(objects)} 0 R" if title else ""
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R{info} {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def encrypted_pdf(algorithm: str = "RC4-128") -> bytes:
    """A PDF that wants a password."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("secret"))))
    writer.encrypt("opensesame", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive of such files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def word(body: str, styles: str = "", **parts: str) -> bytes:
    """A .docx with that inside its body."""
    found = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
    }
    if styles:
        found["word/styles.xml"] = f'<w:styles xmlns:w="{W}">{styles}</w:styles>'
    return archive(found | parts)


def paragraph(text: str, style: str = "") -> str:
    """A paragraph of a .docx."""
    told = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{told}<w:r><w:t>{text}</w:t></w:r></w:p>"


def slides(*bodies: str, **parts: str) -> bytes:
    """A .pptx with a slide a body; the order of the files is not the order of the show."""
    names = [f"slide{len(bodies) - i}.xml" for i in range(len(bodies))]
    listed = "".join(f'<p:sldId r:id="rId{i}" id="{256 + i}"/>' for i in range(len(bodies)))
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{R}/slide" Target="slides/{name}"/>' for i, name in enumerate(names)
    )
    show = f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>'
    found = {
        "ppt/presentation.xml": show,
        "ppt/_rels/presentation.xml.rels": f'<Relationships xmlns="{RELS}">{related}</Relationships>',
    }
    for name, body in zip(names, bodies, strict=True):
        tree = f"<p:cSld><p:spTree>{body}</p:spTree></p:cSld>"
        found[f"ppt/slides/{name}"] = f'<p:sld xmlns:p="{P}" xmlns:a="{A}">{tree}</p:sld>'
    return archive(found | parts)


def shape(*lines: str, kind: str = "") -> str:
    """A shape of a slide with a paragraph a line."""
    told = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>' if kind else ""
    text = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    return f"<p:sp>{told}<p:txBody>{text}</p:txBody></p:sp>"


def book(*chapters: str, title: str = "A book", spine: Sequence[str] | None = None, **parts: str) -> bytes:
    """An .epub whose files stand in the archive in the reverse order."""
    items = "".join(f'<item id="c{i}" href="text/c%20{i}.xhtml"/>' for i in range(len(chapters)))
    refs = "".join(f'<itemref idref="{id}"/>' for id in spine or [f"c{i}" for i in range(len(chapters))])
    opf = f"<package><metadata><title>{title}</title></metadata><manifest>{items}</manifest><spine>{refs}</spine></package>"
    files = {f"OPS/text/c {i}.xhtml": chapters[i] for i in reversed(range(len(chapters)))}
    container = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    return archive({"META-INF/container.xml": container, "OPS/book.opf": opf, **files} | parts)


def notebook(*cells: tuple[str, Any], **more: Any) -> str:
    """An .ipynb of (kind, source) cells."""
    found = [{"cell_type": kind, "source": source, "metadata": {}} for kind, source in cells]
    return json.dumps({"cells": found, "nbformat": 4, "nbformat_minor": 5, "metadata": {}} | more)
