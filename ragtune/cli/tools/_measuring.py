"""What is measured before an edit, and what it takes to measure after it, done while the editor is open."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from ragtune.cli._options import say
from ragtune.tools import ToolSet

if TYPE_CHECKING:
    from ragtune.linting import Problem
    from ragtune.toolloop import Effect
    from ragtune.tools import Case


class Background:
    """Reads the cases, measures the tools as they were, and loads what the effect will need, in threads of their own."""

    def __init__(
        self,
        id: str,
        provider: str,
        tools: Path,
        toolset: ToolSet,
        cases: str | None,
        config: Path | None,
        study: str | None,
        workspace: Path,
    ) -> None:
        self.id, self.provider = id, provider
        self.toolset = toolset
        self.design = ""
        self._given = (tools, cases, config, study, workspace)
        self._cases: tuple[Case, ...] = ()
        self._error: BaseException | None = None
        self._made: Any = None
        self._problems: tuple[Problem, ...] | None = None
        self._measured = Event()
        self._read = Thread(target=self._guarded, args=(self._load,), daemon=True)
        self._work = Thread(target=self._measure, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._read.start()
        self._work.start()

    def known(self, id: str) -> bool:
        """Whether a case knows a tool by an id."""
        self._read.join()
        self._fail()
        return any(id in (case.tools or ()) or any(id in call.tools for call in case.calls) for case in self._cases)

    def effect(self, after: ToolSet) -> Effect:
        """The effect of the edit."""
        from ragtune.embedders import AT_ONCE
        from ragtune.toolloop import effect_of
        from ragtune.trying import outcome

        AT_ONCE.set(True)
        if not self._measured.wait(1.0):
            say("still measuring the tools as they were (the first time, all texts are embedded) …")
            self._measured.wait()
        self._fail()
        before, config, metrics, values, workspace = self._made
        outcomes, embedded = None, values.embedded
        if before is not None:
            with workspace.writing():
                now = outcome(replace(self._dataset(), toolset=after), config, metrics, values)
            outcomes, embedded = (before, now), values.embedded - embedded
        return effect_of(
            self.id,
            self.toolset,
            after,
            outcomes,
            problems=self._problems,
            provider=self.provider,
            embedded=embedded if outcomes else 0,
        )

    def keep(self) -> None:
        """Write what was measured, for the next edit to begin with."""
        _, _, _, values, workspace = self._made
        with workspace.writing():
            values.write()

    def _fail(self) -> None:
        if self._error is not None:
            raise self._error

    def _guarded(self, work: Any) -> None:
        try:
            work()
        except BaseException as error:
            self._error = error

    def _load(self) -> None:
        """The cases, where there are any."""
        from ragtune.cases import read_cases
        from ragtune.config import load_config
        from ragtune.toolsets import CASE_FILES

        tools, cases, config, _, _ = self._given
        root, spec = None, cases
        if spec is None and config is not None:
            loaded = load_config(config)
            spec, root = (loaded.dataset or {}).get("cases"), loaded.root
        if spec is None:
            folder = tools if tools.is_dir() else tools.parent
            beside = [folder.parent / name for name in CASE_FILES] if tools.is_dir() else []
            found = [path for path in (*(folder / name for name in CASE_FILES), *beside) if path.is_file()]
            spec = str(found[0].resolve()) if found else None
        if spec is not None:
            self._cases = tuple(read_cases(spec, self.toolset, root).cases)

    def _measure(self) -> None:
        self._guarded(self._before)
        self._measured.set()  # whoever waits for it looks for an error first

    def _before(self) -> None:
        """The outcome as it was, None without cases, and with what it was measured."""
        from ragtune.embedders import AT_ONCE
        from ragtune.engine.workspace import Workspace
        from ragtune.toolloop import METRIC
        from ragtune.trying import Values, design_of, metrics_of, outcome, without_cost

        AT_ONCE.set(True)
        _, _, given, study, folder = self._given
        workspace = Workspace(folder, say)
        config = design_of(given, study, workspace)
        config = replace(config, baseline=without_cost(config.baseline))  # type: ignore[arg-type]
        self.design = str(config.baseline)
        metrics, values = metrics_of((METRIC,)), Values(workspace, later=True)
        self._read.join()
        Thread(target=self._guarded, args=(partial(self._get_ready, config.baseline),), daemon=True).start()
        before = None
        if self._cases and self._error is None:
            with workspace.writing():
                before = outcome(self._dataset(), config, metrics, values)
        self._made = before, config, metrics, values, workspace

    def _get_ready(self, design: Any) -> None:
        """What the effect will ask for: the model, a tokenizer, statistics, and what lint said before."""
        import numpy as np

        from ragtune.embedders import AT_ONCE
        from ragtune.linting import lint_set
        from ragtune.toolloop import accuracy
        from ragtune.tools._tokens import tokens_of

        AT_ONCE.set(True)
        embedder = getattr(design, "embedder", None)
        if self._cases and embedder is not None and not embedder.priced:
            embedder.encoder(queries=False).encode(["warm"])
        tokens_of(self.toolset.tools[:1], self.provider)
        accuracy(np.zeros(2), np.ones(2))
        self._problems = lint_set(self.toolset, only=self.id).problems

    def _dataset(self) -> Any:
        from ragtune.toolsets import ToolDataset

        return ToolDataset("tools", self.toolset, self._cases)
