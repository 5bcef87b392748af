"""The summary for a pull request."""

from __future__ import annotations

from ragtune.report import markdown
from ragtune.report._markdown import text
from tests.report.made_up import gathered


def test_a_summary_is_this():
    data = gathered(6, 4)
    data["configurations"]["measures"]["nDCG@10"] = [0.4, 0.9, 0.85, 0.8, 0.7, 0.6]
    data["configurations"]["difference"] = [0.0, 0.5, 0.45, 0.4, 0.3, 0.2]
    data["configurations"]["p"] = [None, 0.0001, 0.02, 0.03, 1.0, 1.0]
    data["configurations"]["measures"]["latency_p95_ms"] = [10.0, 120.0, 5.0, 7.25, None, 1.0]
    for bound in ("low", "high", "difference_low", "difference_high"):
        data["configurations"][bound] = [None] * 6
    assert markdown(data) == (
        """### There is a better design.

The pick: this one.

|  | Design | nDCG@10 | vs. baseline | p | p95 latency, ms |
| --- | --- | ---: | ---: | ---: | ---: |
| baseline | sentence · bm25 | 0.400 |  |  | 10.0 |
| **pick** | tokens · bm25 | 0.800 | +0.400 | 0.030 | 7.25 |
| tied | tokens · dense | 0.900 | +0.500 | < 0.001 | 120 |
| tied | sentence · hybrid | 0.850 | +0.450 | 0.020 | 5.00 |
|  | sentence · dense | 0.700 | +0.300 | 1.000 | unknown |

| Measure | Target | Pick | Baseline | Gap |
| --- | ---: | ---: | ---: | ---: |
| nDCG@10 | ≥ 0.9 | 0.8 [0.7, 0.9] | 0.4 | 0.1 |

| Evidence of the pick | Pieces | Share | If that stage were perfect |
| --- | ---: | ---: | ---: |
| cut by the chunker | 1 | 10.0 % | +2 |
| over budget | 2 | 20.0 % | +2 |
| **reached the context** | 7 | 70.0 % |  |

> few queries

<sub>study · 6 designs · study study-1</sub>
"""
    )


def test_texts_do_nothing():
    assert text("a_b nDCG@10 *x* `y` [z](u) a|b\n<img src=x>") == (
        r"a_b nDCG@10 \*x\* \`y\` \[z\](u) a\|b &lt;img src=x&gt;"
    )
    joiner = "\u2060"
    assert text("ask @you about #12 on https://x.org or www.x.org") == (
        f"ask @{joiner}you about #{joiner}12 on https://{joiner}x.org or www.{joiner}x.org"
    )
