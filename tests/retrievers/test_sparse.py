"""Sparse neural search: one import of sentence-transformers for all of it."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from ragtune.component import parse
from ragtune.embedders import BadTextError
from ragtune.embedders._sparse import SparseVectors, pack, unpack
from ragtune.embedders.sparse_encoder import SparseEncoder, _Rows
from ragtune.errors import MissingModelError, StepError
from ragtune.retrievers.dense import Dense
from ragtune.retrievers.sparse import Sparse
from ragtune.types import Chunks, Queries, Vectors
from tests import sparse_model
from tests.contracts.run import Unkept
from tests.texts import corpus

SPOKEN = ("birds", "sing", "at", "dawn", "the", "cat", "dogs", "bark")
TEXTS = ("birds sing at dawn", "the cat", "zebra", "birds birds")


@pytest.fixture(scope="module")
def static():
    """Weighs each of its words by its place / 4, however often it comes."""
    return SparseEncoder(model=str(sparse_model.folder()))


@pytest.fixture(scope="module")
def splade(tmp_path_factory):
    """SPLADE over a tiny BERT with random weights."""
    import torch
    from sentence_transformers import SparseEncoder as Model
    from sentence_transformers.sparse_encoder.modules import MLMTransformer, SpladePooling
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("splade")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *SPOKEN]
    (folder / "vocab.txt").write_text("\n".join(words))
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    bert = BertForMaskedLM(BertConfig(vocab_size=len(words), max_position_embeddings=32, **shape))
    torch.nn.init.normal_(bert.bert.embeddings.word_embeddings.weight, std=2.0)
    bert.save_pretrained(folder / "bert")
    BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=32).save_pretrained(folder / "bert")
    model = Model(modules=[MLMTransformer(str(folder / "bert")), SpladePooling()], device="cpu")
    model.save_pretrained(str(folder / "model"))
    return str(folder / "model"), model


def dense_of(vectors):
    matrix = np.zeros((len(vectors.indptr) - 1, int(vectors.dim[0])))
    for i, (a, z) in enumerate(zip(vectors.indptr[:-1], vectors.indptr[1:], strict=True)):
        matrix[i, vectors.term[a:z]] = vectors.weight[a:z]
    return matrix


def test_rows_pack_and_unpack():
    rows = [pack(np.array([1, 4]), np.array([0.5, 2.0]), 6), pack(np.zeros(0), np.zeros(0), 6)]
    vectors = unpack(rows, "m")
    assert dense_of(vectors).tolist() == [[0, 0.5, 0, 0, 2, 0], [0] * 6]
    with pytest.raises(StepError, match="m has vectors of dimension 5 and 6"):
        unpack([rows[0], pack(np.zeros(0), np.zeros(0), 5)], "m")
    assert len(unpack([], "m").indptr) == 1
    again = SparseVectors.from_arrays(vectors.to_arrays())
    assert dense_of(again).tolist() == dense_of(vectors).tolist()


def test_static_weights_by_hand(static):
    vectors = static.sparse_vectors(TEXTS, Unkept(), queries=False)
    matrix = dense_of(vectors)
    place = sparse_model.WORDS.index
    assert matrix[0].nonzero()[0].tolist() == sorted(map(place, ["birds", "sing", "at", "dawn"]))
    assert matrix[3, place("birds")] == place("birds") / 4 and matrix[2].sum() == 0


def search(embedder, queries):
    retriever = Sparse(embedder=embedder, depth=4)
    documents = corpus(*TEXTS)
    chunks = Chunks(np.arange(4), np.zeros(4, np.int64), np.array([len(text) for text in TEXTS]))
    index = retriever.index(embedder.embed(chunks, documents, memo=Unkept()))
    return retriever.rank(index, retriever.requests(Queries(queries), memo=Unkept()))


def test_search_is_the_dot_product(static):
    """birds weighs 3/4, dawn 8/4: the first has 9/16 + 4, the last 9/16; no other shares a term."""
    ranking = search(static, ("birds dawn", "zebra", ""))
    assert ranking.chunk.tolist() == [[0, 3, -1, -1], [-1] * 4, [-1] * 4]
    assert ranking.score[0, :2].tolist() == [9 / 16 + 4, 9 / 16]


def test_splade_ranks_as_its_own_package_does(splade):
    folder, model = splade
    ranking = search(SparseEncoder(model=folder, device="cpu"), ("birds", "dogs bark"))
    queries, texts = model.encode_query(["birds", "dogs bark"]), model.encode_document(list(TEXTS))
    expected = (queries.to_dense() @ texts.to_dense().T).numpy()
    assert (expected > 0).all()
    for chunk, score, scores in zip(ranking.chunk, ranking.score, expected, strict=True):
        assert chunk.tolist() == np.argsort(-scores).tolist()
        assert score.tolist() == pytest.approx(scores[chunk].tolist(), rel=1e-5)


def test_few_terms_are_the_heaviest(splade):
    cut = SparseEncoder(model=splade[0], device="cpu", max_active_dims=2)
    vectors = cut.sparse_vectors(TEXTS[:2], Unkept(), queries=False)
    assert np.diff(vectors.indptr).tolist() == [2, 2]
    whole = dense_of(SparseEncoder(model=splade[0], device="cpu").sparse_vectors(TEXTS[:2], Unkept(), queries=False))
    heaviest = np.sort(whole, axis=1)[:, -2:]
    assert np.sort(dense_of(vectors), axis=1)[:, -2:].ravel() == pytest.approx(heaviest.ravel())


def test_a_weight_that_is_none_fails_naming_the_text():
    import torch

    class Broken:
        def encode_document(self, texts, **_):
            return torch.tensor([[0.0, 1.0], [float("nan"), 0.0]]).to_sparse()

    with pytest.raises(BadTextError, match="m gave a NaN, infinite or negative weight for 'dogs'"):
        _Rows(Broken(), "m", queries=False).rows(["cats", "dogs"])


def test_it_wants_a_sparse_embedder_and_dense_wants_a_dense_one(static):
    with pytest.raises(
        ValidationError, match="minilm gives dense vectors; a sparse embedder is needed, as sparse-encoder"
    ):
        Sparse(embedder="minilm")
    vectors = static.sparse_vectors(TEXTS, Unkept(), queries=False)
    with pytest.raises(StepError, match=r"name it in the retriever `sparse` instead"):
        Dense().rank(vectors, Vectors(np.zeros((1, 2), np.float32)))


def test_it_is_known_by_its_model(static, splade):
    one, other = Sparse(embedder=static), Sparse(embedder=SparseEncoder(model=splade[0]))
    assert one.key("requests") != other.key("requests")
    assert parse("retriever", str(one)) == one
    with pytest.raises(MissingModelError, match="embedder sparse-encoder: cannot get the model '/no/where'"):
        SparseEncoder(model="/no/where").key("embed")
