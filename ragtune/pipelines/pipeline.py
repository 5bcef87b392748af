"""What a pipeline is to a sweep: its slots, its data, and how a configuration becomes steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ragtune.datasets import Dataset, load_dataset
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.metrics import Metric
from ragtune.objectives import CONTEXT, TOOL, Measures
from ragtune.pipelines import rag, tools
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.rag import Rag, wire_rag
from ragtune.pipelines.tool_data import ToolSteps
from ragtune.pipelines.tools import Sizes, Tools, wire_tools
from ragtune.toolsets import ToolDataset, load_toolset
from ragtune.types import Ints


class Design(Protocol):
    """One configuration: a component in every slot."""

    def spec(self) -> dict[str, Any]:
        """Slot -> the YAML value that gives what is in it."""
        ...


class Wired(Protocol):
    """A configuration and the steps it ends in."""

    @property
    def configuration(self) -> Design:
        """What was wired, slots emptied that nothing rests on."""
        ...

    @property
    def outcome(self) -> Step:
        """What a request ends in, and is timed by."""
        ...

    @property
    def key(self) -> str:
        """Configurations with equal keys do the same work, however they are written."""
        ...

    @property
    def scores(self) -> tuple[Step, ...]:
        """The steps that end in scores, in the order of the pipeline's levels."""
        ...


class Steps(Protocol):
    """The data as steps."""

    @property
    def request(self) -> Step:
        """What holds the requests."""
        ...

    @property
    def identity(self) -> tuple[str, ...]:
        """What a study of this data is known by."""
        ...

    def sources(self) -> dict[str, Step]:
        """Under the names by which components ask for them."""
        ...

    def store(self, dataset: Any, workspace: Workspace) -> None:
        """Put the data where the engine finds them."""
        ...


Data = Dataset | ToolDataset


@dataclass(frozen=True)
class Pipeline:
    """A pipeline as data and functions.

    Attributes:
        slots: In the order in which things flow through them.
        many: The slot that holds several components in a row, "" where none does.
        optional: The slots that may be empty.
        defaults: What stands in a slot that the space leaves out.
        fixed: Slots in which the baseline has the default, rather than the first that the space names.
        measures: Which metrics and costs there are.
        design: From the parts in the order of the slots to a configuration.
        load: From what a configuration names (and the folder it is relative to) to the data.
        steps: From the data and the fold of each query to its steps.
        wirer: From data, steps and metrics to what wires a configuration.
    """

    name: str
    slots: tuple[str, ...]
    many: str
    optional: tuple[str, ...]
    defaults: Mapping[str, Any]
    fixed: tuple[str, ...]
    measures: Measures
    design: Callable[..., Design]
    load: Callable[[Any, Path | None], Data]
    steps: Callable[[Any, Ints | None], Steps]
    wirer: Callable[[Any, Any, Sequence[Metric]], Callable[[Any], Wired]]


def _load_tools(source: Any, root: Path | None) -> ToolDataset:
    if isinstance(source, Mapping):
        return load_toolset(source["tools"], source.get("cases"), root)
    return load_toolset(source, None, root)


def _wire_tools(
    dataset: ToolDataset, data: ToolSteps, metrics: Sequence[Metric]
) -> Callable[[Tools], tools.WiredTools]:
    sizes = Sizes(dataset, data)
    return lambda configuration: wire_tools(configuration, data, metrics, sizes)


def _wire_rag(_: Dataset, data: DataSteps, metrics: Sequence[Metric]) -> Callable[[Rag], rag.Wired]:
    return lambda configuration: wire_rag(configuration, data, metrics)


RAG = Pipeline(
    name="rag",
    slots=rag.SLOTS,
    many="",
    optional=rag.MAY_BE_EMPTY,
    defaults={
        "chunker": {"sentence": {"size_tokens": 1024, "overlap_tokens": 200}},
        "embedder": "minilm",
        "retriever": "dense",
        "reranker": "none",
        "context": "token-budget",
        "prompt": "template",
        "generator": "none",
    },  # LlamaIndex's, with a model that needs no key
    fixed=("chunker", "retriever"),
    measures=CONTEXT,
    design=Rag,
    load=load_dataset,
    steps=DataSteps.of,
    wirer=_wire_rag,
)
TOOLS = Pipeline(
    name="tools",
    slots=tools.SLOTS,
    many="edits",
    optional=("embedder",),
    defaults={"edits": "none", "embedder": "minilm", "selector": "all", "caller": "similarity"},
    fixed=("edits", "selector"),
    measures=TOOL,
    design=Tools,
    load=_load_tools,
    steps=ToolSteps.of,
    wirer=_wire_tools,
)
PIPELINES = (RAG, TOOLS)
