"""OpenAI-compatible endpoints: one small client for all that ask a model.

Hosted services, vLLM, TGI, SGLang, Ollama and llama.cpp speak this protocol. Nothing is sent unless a configuration
names a component that holds an `Endpoint`, and that component has something to ask that was never asked before.
"""

from __future__ import annotations

from ragtune.endpoint._asking import Asked, Asking, Request, ask, rows_or_why
from ragtune.endpoint._batch import PartialMemo
from ragtune.endpoint._budget import BudgetError, reset_budgets
from ragtune.endpoint._client import Client
from ragtune.endpoint._completions import Prompt, complete, delimited, without_thoughts
from ragtune.endpoint._endpoint import Endpoint
from ragtune.endpoint._exchanges import Exchange, called_exchange
from ragtune.endpoint._failures import EndpointError
from ragtune.endpoint._prices import price
from ragtune.endpoint._replies import Called, Completion, called_or_why
from ragtune.endpoint._replying import ReplyingEndpoint
from ragtune.endpoint._settings import Settings

__all__ = [
    "Asked",
    "Asking",
    "BudgetError",
    "Called",
    "Client",
    "Completion",
    "Endpoint",
    "EndpointError",
    "Exchange",
    "PartialMemo",
    "Prompt",
    "ReplyingEndpoint",
    "Request",
    "Settings",
    "ask",
    "called_exchange",
    "called_or_why",
    "complete",
    "delimited",
    "price",
    "reset_budgets",
    "rows_or_why",
    "without_thoughts",
]
