"""What stored results say about money and time, without asking any model: routing, caching, hosting."""

from __future__ import annotations

from ragtune.economics._caching import CacheRun, Logged, read_log, simulate
from ragtune.economics._hosting import Hosting, Usage, hosting
from ragtune.economics._routing import Route, Routing, route

__all__ = ["CacheRun", "Hosting", "Logged", "Route", "Routing", "Usage", "hosting", "read_log", "route", "simulate"]
