"""A bundle of eight documents."""

from __future__ import annotations

import pytest

import ragtune
from ragtune.bundling import export
from ragtune.engine.workspace import Workspace
from tests.bundling.animals import dataset


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    place = tmp_path_factory.mktemp("adapted")
    config = {
        "name": "adapted",
        "space": {"chunker": "whole-document", "retriever": "bm25"},
        "baseline": {"chunker": "whole-document", "retriever": "bm25"},
    }
    study = ragtune.sweep(dataset(), config, workspace=place / "w")
    export(study, Workspace(place / "w"), study.scores.configurations[0], place / "bundle")
    return place / "bundle"
