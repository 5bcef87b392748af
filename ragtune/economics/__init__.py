"""What stored results say about money and time, without asking any model: routing, chains, caching, hosting, throughput."""

from __future__ import annotations

from ragtune.economics._bill import COSTS, Bill, Cost, bill, known
from ragtune.economics._caching import CacheRun, Logged, read_log, simulate
from ragtune.economics._fallback import Fallback, chain, thresholds
from ragtune.economics._features import RUNTIME, runtime_score
from ragtune.economics._frontier import Choice, Estimate, Frontier, Point, frontier
from ragtune.economics._hosting import Hosting, Usage, hosting
from ragtune.economics._prompt_cache import Layout, Messages, layout
from ragtune.economics._providers import Provider, provider, providers
from ragtune.economics._routing import Route, Routing, route
from ragtune.economics._stored import Stored, pair, stored
from ragtune.economics._throughput import ASSUMPTION, Throughput, makespan, throughput

__all__ = [
    "ASSUMPTION",
    "COSTS",
    "RUNTIME",
    "Bill",
    "CacheRun",
    "Choice",
    "Cost",
    "Estimate",
    "Fallback",
    "Frontier",
    "Hosting",
    "Layout",
    "Logged",
    "Messages",
    "Point",
    "Provider",
    "Route",
    "Routing",
    "Stored",
    "Throughput",
    "Usage",
    "bill",
    "chain",
    "frontier",
    "hosting",
    "known",
    "layout",
    "makespan",
    "pair",
    "provider",
    "providers",
    "read_log",
    "route",
    "runtime_score",
    "simulate",
    "stored",
    "thresholds",
    "throughput",
]
