"""Documents of two sentences, one of which answers a question."""

from __future__ import annotations

import ragtune

ANIMALS = {
    "cat": "hunts at dawn",
    "dog": "barks at strangers",
    "owl": "sees in the dark",
    "bee": "makes honey",
    "fox": "digs a den",
    "eel": "swims upstream",
    "ant": "carries leaves",
    "cow": "chews all day",
}


def document(name, does, title=None):
    """`The owl is an animal. It sees in the dark.`"""
    legs = {"legs": 0 if name == "eel" else 4}
    return ragtune.Document(name, f"The {name} is an animal. It {does}.", title or f"Of the {name}", legs)


def query(name, does):
    """Asks for the second sentence."""
    text = document(name, does).text
    evidence = ragtune.Evidence(name, text.index("It "), len(text))
    return ragtune.Query(f"q-{name}", f"Who {does}, pray tell?", (evidence,), (f"The {name}.",))


def dataset(documents=None, asked=ANIMALS):
    """All of them, unless other documents are given."""
    held = tuple(document(*pair) for pair in ANIMALS.items()) if documents is None else tuple(documents)
    return ragtune.Dataset("animals", held, tuple(query(*pair) for pair in asked.items()), {})
