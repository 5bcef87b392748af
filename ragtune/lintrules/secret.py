"""RT501: a key or password in what a model is shown."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._texts import all_strings, prose
from ragtune.tools import Tool

KINDS = {
    "an OpenAI or Anthropic key": r"\bsk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{20,}",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})",
    "an AWS key": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a Google key": r"\bAIza[A-Za-z0-9_-]{35}",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a Stripe key": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "a Hugging Face token": r"\bhf_[A-Za-z0-9]{30,}",
    "a private key": r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{10,200}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10}",
    "a password in a URL": r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,60}:[^\s:/@<>{}$*]{3,60}@[\w.-]+",
}
_KINDS = {what: re.compile(pattern) for what, pattern in KINDS.items()}
_LONG = re.compile(r"[A-Za-z0-9+/_=-]{24,200}")
_NEAR = re.compile(r"(?:key|token|secret|passw|credential|bearer|auth)[^\n]{0,40}$", re.I)
_PLACEHOLDER = re.compile(r"example|your|xxx|\.\.\.|<|placeholder|dummy|user(?:name)?:pass|123456|abcdef", re.I)


@register
class Secret(LintRule):
    """A text, default or example holds what looks like a key, a token or a password: every model and log gets it.

    Known forms of keys, and long random texts (at least `bits` bits of entropy a character) close to words such as `key`.
    Placeholders (`your-key`, `xxx`) do not count. Source: ragtune.
    """

    code = "RT501"
    severity = "error"
    bad = (
        {
            "name": "ask",
            "input_schema": {
                "properties": {"key": {"type": "string", "default": "sk-" + "q8Zr2LmV7tKc4XwN9bHs3JdF6yGp"}}
            },
        },
    )
    good = (
        {
            "name": "ask",
            "input_schema": {"properties": {"key": {"type": "string", "description": "Starts with sk-, e.g. sk-xxx"}}},
        },
    )

    bits: float = 4.2

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each text with one; the secret itself is not repeated."""
        for path, raw in all_strings(tool):
            what = self._what(prose(raw), path)
            if what:
                yield path, f"this looks like {what}"

    def _what(self, text: str, path: Path) -> str:
        for what, pattern in _KINDS.items():
            match = pattern.search(text)
            if match and not _PLACEHOLDER.search(match[0]):
                return what
        beside = " ".join(str(part) for part in path)
        for match in _LONG.finditer(text):
            before = f"{beside} {text[max(0, match.start() - 60) : match.start()]}"
            if _NEAR.search(before) and _is_random(match[0], self.bits) and not _PLACEHOLDER.search(match[0]):
                return "a key or password"
        return ""


def _is_random(text: str, bits: float) -> bool:
    kinds = sum(any(test(c) for c in text) for test in (str.islower, str.isupper, str.isdigit))
    counts = Counter(text).values()
    return kinds == 3 and -sum(n / len(text) * math.log2(n / len(text)) for n in counts) >= bits
