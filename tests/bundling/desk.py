"""The functions of an order desk, the tools that they are, and requests for them."""

from __future__ import annotations

import datetime
import sys
from typing import Literal

from pydantic import BaseModel

import ragtune
from ragtune.bundling import export
from ragtune.component import parse
from ragtune.engine.workspace import Workspace
from ragtune.tools import Case, ExpectedCall, ToolSet
from ragtune.toolsets import ToolDataset


class Address(BaseModel):
    """Where a parcel goes."""

    street: str
    city: str


def cancel_order(order: int, reason: Literal["late", "wrong"] | None = None) -> str:
    """Cancel an order that has not been shipped. It is gone for good."""
    return f"cancelled {order} ({reason})"


def find_orders(customer: str, since: datetime.date | None = None) -> list[str]:
    """Find the orders of a customer by name. Newest first."""
    return [f"{customer} since {since.isoformat() if since else 'ever'}"]


def ship_order(order: int, to: Address) -> str:
    """Send a parcel to an address. Takes a day."""
    return f"{order} goes to {to.street}, {to.city}"


def set_light(mode: Literal["on", "off"]) -> str:
    """Switch the lamp in the store room."""
    return f"the lamp is {mode}"


async def read_invoice(number: int) -> str:
    """Read a paper of the accounts department by its number."""
    return f"invoice {number}"


def read_receipt(number: int) -> str:
    """Read a paper of the accounts department by its number."""
    return f"receipt {number}"


FUNCTIONS = (cancel_order, find_orders, ship_order, set_light, read_invoice, read_receipt)
ASKED = {
    "cancel_order": ["cancel the order 4711 at once", "I want my order gone"],
    "find_orders": ["what did Ms Lindqvist order by name", "newest orders of a customer"],
    "ship_order": ["send the parcel to Oslo", "address for the parcel"],
    "set_light": ["switch the lamp off please"],
    "read_invoice": ["read the invoice paper", "invoice number seven of accounts"],
    "read_receipt": ["receipt paper of accounts"],
}


def toolset() -> ToolSet:
    """As signatures and docstrings tell."""
    return parse("toolformat", "python").read(list(FUNCTIONS))  # type: ignore[attr-defined, no-any-return]


def dataset(tools: ToolSet | None = None) -> ToolDataset:
    """The tools with cases: one for nobody, one that is offered two tools alone."""
    cases = [
        Case(id=f"{name}-{i}", query=query, calls=(ExpectedCall(tool=name),))
        for name, queries in ASKED.items()
        for i, query in enumerate(queries)
    ]
    cases.append(Case(id="none", query="who was the last emperor"))
    cases.append(Case(id="few", query="parcel of paper", calls=(ExpectedCall(tool="read_receipt"),),
                      tools=("read_receipt", "set_light")))  # fmt: skip
    return ToolDataset("desk", tools or toolset(), tuple(cases))


def shipped(folder, edits=("none",), selector="all", tools=None, embedder="none"):
    """A bundle of one design, each edit applied; beside it the workspace."""
    caller = {"similarity": {"retriever": "bm25"}}
    baseline = {"edits": [*edits], "selector": selector, "caller": caller, "embedder": embedder}
    config = {"tools": "desk", "name": "desk", "baseline": baseline, "space": {"caller": caller}}
    study = ragtune.sweep(dataset(tools), config, workspace=folder / "workspace")
    export(study, Workspace(folder / "workspace"), study.scores.configurations[0], folder / "bundle")
    return folder / "bundle"


MODULE = sys.modules[__name__]
