"""Where evidence was lost: every cause by hand, all of them against sets of characters, and a real study."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import ragtune
from ragtune.cli.explain import command
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, WorkspaceError
from ragtune.explaining import CAUSES, MET, data_steps, explain, headroom
from ragtune.explaining._causes import losses, standing
from ragtune.explaining._failing import failing
from ragtune.explaining._flow import Flow, Part, Reading
from ragtune.explaining._needs import Needs, _white_space
from ragtune.explaining._oracles import gains
from ragtune.explaining._tracing import _by_wording
from ragtune.metrics import Judged
from ragtune.types import Contexts, Corpus, Document, Evidence, Query, Ranking
from tests.metrics.worlds import WHOLE, chunks, columns, judgments, ranking

SCAFFOLD = Path(ragtune.__file__).parent / "scaffold" / "data"
TEXT = "aaaa bbbb cccc dddd"
WORDS = [(0, 0, 4), (0, 5, 9), (0, 10, 14), (0, 15, 19)]
B = (0, 0, 5, 9)
"""Query 0 wants `bbbb`."""


def first(k, reading, least=-np.inf):
    """A context of the first `k` chunks of a score or more."""

    def pack(ranked):
        kept = (ranked.chunk >= 0) & (ranked.score >= least)
        wide = reading.chunks.reads_wide(ranked.chunk).astype(int)
        rows = [
            (q, reading.chunks.document[c], reading.start[w, c], reading.end[w, c])
            for q, row in enumerate(ranked.chunk)
            for c, w in list(zip(row[kept[q]].tolist(), wide[q][kept[q]].tolist(), strict=True))[:k]
        ]
        return Contexts(*columns(rows, 4), np.zeros(len(ranked.chunk), np.int64))

    return pack


def flow(judged, found, reranked=None, parts=(), k=1, cut=WORDS, texts=(TEXT,), least=None):
    corpus = Corpus(tuple(Document(f"d{i}", text) for i, text in enumerate(texts)))
    reading = Reading.of(cut if not isinstance(cut, list) else chunks(*cut))
    pack = first(k, reading, -np.inf if least is None else least)
    final = reranked if reranked is not None else found
    held = tuple(Part(f"p{i}", 1, tuple(part)) for i, part in enumerate(parts))
    unfiltered = None if least is None else first(k, reading)
    return Flow(corpus, judged, reading, held, found, final, pack(final), pack, unfiltered)


def causes(made):
    needs = Needs(made.judgments, made.corpus)
    found = losses(made, needs)
    return [list(CAUSES)[c] if c != MET else "met" for c in found.cause.tolist()], found, needs


def cause(*judged, **world):
    return causes(flow(judgments(1, *judged), **world))[0]


# -- every cause by hand ------------------------------------------------------------------------------------------------


def test_packed():
    assert cause(B, found=ranking([1, 0])) == ["met"]


def test_cut_by_the_chunker():
    told, found, _ = causes(flow(judgments(1, (0, 0, 5, 14)), ranking([1, 0, 2])))
    assert told == ["chunker"] and found.uncut.tolist() == [0.5] and found.share.tolist() == [0.5]
    assert (found.wanted.tolist(), found.kept.tolist()) == ([8], [4])  # the space is nobody's evidence


def test_a_cut_that_both_halves_mend():
    assert cause((0, 0, 5, 14), found=ranking([1, 2]), k=2) == ["met"]


@pytest.mark.parametrize("start, end", [(0, 4), (WHOLE, 4)])
def test_a_document_without_chunks_is_the_chunkers_loss(start, end):
    told, found, _ = causes(flow(judgments(1, (0, 1, start, end)), ranking([0]), texts=(TEXT, "eeee")))
    assert told == ["chunker"] and found.uncut.tolist() == [0.0]
    assert found.lost.tolist() == [0 if start == WHOLE else 4]  # whole documents are counted as needs only


def test_not_found_by_the_retriever():
    assert cause(B, found=ranking([0, 2])) == ["retriever"]
    assert cause(B, found=ranking([0, 2]), parts=[[ranking([0])], [ranking([3])]]) == ["retriever"]


def test_lost_in_fusion_because_a_part_alone_would_have_packed_it():
    parts = [[ranking([1, 0])], [ranking([0, 2])]]
    assert cause(B, found=ranking([0, 1]), parts=parts) == ["fusion"]


def test_lost_in_fusion_because_it_fell_out_of_the_depth():
    parts = [[ranking([0, 1])], [ranking([0, 2])]]
    assert cause(B, found=ranking([0, 2]), parts=parts) == ["fusion"]


def test_any_wording_of_a_part_counts():
    parts = [[ranking([0]), ranking([1])]]
    assert cause(B, found=ranking([0, 1]), parts=parts) == ["fusion"]


def test_dropped_by_the_reranker():
    assert cause(B, found=ranking([1, 0]), reranked=ranking([0, 1])) == ["reranker"]
    assert cause(B, found=ranking([0, 1]), reranked=ranking([0, 2])) == ["reranker"]  # not handed on


def test_the_reranker_is_to_blame_before_the_fusion():
    world = {"found": ranking([1, 0]), "reranked": ranking([0, 1]), "parts": [[ranking([1])], [ranking([0])]]}
    assert cause(B, **world) == ["reranker"]


def test_left_out_by_a_threshold():
    assert cause(B, found=ranking([0, 1]), k=2, least=-0.5) == ["filter"]  # scores are 0, -1
    assert cause(B, found=ranking([0, 1]), k=1, least=-0.5) == ["budget"]


def test_over_budget():
    assert cause(B, found=ranking([0, 1])) == ["budget"]
    assert cause(B, found=ranking([0, 1]), parts=[[ranking([0, 1])], [ranking([2, 1])]]) == ["budget"]


def test_any_alternative_meets_a_need_and_the_closest_is_told_of():
    either = [(0, 0, 5, 9, 1, 7), (0, 0, 10, 19, 1, 7)]
    assert cause(*either, found=ranking([1])) == ["met"]
    told, found, _ = causes(flow(judgments(1, *either), ranking([2, 0])))
    assert told == ["retriever"] and found.piece.tolist() == [1] and found.share.tolist() == [0.5]


def test_whole_documents_need_any_of_their_text():
    assert cause((0, 0, WHOLE, 19), found=ranking([3])) == ["met"]
    two = {"texts": (TEXT, TEXT), "cut": [*WORDS, (1, 0, 4)]}
    assert cause((0, 1, WHOLE, 19), found=ranking([0, 4]), **two) == ["budget"]
    assert cause((0, 1, WHOLE, 19), found=ranking([0, 1]), **two) == ["retriever"]


def test_a_chunk_holds_what_is_read_of_it():
    """Two leaves of one parent: read wide, once both are found, they hold what neither holds by itself."""
    leaves = chunks(*WORDS).widened(
        np.array([0, 0, 10, 10]), np.array([9, 9, 19, 19]), needed=np.array([2, 2, 2, 2]), among=0
    )
    evidence = (0, 0, 2, 7)
    assert cause(evidence, found=ranking([0, 1]), cut=leaves) == ["met"]
    assert cause(evidence, found=ranking([2, 0, 1]), cut=leaves) == ["budget"]
    assert cause(evidence, found=ranking([0, 2]), cut=leaves) == ["retriever"]  # one leaf is read by itself


def test_text_of_two_needs_is_counted_once():
    _, found, _ = causes(flow(judgments(1, (0, 0, 0, 9), (0, 0, 5, 14)), ranking([3])))
    assert found.wanted.tolist() == [8, 4]


def test_standing_is_the_first_rank_of_the_chunk_that_holds_most():
    made = flow(judgments(1, (0, 0, 5, 12)), ranking([0, 2, 1]))
    needs = Needs(made.judgments, made.corpus)
    rank, share = standing(made.reading, Part("r", 0, (made.found,)), needs)
    assert rank.tolist() == [3] and share.tolist() == [pytest.approx(4 / 6)]
    rank, share = standing(made.reading, Part("r", 0, (ranking([0]), ranking([3, 2]))), needs)
    assert rank.tolist() == [2] and share.tolist() == [pytest.approx(2 / 6)]


def test_white_space_is_what_python_says():
    assert set(_white_space().tolist()) == {c for c in range(sys.maxunicode + 1) if chr(c).isspace()}


# -- what perfection would gain -----------------------------------------------------------------------------------------


def gained(made):
    needs = Needs(made.judgments, made.corpus)
    return gains(made, needs, losses(made, needs))


def test_oracles_by_hand():
    wanted = judgments(2, B, (0, 0, 10, 14), (1, 0, 0, 4), (1, 0, 2, 7))
    found = ranking([0, 1], [3])
    parts = [[ranking([0, 2], [3])], [ranking([1], [3])]]
    # b: a part alone packs it; c: a part had it deeper; a: nobody found it; the last is cut.
    told, _, _ = causes(flow(wanted, found, parts=parts))
    assert told == ["fusion", "fusion", "retriever", "chunker"]
    assert gained(flow(wanted, found, parts=parts)) == {
        "chunker": 3,  # room for one chunk: what a perfect retriever brings, and the one that was cut
        "retriever": 2,
        "fusion": 1,
        "reranker": 1,
        "filter": 0,
        "budget": 1,  # c is not in the ranking
    }


# -- all of it against sets of characters -------------------------------------------------------------------------------


@st.composite
def worlds(draw, alphabet="ab \n"):
    texts = draw(st.lists(st.text(alphabet, min_size=1, max_size=12), min_size=1, max_size=3))
    texts = [text if text.strip() else "a" for text in texts]

    def span():
        document = draw(st.integers(0, len(texts) - 1))
        low = draw(st.integers(0, len(texts[document]) - 1))
        return document, low, draw(st.integers(low + 1, len(texts[document])))

    cut = sorted({span() for _ in range(draw(st.integers(1, 6)))})
    n = draw(st.integers(1, 3))
    wanted = []
    for query in range(n):
        for _ in range(draw(st.integers(1, 4))):
            document, low, high = span()
            low = WHOLE if draw(st.integers(0, 4)) == 0 else low
            wanted.append(
                (query, document, low, high if low >= 0 else len(texts[document]), 1, draw(st.integers(0, 2)))
            )

    def ranked():
        order = st.permutations(range(len(cut)))
        return ranking(*(draw(order)[: draw(st.integers(1, len(cut)))] for _ in range(n)))

    parts = [[ranked() for _ in range(draw(st.integers(1, 2)))] for _ in range(draw(st.integers(0, 2)))]
    reranked = ranked() if draw(st.booleans()) else None
    least = draw(st.sampled_from([None, -1.5, -0.5]))
    return flow(judgments(n, *wanted), ranked(), reranked, parts, draw(st.integers(1, 3)), cut, texts, least)


def by_sets(made):
    """(query, need) -> cause, by the rules as they are written down, with sets of visible characters."""
    texts = [document.text for document in made.corpus.documents]

    def seen(document, low, high):
        return {(document, i) for i in range(low, high) if not texts[document][i].isspace()}

    held = made.reading.chunks
    of_chunk = [seen(*row) for row in zip(held.document.tolist(), held.start.tolist(), held.end.tolist(), strict=True)]
    judged = made.judgments
    needs = {}
    rows = zip(judged.query, judged.document, judged.start, judged.end, judged.need, strict=True)
    for q, d, low, high, need in (map(int, row) for row in rows):
        piece = seen(d, max(low, 0), high)
        needs.setdefault((q, need), []).append((piece, min(1, len(piece)) if low < 0 else len(piece)))

    def met(alternatives, text):
        return any(len(piece & text) >= required for piece, required in alternatives)

    def packs(contexts, q):
        some = np.flatnonzero(contexts.query == q).tolist()
        return set().union(
            *(seen(*(int(x[i]) for x in (contexts.document, contexts.start, contexts.end))) for i in some)
        )

    def has(ranked, q, alternatives):
        # what holds nothing needs no chunk: evidence without a visible character
        return any(met(alternatives, of_chunk[c]) for c in ranked.chunk[q] if c >= 0) or met(alternatives, set())

    told = {}
    for (q, need), alternatives in needs.items():
        rankings = [ranked for part in made.parts for ranked in part.rankings]
        final, found = has(made.ranking, q, alternatives), has(made.found, q, alternatives)
        if met(alternatives, packs(made.contexts, q)):
            told[q, need] = "met"
        elif not any(met(alternatives, text) for text in of_chunk):
            told[q, need] = "chunker"
        elif met(alternatives, packs(made.pack(made.found), q)) or (found and not final):
            told[q, need] = "reranker"
        elif any(
            met(alternatives, packs(made.pack(r), q)) or (has(r, q, alternatives) and not found) for r in rankings
        ):
            told[q, need] = "fusion"
        elif not final:
            told[q, need] = "retriever"
        elif made.unfiltered and met(alternatives, packs(made.unfiltered(made.ranking), q)):
            told[q, need] = "filter"
        else:
            told[q, need] = "budget"
    return [told[key] for key in sorted(told)]


@given(worlds())
def test_causes_are_those_of_the_rules(made):
    told, found, _ = causes(made)
    assert told == by_sets(made)
    assert (found.kept <= found.wanted).all()
    assert not found.lost[found.cause == MET].any()  # so that the causes add up to all that is lost
    gain = gained(made)
    lost = sum(cause != "met" for cause in told)
    assert 0 <= gain["reranker"] <= gain["fusion"] <= gain["retriever"] <= gain["chunker"] <= lost
    assert all(0 <= gain[name] <= lost for name in CAUSES)
    assert gain["budget"] >= told.count("budget") and gain["filter"] == told.count("filter")


@given(worlds(alphabet="ab"))
def test_without_white_space_the_characters_are_those_of_span_recall(made):
    """Where evidence is all in spans, each of a need of its own."""
    plain = made.judgments.start >= 0
    judged = made.judgments
    alone = judgments(
        int(judged.n_queries[0]),
        *zip(*(c[plain].tolist() for c in (judged.query, judged.document, judged.start, judged.end)), strict=True),
    )
    made = Flow(made.corpus, alone, *(getattr(made, f) for f in list(made.__dataclass_fields__)[2:]))
    _, found, needs = causes(made)
    query = needs.query[needs.opens]
    covered, wanted = Judged.of_contexts(made.contexts, made.corpus, alone).text(None).wanted
    assert np.bincount(query, found.wanted, needs.n_queries).tolist() == wanted.tolist()
    assert np.bincount(query, found.kept, needs.n_queries).tolist() == covered.tolist()


# -- headroom and failing queries ---------------------------------------------------------------------------------------


def test_headroom_that_words_predict_is_real_and_luck_is_noise():
    rng = np.random.default_rng(0)
    kind = np.arange(200) % 2
    texts = [("train station platform" if k else "kettle boiling water") for k in kind]
    real = headroom(np.array([kind, 1 - kind], dtype=float), texts)
    assert (real.single, real.per_query, real.headroom) == (0.5, 1.0, 0.5)
    assert real.learnable > 0.4 and real.noise < 0.1 and real.low > 0.3
    luck = headroom(rng.random((20, 200)), texts)
    assert luck.headroom > 0.3 and luck.noise > 0.8 and luck.low < 0 < luck.high + 0.05
    assert headroom(np.ones((3, 10)), texts[:10]).noise == 0


def test_failing_queries_by_tag_and_by_likeness():
    texts = ["green tea temperature", "bicycle chain oil", "black tea temperature", "bread salt", "old bicycle chain"]
    ids = ["q0", "q1", "q2", "q3", "q4"]
    tags = {"q0": ["tea"], "q2": ["tea", "hot"], "q3": ["hot"]}
    bad = failing("m", np.array([0.2, 0.1, 0.0, 0.9, 0.3]), 0.5, ids, texts, tags)
    assert bad.queries == ("q2", "q1", "q0", "q4")
    assert [(g.tag, g.failing, g.total) for g in bad.by_tag] == [("tea", 2, 2), ("hot", 1, 2)]
    assert [group.queries for group in bad.alike] == [("q2", "q0"), ("q1", "q4")]
    assert set(bad.alike[0].words[:2]) == {"tea", "temperature"}
    assert failing("m", np.ones(5), 0.5, ids, texts, tags).alike == ()


# -- a real study -------------------------------------------------------------------------------------------------------

CONFIG = {
    "name": "small",
    "space": {
        "chunker": ["token-window(size_tokens=8)", "parent-child(size_tokens=8, parent_size_tokens=24)"],
        "embedder": "wordllama",
        "retriever": [
            "bm25", "hybrid", "adaptive", "filtered(retriever=bm25, where={lang: en})", "rocchio(retriever=hybrid)",
        ],
        "reranker": ["none", "mmr"],
        "context": [
            "token-budget(budget_tokens=10)", "top-k(k=2, neighbours=1, relative_threshold=0.9)", "compressed(top_k=2)",
        ],
    },
    "baseline": {"chunker": "whole-document", "retriever": "dense", "context": "token-budget(budget_tokens=10)"},
    "metrics": ["nDCG@5", "span_recall"],
    "maximize": "span_recall",
}  # fmt: skip
TEXTS = {
    "cats": "Cats sleep for most of the day. They hunt at dawn and at dusk. A cat purrs when it is content, and when it is ill.",
    "dogs": "Dogs bark at strangers. They were tamed first of all. A dog needs a walk twice a day, whatever the weather.",
    "birds": "Birds sing at dawn to mark their place. Most birds have hollow bones, which makes them light enough to fly.",
}
QUESTIONS = {
    "When do cats go hunting?": ("cats", "They hunt at dawn and at dusk."),
    "How often should I take the dog out?": ("dogs", "A dog needs a walk twice a day"),
    "Why are birds so light?": ("birds", "Most birds have hollow bones"),
}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    config = json.loads(json.dumps(CONFIG))
    config["space"]["retriever"][3] = {"filtered": {"retriever": "bm25", "where": {"lang": "en"}}}
    documents = tuple(
        Document(name, text, metadata={"lang": "en" if name != "dogs" else "de"}) for name, text in TEXTS.items()
    )
    queries = []
    for i, (text, (document, quote)) in enumerate(QUESTIONS.items()):
        at = TEXTS[document].index(quote)
        queries.append(Query(f"q{i}", text, (Evidence(document, at, at + len(quote)),), tags=("animal",)))
    folder = tmp_path_factory.mktemp("workspace")
    return ragtune.sweep(ragtune.Dataset("small", documents, tuple(queries), {}), config, workspace=folder), folder


def snapshot(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_losses_add_up_for_every_configuration_and_nothing_is_written(swept):
    study, folder = swept
    before = snapshot(folder)
    met = set()
    for id in study.scores.configurations:
        found = explain(study, Workspace(folder), id)
        assert found.needs == 3 == found.met + sum(loss.needs for loss in found.losses)
        assert found.characters == found.kept_characters + sum(loss.characters for loss in found.losses)
        recall = study.scores.of("span_recall")[study.scores.configurations.index(id)]
        assert found.met >= (recall == 1).sum()
        assert (found.kept_characters > 0) == (recall.sum() > 0)
        met |= {loss.cause for loss in found.losses if loss.needs}
    assert {"chunker", "retriever", "budget"} <= met
    assert snapshot(folder) == before


@pytest.mark.parametrize("data", ["python-stdlib", SCAFFOLD], ids=["python-stdlib", "scaffold"])
def test_losses_add_up_on_bundled_data(data, tmp_path):
    space = {
        "chunker": "token-window(size_tokens=64)",
        "retriever": {"hybrid": {"retrievers": ["bm25", "tf-idf"]}},
        "context": ["token-budget(budget_tokens=200)", "top-k(k=3, per_document=1)"],
    }
    config = {"space": space, "baseline": {"chunker": "whole-document", "retriever": "bm25"}, "maximize": "span_recall"}
    dataset = ragtune.load_dataset(data)
    study = ragtune.sweep(dataset, config, workspace=tmp_path)
    needs = sum(len({piece.need for piece in query.evidence}) for query in dataset.queries)
    for id in study.scores.configurations:
        found = explain(study, Workspace(tmp_path), id)
        assert found.needs == needs == found.met + sum(loss.needs for loss in found.losses)
        assert found.characters == found.kept_characters + sum(loss.characters for loss in found.losses) > 0


def configuration(study, **wanted):
    for entry in study.record["configurations"]:
        if all(wanted[slot] in json.dumps(entry["slots"][slot]) for slot in wanted):
            return entry["id"]
    raise AssertionError(wanted)


def test_a_story_names_every_ranking_as_it_is_written(swept):
    study, folder = swept
    id = configuration(study, retriever="rocchio", reranker="mmr", context="token-budget", chunker="token-window")
    told = explain(study, Workspace(folder), id).story("q1")
    (need,) = told.needs
    assert [(s.stage, s.name, s.level) for s in need.standings][:4] == [
        ("part", "hybrid", 1), ("part", "bm25", 2), ("part", "dense", 2), ("retriever", "rocchio(retriever=hybrid)", 0),
    ]  # fmt: skip
    assert need.text == "A dog needs a walk twice a day" and need.document == "dogs"
    assert need.cause == "chunker" or need.uncut_share == 1


def test_a_filtered_retrievers_part_is_told_in_the_pipelines_own_chunks(swept):
    """The documents about dogs come second: without them, the numbers of what follows are other ones."""
    study, folder = swept
    id = configuration(study, retriever="filtered", reranker="none", context="token-budget", chunker="token-window")
    found = explain(study, Workspace(folder), id)
    for query in ("q0", "q1", "q2"):
        (need,) = found.story(query).needs
        part, own = (next(s for s in need.standings if s.stage == stage) for stage in ("part", "retriever"))
        assert (part.rank, part.share) == (own.rank, own.share)
        assert (own.rank == 0) == (query == "q1")


def test_rankings_of_several_wordings_are_taken_apart():
    rows = np.array([[0], [1], [2], [3]], dtype=np.int32)
    one, other = _by_wording(Ranking(rows, rows.astype(float)), 2)
    assert (one.chunk.tolist(), other.chunk.tolist()) == ([[0], [2]], [[1], [3]])


def test_the_worst_come_first_and_wrong_names_are_told(swept):
    study, folder = swept
    found = explain(study, Workspace(folder), study.scores.configurations[0], below=2.0)
    scores = [story.score for story in found.worst(3)]
    assert scores == sorted(scores) and len(found.failing.queries) == 3
    with pytest.raises(InputError, match="no query 'x'"):
        found.story("x")
    with pytest.raises(InputError, match="several queries"):
        found.story("q")
    with pytest.raises(InputError, match="no configuration"):
        explain(study, Workspace(folder), "zzz")


def test_what_is_gone_is_told(swept, tmp_path):
    study, _ = swept
    with pytest.raises(WorkspaceError, match="run the sweep again"):
        explain(study, Workspace(tmp_path))


def test_command(swept):
    study, folder = swept
    run = CliRunner().invoke

    def ran(*arguments):
        result = run(command, [study.name, *arguments, "--workspace", str(folder)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    for arguments in (
        ["--configuration", "baseline"],
        ["--configuration", "best"],
        ["q1"],
        ["--worst", "2"],
        ["--knobs"],
    ):
        assert max(map(len, ran(*arguments).splitlines())) <= 80
    assert "evidence, all queries" in ran() and "= in the context, whole" in ran()
    assert "ranked by" in ran("q1")
    told = json.loads(ran("--json", "--worst", "1"))
    assert told["needs"] == told["met"] + sum(loss["needs"] for loss in told["losses"])
    assert len(told["stories"]) == 1
    assert json.loads(ran("--json", "--knobs"))["effects"]
    assert run(command, [study.name, "q1", "--knobs", "--workspace", str(folder)]).exit_code == 2


def test_a_study_of_an_earlier_format_is_told(tmp_path):
    old = SimpleNamespace(name="old", record={"dataset": {"digests": {}}})
    with pytest.raises(WorkspaceError, match="old was made by an earlier ragtune; run the sweep again"):
        data_steps(old, Workspace(tmp_path))
