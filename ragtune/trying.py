"""One configuration of tools in memory: what is shown and called, with nothing written but vectors.

A sweep keeps what it finds; here an answer is wanted at once, for tools that may be other ones in a minute. So steps run
one after another in this process, their results stay in memory, and only the row memo outlives it: a text that was
ever embedded is not embedded again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ragtune.callers import Caller
from ragtune.component import digest, parse
from ragtune.config import Config, load_config
from ragtune.designs import find_design
from ragtune.engine.memo import Memo
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.metrics import Metric, parse_metric
from ragtune.pipelines.pipeline import TOOLS
from ragtune.pipelines.tool_data import ToolSteps
from ragtune.pipelines.tools import Sizes, Tools, WiredTools, wire_tools
from ragtune.sweeping import load_data
from ragtune.tools import Case, Cases, Replies, Shown, ToolSet
from ragtune.tools._tokens import tokens_of
from ragtune.toolsets import ToolDataset
from ragtune.types import Corpus, Floats

DEFAULT: Mapping[str, Any] = {"embedder": "minilm", "selector": {"retrieved": {"k": 5}}, "caller": "similarity"}


def design_of(config: str | Path | None, study: str | None, workspace: Workspace) -> Config:
    """A configuration whose baseline is the design to measure: a file's baseline, a study's pick, or `DEFAULT`.

    Args:
        config: A configuration file; its baseline counts.
        study: `STUDY`, whose pick counts (its best, without a verdict), or `STUDY:CONFIG`.
        workspace: Where studies are looked for.
    """
    if config and study:
        raise InputError("give a configuration or a study, not both")
    if config:
        found = load_config(config)
        if found.pipeline is not TOOLS:
            raise InputError(f"{config}: is no configuration of tools (it has no key 'tools')")
        return found
    slots: Mapping[str, Any] = DEFAULT
    if study:
        design = find_design(study, workspace)
        if "selector" not in design.slots:
            raise InputError(f"{design.label} is no design of tools")
        slots = {slot: design.slots[slot] for slot in TOOLS.slots if slot in design.slots}
    return load_config({"name": "design", "tools": ".", "baseline": dict(slots)})


def without_cost(design: Tools) -> Tools:
    """The same with `similarity` for a caller that costs money, or that only knows what it was recorded on."""
    if not (design.caller.priced or design.caller.recorded):
        return design
    made = parse("caller", "similarity")
    assert isinstance(made, Caller)
    return replace(design, caller=made)


class Values:
    """Values of steps, in memory; vectors come from the workspace's memo, and go there.

    With `later`, what is kept is written only when `write` is called, so that nobody who looks on waits for it.
    """

    def __init__(self, workspace: Workspace, *, later: bool = False) -> None:
        self._workspace = workspace
        self._later = later
        self._unwritten: dict[str, Any] = {}
        self._known: dict[str, Any] = {}
        self._same: dict[str, str] = {}
        self.embedded = 0
        """Texts that a model was run for."""

    def give(self, dataset: ToolDataset, data: ToolSteps) -> None:
        """Put the data where the steps find them."""
        self._known.update(
            {
                data.original.key: dataset.toolset,
                data.requests.key: dataset.requests,
                data.query_ids.key: dataset.query_ids,
                data.expected.key: Cases(dataset.cases),
                data.pool.key: Cases(dataset.pool),
            }
        )

    def of(self, step: Step) -> Any:
        """The value of a step; everything below it is computed once."""
        return self._known[self._key(step)]

    def kept(self, steps: Sequence[Step]) -> list[Any]:
        """The values of steps, from the workspace where they were found before; written there unless something failed.

        What an edit ends in is what the next one begins with.
        """
        store = self._workspace.store
        names = {step: digest("tried", step.key) for step in steps}
        if all(store.has(name) for name in names.values()):
            found = [store.get(name, step.result) for step, name in names.items()]
            if all(value is not None for value in found):
                return found
        made = {step: self.of(step) for step in steps}
        if not any(reply.failed for value in made.values() if isinstance(value, Replies) for reply in value.replies):
            self._unwritten.update({names[step]: value for step, value in made.items()})
            if not self._later:
                self.write()
        return list(made.values())

    def write(self) -> None:
        """Write what was found into the workspace."""
        while self._unwritten:
            self._workspace.store.put(*self._unwritten.popitem())

    def _key(self, step: Step) -> str:
        """Under what the value of a step is known, once it is: equal texts made in two ways are the same from there on."""
        if step.key in self._known:
            return self._same.get(step.key, step.key)
        if step.key not in self._same:
            below = [self._key(each) for each in step.inputs]
            key = digest(step.component.key(step.verb), *below)
            if key not in self._known:
                value = self._run(step, [self._known[each] for each in below])
                key = digest(*(f"{d.id}\0{d.text}" for d in value.documents)) if isinstance(value, Corpus) else key
                self._known[key] = value
            self._same[step.key] = key
        return self._same[step.key]

    def _run(self, step: Step, inputs: list[Any]) -> Any:
        if not step.uses_memo:
            return step.run(inputs)
        memo = Memo(self._workspace.memo, step.memo_scope, lambda *_: None)
        try:
            return step.run(inputs, memo=memo)
        finally:
            self.embedded += memo.computed


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a design makes of a tool set with cases. `toolset` is as the design's edits leave it.

    `scores` is (n_metrics, n_cases), nan for a case without a reply; `called` has the ids of the original tools.
    """

    dataset: ToolDataset
    toolset: ToolSet
    shown: Shown
    replies: Replies
    metrics: tuple[str, ...]
    scores: Floats
    called: tuple[tuple[str, ...], ...]

    def of(self, metric: str) -> Floats:
        """(n_cases,) by a metric."""
        found: Floats = self.scores[self.metrics.index(metric)]
        return found


