"""What each edit made of the awkward tools when its version was given: (version, digest)."""

GOLDEN_EDITS: dict[str, tuple[int, str]] = {
    "add-examples": (1, "fbc7003c1dcfff5f"),
    "add-parameter-text": (1, "b1be3adff7f1b07e"),
    "add-when-not-to-use": (1, "6213125af2ad0178"),
    "describe-from": (1, "02bce11c14455a60"),
    "drop-parameter-text": (1, "f5d81fdd185d9618"),
    "first-sentence": (1, "fca1eb9715e2428d"),
    "flatten": (1, "5f2d37d0fb5ce27b"),
    "hide": (1, "4e2d4717f9dd3799"),
    "inline-enums": (1, "d8d0af973fb598ef"),
    "merge-near-duplicates": (1, "a1b9660572fc8bb6"),
    "namespace": (1, "c9d8d88c64ba547e"),
    "rename": (1, "7b8491abbae65c17"),
    "split-by-enum": (1, "a719a59bc55e7397"),
    "strip-markdown": (1, "1d6db9e10aa71aac"),
    "truncate": (1, "ba7bfe6ad3080a29"),
}
