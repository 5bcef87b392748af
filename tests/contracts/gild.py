"""Prints the golden lines anew, after an output moved on purpose and its version went up: `python -m tests.contracts.gild`."""

from __future__ import annotations

from ragtune.component import find
from tests.contracts.golden import GOLDEN
from tests.contracts.golden_edits import GOLDEN_EDITS
from tests.contracts.golden_tools import GOLDEN_TOOLS
from tests.contracts.run import CORPUS, digest_of
from tests.contracts.test_components import GILDED, make
from tests.contracts.test_edits import edit_digest
from tests.contracts.test_tools import GILDED as GILDED_TOOLS
from tests.contracts.test_tools import tool_digest

for kind, word in GILDED:
    component = make(kind, word)
    found = component.version, digest_of(component, CORPUS)
    note = "" if GOLDEN.get((kind, word)) in (None, found) else f"  # was {GOLDEN[kind, word]}"
    print(f'    ("{kind}", "{word}"): ({found[0]}, "{found[1]}"),{note}')
for word in GOLDEN_EDITS:
    line = find("edit", word).version, edit_digest(word)
    print(
        f'    "{word}": ({line[0]}, "{line[1]}"),',
        "" if line == GOLDEN_EDITS[word] else f"  # was {GOLDEN_EDITS[word]}",
    )
for kind, word in GILDED_TOOLS:
    line = find(kind, word).version, tool_digest(kind, word)
    was = GOLDEN_TOOLS.get((kind, word), line)
    print(f'    ("{kind}", "{word}"): ({line[0]}, "{line[1]}"),', "" if line == was else f"  # was {was}")
