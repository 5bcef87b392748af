"""Chat completions through the row memo: a prompt is answered once, ever."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragtune.component import RowMemo
from ragtune.endpoint._client import Client


@dataclass(frozen=True)
class Prompt:
    """What is asked, and which of several answers to the same question is meant."""

    user: str
    system: str = ""
    draw: int = 0

    @property
    def row(self) -> str:
        """The text under which the row memo keeps the answer."""
        return json.dumps([self.system, self.user, self.draw], ensure_ascii=False)


def complete(
    memo: RowMemo, client: Callable[[], Client], prompts: Sequence[Prompt], *, temperature: float | None = 0.0
) -> list[str]:
    """An answer to each prompt, asking only those never asked before; `temperature` None is not sent."""
    rows = memo.rows([prompt.row for prompt in prompts], lambda: _Rows(client(), temperature))
    return [row.decode("utf-8", "surrogatepass") for row in rows]


def without_thoughts(completion: str) -> str:
    """The answer, without the `<think>…</think>` that some models put before it."""
    return re.sub(r"^\s*(<think>)?.*?</think>", "", completion, count=1, flags=re.DOTALL).strip()


def delimited(texts: Sequence[str], label: str) -> str:
    """Texts as data in a prompt: numbered from 1, between marks that the texts cannot hold, for they depend on all of them."""
    nonce = hashlib.blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    blocks = [f"<{label}-{nonce} id=[{i}]>\n{text}\n</{label}-{nonce}>" for i, text in enumerate(texts, 1)]
    return "\n".join(blocks)


class _Rows:
    """A chat model whose rows are completions in UTF-8; every prompt is a batch."""

    def __init__(self, client: Client, temperature: float | None) -> None:
        self._client = client
        self._temperature = temperature
        self.workers = client.settings.concurrency

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        return [[i] for i in range(len(texts))]

    async def rows(self, texts: Sequence[str]) -> list[bytes]:
        return [await self._ask(text) for text in texts]

    async def _ask(self, row: str) -> bytes:
        system, user, _draw = json.loads(row)
        messages = [{"role": "system", "content": system}] if system else []
        messages.append({"role": "user", "content": user})
        completion = await self._client.achat(messages, temperature=self._temperature)
        return completion.text.encode("utf-8", "surrogatepass")
