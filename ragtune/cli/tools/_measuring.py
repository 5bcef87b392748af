"""What is measured before an edit, done while the editor is open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from ragtune.cli._options import say
from ragtune.tools import ToolSet

if TYPE_CHECKING:
    from ragtune.toolloop import Effect
    from ragtune.tools import Case


class Background:
    """Reads the cases, loads the model, and measures the tools as they were, in a thread of its own."""

    def __init__(
        self, tools: Path, toolset: ToolSet, cases: str | None, config: Path | None, study: str | None, workspace: Path
    ) -> None:
        self.toolset = toolset
        self.design = ""
        self._given = (tools, cases, config, study, workspace)
        self._cases: tuple[Case, ...] = ()
        self._error: BaseException | None = None
        self._made: Any = None
        self._read = Thread(target=self._guarded, args=(self._load,), daemon=True)
        self._work = Thread(target=self._guarded, args=(self._measure,), daemon=True)

    def start(self) -> None:
        """Begin."""
        self._read.start()
        self._work.start()

    def known(self, id: str) -> bool:
        """Whether a case knows a tool by an id."""
        self._read.join()
        self._fail()
        return any(id in (case.tools or ()) or any(id in call.tools for call in case.calls) for case in self._cases)

    def effect(self, id: str, after: ToolSet, provider: str) -> Effect:
        """The effect of the edit."""
        from ragtune.embedders import AT_ONCE
        from ragtune.toolloop import effect_of
        from ragtune.trying import outcome

        AT_ONCE.set(True)
        if self._work.is_alive():
            self._work.join(1.0)
        if self._work.is_alive():
            say("still measuring the tools as they were (the first time, all texts are embedded) …")
        self._work.join()
        self._fail()
        before, config, metrics, values, workspace = self._made
        if before is None:
            return effect_of(id, self.toolset, after, provider=provider)
        embedded = values.embedded
        with workspace.writing():
            now = outcome(replace(self._dataset(), toolset=after), config, metrics, values)
        return effect_of(id, self.toolset, after, (before, now), provider=provider, embedded=values.embedded - embedded)

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
        import numpy as np

        from ragtune.embedders import AT_ONCE
        from ragtune.engine.workspace import Workspace
        from ragtune.linting import lint_set
        from ragtune.toolloop import METRIC, accuracy
        from ragtune.trying import Values, design_of, metrics_of, outcome, without_cost

        AT_ONCE.set(True)
        _, _, given, study, folder = self._given
        workspace = Workspace(folder, say)
        config = design_of(given, study, workspace)
        config = replace(config, baseline=without_cost(config.baseline))  # type: ignore[arg-type]
        self.design = str(config.baseline)
        metrics, values = metrics_of((METRIC,)), Values(workspace, later=True)
        self._read.join()
        before = None
        if self._cases and self._error is None:
            with workspace.writing():
                before = outcome(self._dataset(), config, metrics, values)
            embedder = getattr(config.baseline, "embedder", None)
            if embedder is not None and not embedder.priced:
                embedder.encoder(queries=False).encode(["warm"])
            accuracy(np.zeros(2), np.ones(2))  # what statistics import is imported before it is waited for
        lint_set(ToolSet(()))  # and so are the rules
        self._made = (before, config, metrics, values, workspace)

    def _dataset(self) -> Any:
        from ragtune.toolsets import ToolDataset

        return ToolDataset("tools", self.toolset, self._cases)