def outcome(dataset: ToolDataset, config: Config, metrics: tuple[Metric, ...], values: Values) -> Outcome:
    """Run a configuration's baseline over a tool set with cases."""
    import numpy as np

    loaded = load_data(dataset, config)
    assert isinstance(loaded, ToolDataset)
    wired = _wired(loaded, config, metrics, values)
    toolset = values.of(wired.toolset)
    shown, replies, *scored = values.kept([wired.shown, wired.replies, *wired.scores])
    labels = tuple(m.label for level in ("ranking", "call") for m in metrics if m.level == level)
    scores = np.concatenate([each.matrix for each in scored]) if scored else np.zeros((0, 0))
    return Outcome(loaded, toolset, shown, replies, labels, scores, _called(toolset, replies))


def _wired(dataset: ToolDataset, config: Config, metrics: tuple[Metric, ...], values: Values) -> WiredTools:
    data = ToolSteps.of(dataset)
    values.give(dataset, data)
    assert isinstance(config.baseline, Tools)
    return wire_tools(config.baseline, data, metrics, Sizes(dataset, data))


def _called(toolset: ToolSet, replies: Replies) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(toolset.original_call(call.tool, call.arguments).tool for call in reply.calls)
        if reply.calls and any(call.tool in toolset.adapters for call in reply.calls)
        else tuple(call.tool for call in reply.calls)
        for reply in replies.replies
    )


@dataclass(frozen=True)
class ShownTool:
    """A tool that a query is shown. `score` is the selector's, `tokens` an estimate; `original` is what it stands for."""

    id: str
    name: str
    score: float | None
    tokens: float
    called: bool
    original: tuple[str, ...]


@dataclass(frozen=True)
class Tried:
    """What happens to one query: the tools shown, in order, and the calls; none of them: the caller abstains."""

    query: str
    design: str
    tools: int
    shown: tuple[ShownTool, ...]
    calls: tuple[Mapping[str, Any], ...]
    confidence: float | None
    failed: str
    tokens: float
    all_tokens: float

    @property
    def abstains(self) -> bool:
        """Whether nothing is called."""
        return not self.calls and not self.failed

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "abstains": self.abstains}


def try_query(query: str, dataset: ToolDataset, config: Config, values: Values, provider: str = "openai") -> Tried:
    """Run a configuration's baseline for one query. Cases are needed only by edits that learn from them."""
    asked = replace(dataset, cases=(_case(query),)) if not config.learns else _asked(dataset, config, query)
    wired = _wired(asked, config, (), values)
    toolset, shown, replies = (values.of(step) for step in (wired.toolset, wired.shown, wired.replies))
    reply = replies.replies[0]
    called = {call.tool for call in reply.calls}
    counts = {each.id: each.tokens for each in tokens_of(toolset.tools, provider).tools}
    scores = shown.score[0][shown.tool[0] >= 0].tolist()
    listed = []
    for place, score in zip(shown.of(0), scores, strict=True):
        tool = toolset.tools[place]
        known = None if score != score else score
        originals = toolset.originals(tool.id)
        listed.append(ShownTool(tool.id, tool.name, known, counts[tool.id], tool.id in called, originals))
    return Tried(
        query=query,
        design=str(wired.configuration),
        tools=len(toolset),
        shown=tuple(listed),
        calls=tuple(toolset.original_call(call.tool, call.arguments).model_dump(mode="json") for call in reply.calls),
        confidence=reply.confidence,
        failed=reply.failed,
        tokens=sum(each.tokens for each in listed),
        all_tokens=sum(counts.values()),
    )


def _asked(dataset: ToolDataset, config: Config, query: str) -> ToolDataset:
    if not dataset.cases:
        raise InputError("this design has edits that learn from cases: give --cases")
    loaded = load_data(dataset, config)
    assert isinstance(loaded, ToolDataset)
    return replace(loaded, cases=(_case(query),))


def _case(query: str) -> Any:
    return Case(id="query", query=query)


def metrics_of(names: tuple[str, ...]) -> tuple[Metric, ...]:
    """Metrics by their labels, each once."""
    return tuple(parse_metric(name) for name in dict.fromkeys(names))
