"""Measures that a model on this machine takes part in."""

import math

import numpy as np
import pytest

from ragtune.component import parse
from ragtune.engine.step import Step
from ragtune.errors import InputError, MissingModelError, StepError
from ragtune.metrics import parse_metric
from ragtune.metrics._answer_text import sentences
from ragtune.metrics.entailment import Entailment
from ragtune.metrics.sentence_support import SentenceSupport
from ragtune.pipelines.wiring import wire
from ragtune.types import Vectors
from tests.metrics.answering import answered, engine_values

CATS = "Cats sleep all day."
DOGS = "Dogs bark at night."
ROWS = [
    answered(f"{CATS} {DOGS}", f"{CATS} Birds sing.", DOGS),
    answered(DOGS, "Birds sing."),
    answered("", DOGS, refused=True, answerable=False),
    answered(DOGS, DOGS, failed="no reply"),
    answered(DOGS),
]


class Kept:
    """A memo that says what it was asked for."""

    def __init__(self):
        self.asked = []

    def rows(self, texts, load):
        self.asked += texts
        model = load()
        found = {}
        for batch in model.batches(texts):
            found.update(zip(batch, model.rows([texts[i] for i in batch]), strict=True))
        return [found[i] for i in range(len(texts))]


def sentence_support(metric, rows):
    values = engine_values(*rows)
    corpus = metric.embedder_corpus(**values)
    chunks = metric.embedder_chunks(corpus)
    vectors = metric.embedder.embed(chunks, corpus, memo=Kept())
    return metric.judge(**values, embedder=vectors).matrix


def test_sentence_support_is_the_likest_sentence_s_cosine():
    metric = SentenceSupport()
    found = sentence_support(metric, ROWS)
    texts = [DOGS, "Birds sing."]
    memo = Kept()
    a, b = parse("embedder", "wordllama").vectors(texts, memo, queries=False).matrix
    cosine = max(0, float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))
    assert found.shape == (1, 5)
    assert found[0, [0, 1, 2, 4]].tolist() == pytest.approx([1, cosine, 1, 0], abs=1e-6)
    assert math.isnan(found[0, 3])


def test_a_likeness_below_nothing_is_nothing_and_each_sentence_is_embedded_once():
    metric = SentenceSupport()
    values = engine_values(answered(f"{CATS} {DOGS}", DOGS, DOGS))
    corpus = metric.embedder_corpus(**values)
    assert [document.text for document in corpus.documents] == [CATS, DOGS]
    vectors = Vectors(np.array([[-1, 0], [2, 0]], dtype=np.float32))
    assert metric.judge(**values, embedder=vectors).matrix.tolist() == [[0.5]]


def test_it_is_wired_to_its_own_embedder_whatever_the_slot_has():
    wanted = ("queries", "answers", "contexts", "corpus", "references", "embedder", "chunks")
    given = {name: Step(parse("embedder", f"minilm(max_tokens={i})"), "embed") for i, name in enumerate(wanted, 2)}
    metric = SentenceSupport()
    step = wire(metric, "judge", {name: lambda _, it=it: it for name, it in given.items()})
    assert step.inputs[:-1] == tuple(given[name] for name in ("queries", "answers", "contexts", "corpus", "references"))
    embed = step.inputs[-1]
    assert embed.component == metric.embedder
    assert [each.verb for each in embed.inputs] == ["embedder_chunks", "embedder_corpus"]
    assert {each.component for each in embed.inputs} == {metric}


def test_no_answers_at_all():
    assert sentence_support(SentenceSupport(), []).shape == (1, 0)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A function that makes a folder with a BERT of one layer, random weights and classes of these names."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    def make(*classes):
        torch.manual_seed(0)
        folder = tmp_path_factory.mktemp("nli")
        words = sorted({word for text in (CATS, DOGS, "Birds sing.") for word in text.lower().strip(".").split()})
        vocabulary = tmp_path_factory.mktemp("vocabulary") / "vocab.txt"
        vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *words]), encoding="utf-8")
        tokenizer = BertTokenizerFast(vocab_file=str(vocabulary), model_max_length=64)
        tokenizer.save_pretrained(folder)
        config = BertConfig(
            vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
            max_position_embeddings=64, num_labels=len(classes), initializer_range=0.5,
            id2label=dict(enumerate(classes)), label2id={name: i for i, name in enumerate(classes)},
        )  # fmt: skip
        BertForSequenceClassification(config).save_pretrained(folder)
        return str(folder)

    return make


def test_entailment_is_the_model_s_own_chance_of_the_best_passage(tiny):
    from sentence_transformers import CrossEncoder
    from torch.nn import Softmax

    folder = tiny("contradiction", "ENTAILMENT", "neutral")
    memo = Kept()
    found = Entailment(model=folder).judge(**engine_values(*ROWS), memo=memo).matrix
    model = CrossEncoder(folder)

    def chance(passage, sentence):
        return model.predict([(passage, sentence)], activation_fn=Softmax(dim=-1))[0][1]

    passages = ROWS[0].passages
    mean = np.mean([max(chance(p, s) for p in passages) for s in sentences(ROWS[0].answer.text)])
    assert found[0, [0, 1, 2, 4]].tolist() == pytest.approx([mean, chance("Birds sing.", DOGS), 1, 0], abs=1e-5)
    assert math.isnan(found[0, 3])
    assert len(memo.asked) == len(set(memo.asked)) == 5  # what is settled is not asked


def test_one_class_is_entailment_and_no_class_of_that_name_is_an_error(tiny):
    one = Entailment(model=tiny("score")).judge(**engine_values(ROWS[1]), memo=Kept()).matrix
    assert 0 < one[0, 0] < 1
    with pytest.raises(StepError, match="no, yes; one, and one only, has to be called entailment"):
        Entailment(model=tiny("no", "yes")).judge(**engine_values(ROWS[1]), memo=Kept())


def test_no_model_is_loaded_where_nothing_has_to_be_asked():
    found = Entailment(model="/nowhere").judge(**engine_values(*ROWS[2:]), memo=None).matrix
    assert found[0, [0, 2]].tolist() == [1, 0]


def test_a_model_that_is_not_there_or_not_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingModelError, match="metric entailment: cannot get the model"):
        Entailment(model=str(tmp_path / "empty")).judge(**engine_values(ROWS[1]), memo=Kept())
    with pytest.raises(InputError, match="model: Field required"):
        parse_metric("entailment")


def test_the_key_knows_the_model_s_content(tiny):
    from pathlib import Path

    folder = tiny("entailment")
    before = Entailment(model=folder).key("judge")
    assert Entailment(model=folder, batch_size=1).key("judge") == before
    assert Entailment(model=folder, max_tokens=8).key("judge") != before
    other = tiny("entailment", "not")
    assert Path(other) != Path(folder)
    assert Entailment(model=other).key("judge") != before
