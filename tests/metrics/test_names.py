import pytest

from ragtune.component import find, words
from ragtune.errors import InputError
from ragtune.metrics import Metric, RankMetric, SpanMetric, parse_metric

RANK = ["nDCG", "recall", "precision", "MRR", "MAP", "success", "completeness"]
CALLS = [
    "selection_accuracy", "call_accuracy", "strict_call_accuracy", "argument_accuracy", "no_call", "false_call",
    "extra_call", "missing_call", "wrong_tool", "schema_invalid", "missing_argument", "unexpected_argument",
    "wrong_value", "wrong_type", "tool_tokens", "tools_shown",
]  # fmt: skip
ANSWERS = [
    "support", "k_precision", "bigram_precision", "rouge_l_precision", "names_and_numbers", "citation_precision",
    "citation_recall", "token_f1", "exact_match", "abstention", "answer_coverage", "sentence_support",
]  # fmt: skip
JUDGES = [
    "entailment", "claim_support", "ragas_answer_relevancy", "ragas_context_precision", "ragas_context_recall",
    "ragas_context_relevance", "ragas_factual_correctness", "ragas_faithfulness", "ragas_noise_sensitivity",
    "ragas_response_groundedness",
]  # fmt: skip
LABELS = [
    *[f"{name}@{k}" for name in RANK for k in (1, 10, 100)],
    *[f"evidence_{name}@5" for name in RANK],
    *["nDCG", "recall", "MRR", "MAP", "evidence_nDCG", "evidence_recall", "evidence_MRR", "evidence_MAP"],
    *[f"span_{name}{cutoff}" for name in ("recall", "precision", "iou") for cutoff in ("", "@5")],
    *[
        "span_precision_omega",
        "context_tokens",
        "exact_overlap@5",
        "completeness",
        "evidence_completeness",
        *CALLS,
        *ANSWERS,
    ],
]
SPELLED = [
    *[f"{name}(model=a/b)" for name in JUDGES],
    "citation_recall(threshold=0.7)", "citation_precision(threshold=0.7)", "sentence_support(embedder=minilm)",
]  # fmt: skip


@pytest.mark.parametrize("label", LABELS)
def test_a_label_parses_back(label):
    metric = parse_metric(label)
    assert metric.label == str(metric) == metric.spec() == label
    assert parse_metric(str(metric)) == metric
    assert parse_metric(label.upper() if "evidence" not in label else label) == metric
    assert Metric.model_validate(label) == metric


@pytest.mark.parametrize("label", SPELLED)
def test_a_label_with_knobs_parses_back(label):
    metric = parse_metric(label)
    assert metric.label == str(metric) == metric.spec() == label
    assert Metric.model_validate(label) == metric


def test_every_metric_is_among_the_labels_tested():
    assert {parse_metric(label).name for label in [*LABELS, *SPELLED]} == set(words("metric"))


@pytest.mark.parametrize("word", words("metric"))
def test_the_label_of_a_metric_with_and_without_cutoff_parses_back(word):
    cls = find("metric", word)
    units = ["document", "evidence"] if issubclass(cls, RankMetric) else [None]
    for unit in units:
        optional = [] if cls.model_fields["k"].is_required() else [None]
        for k in [3, *optional] if issubclass(cls, RankMetric | SpanMetric) else [None]:
            model = "a/b" if "model" in cls.model_fields and cls.model_fields["model"].is_required() else None
            given = {"unit": unit, "k": k, "model": model}
            knobs = {name: value for name, value in given.items() if value is not None}
            metric = cls(**knobs)
            assert parse_metric(metric.label) == metric


def test_spellings():
    assert parse_metric("ndcg(k=10)").label == "nDCG@10"
    assert parse_metric("recall(k=5, unit=evidence)").label == "evidence_recall@5"
    assert parse_metric("ndcg@10") == parse_metric("NDCG@10") == parse_metric(" nDCG@10 ")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nDGC@10", "nDGC@10"),
        ("recal@5", "did you mean 'recall"),
        ("span_recal", "did you mean 'span_recall"),
        ("evidence_span_recall", "evidence_span_recall"),
        ("recall@0", "recall@0"),
        ("recall@-1", "recall@-1"),
        ("recall@x", "recall@x"),
        ("recall@", "recall@"),
        ("recall(k=0)", "k"),
        ("recall(depth=3)", "depth"),
        ("recall(k=", "recall"),
        ("context_tokens@5", "context_tokens@5"),
        ("selection_accuracy@5", "takes no cutoff"),
        ("selection_acuracy", "did you mean 'selection_accuracy'"),
        ("span_precision_omega@5", "span_precision_omega@5"),
        ("", "metric"),
    ],
)
def test_a_wrong_name_is_told(name, told):
    with pytest.raises(InputError) as error:
        parse_metric(name)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("label", "level", "better"),
    [
        ("nDCG@10", "ranking", "higher"),
        ("evidence_recall@5", "ranking", "higher"),
        ("span_recall@5", "ranking", "higher"),
        ("span_precision_omega", "ranking", "higher"),
        ("span_recall", "context", "higher"),
        ("context_tokens", "context", "lower"),
        ("completeness@5", "ranking", "higher"),
        ("selection_accuracy", "call", "higher"),
        ("tool_tokens", "call", "lower"),
        ("support", "answer", "higher"),
        ("token_f1", "answer", "higher"),
        ("answer_coverage", "reference", "higher"),
        ("sentence_support", "judge", "higher"),
        ("false_call", "call", "lower"),
    ],
)
def test_level_and_direction(label, level, better):
    assert (parse_metric(label).level, parse_metric(label).better) == (level, better)


def test_keys_of_metrics_differ_by_cutoff_and_unit():
    labels = ["recall@5", "recall@6", "recall", "evidence_recall@5"]
    assert len({parse_metric(label).key("score") for label in labels}) == len(labels)
