"""Our own format of cases: pleasant to write by hand."""

from __future__ import annotations

from pathlib import Path

from ragtune.caseformats import CaseFormat, Reading
from ragtune.caseformats._building import Builder, made_id
from ragtune.caseformats._models import CaseRow, validated
from ragtune.caseformats._rows import first_row, rows_of
from ragtune.component import register
from ragtune.errors import DatasetError
from ragtune.tools._files import YAML

KEY = "cases"


@register
class CasesFile(CaseFormat):
    """A list of cases, or `{cases: […]}`, in YAML or JSON; or JSON lines, one case each.

    ```yaml
    - query: Where is my order 1234?
      call: search_orders                      # any arguments
    - query: Orders of May, in euros
      call:
        tool: search_orders
        arguments: {month: 5}                  # the one value that is right; a list is a list
        any_of: {currency: [EUR, euro]}        # any of these
        optional: [currency]                   # may be left out all the same
        alternatives: [list_orders]            # other tools that are right
    - query: Block my card and tell me my balance
      calls: [block_card, get_balance]         # all of them
      order: given                             # in this order; `any` unless given
    - query: Who won the cup in 1966?
      none: true                               # no tool fits; `calls: []` says the same
      tools: [search_orders, block_card]       # only these are offered
      tags: [off-topic]
    ```

    A case without an `id` gets one made of its query and the tools offered, so that it stays the same wherever the case
    stands and however its answer is corrected. `accept` takes what the short forms cannot say: shapes of objects.

    Source: ragtune.
    """

    def reading(self, path: Path) -> Reading:
        """The cases in the order of the file."""
        builder = Builder()
        try:
            rows = rows_of(path, (KEY,))
        except DatasetError as error:
            return Reading(faults=tuple(error.faults))
        for node in rows:
            row = validated(CaseRow, node, builder.fault)
            if row is not None:
                builder.add(row.case(made_id), node)
        return builder.reading()

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """YAML, or rows with a query and what is to be called for it."""
        if path.suffix.lower() in YAML:
            return True
        row = first_row(path, (KEY,))
        return "query" in row and not row.keys().isdisjoint(("call", "calls", "none"))
