"""A tuned design in production: what it is asked, whether that has changed, and which of two designs does better.

A log of queries is a file of JSON lines. `monitor` holds it against the profile of the tuning queries, `compare_arms` tells
two bundles apart, and `dataset_of` makes its clicks and thumbs a dataset for the next sweep. The tests may be looked at after
every query: the probability that they ever raise a false alarm is bounded, not that of one look.
"""

from __future__ import annotations

from ragtune.production._ab import Split, interleave
from ragtune.production._ab_report import Comparison, compare_arms
from ragtune.production._betting import Means, judge_mean, queries_to_tell
from ragtune.production._drift import Finding
from ragtune.production._drop import Drop, judge_drop, judge_promise, queries_to_find
from ragtune.production._feedback import Gathered, dataset_of
from ragtune.production._log import QueryLog
from ragtune.production._logged import Answered, Logged, logged
from ragtune.production._monitor import Monitoring, Window, monitor
from ragtune.production._profile import Profile, profile_of, profile_of_log, read_profile, write_profile
from ragtune.production._records import Feedback, Log, Result, Score, Served, read_log
from ragtune.production._spans import retrieval_span

__all__ = [
    "Answered",
    "Comparison",
    "Drop",
    "Feedback",
    "Finding",
    "Gathered",
    "Log",
    "Logged",
    "Means",
    "Monitoring",
    "Profile",
    "QueryLog",
    "Result",
    "Score",
    "Served",
    "Split",
    "Window",
    "compare_arms",
    "dataset_of",
    "interleave",
    "judge_drop",
    "judge_mean",
    "judge_promise",
    "logged",
    "monitor",
    "profile_of",
    "profile_of_log",
    "queries_to_find",
    "queries_to_tell",
    "read_log",
    "read_profile",
    "retrieval_span",
    "write_profile",
]
