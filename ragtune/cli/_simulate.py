"""`ragtune dataset simulate`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json


@click.command(name="simulate", short_help="Make questions up for documents that have none.")
@click.argument("source")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="A new folder for documents and questions, or a new .jsonl file for the questions alone.",
)
@click.option("--recipe", default="known-item", show_default=True, help="A simulator, e.g. 'known-item(noise=0.2)'.")
@click.option("--questions", type=click.IntRange(1), default=200, show_default=True, help="How many, at most.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Equal seeds, equal questions.")
@json_option
def command(source: str, output: Path, recipe: str, questions: int, seed: int, as_json: bool) -> None:
    """Make questions up for the documents of SOURCE: a folder of text files, or any dataset.

    The recipes known-item, sentence-to-passage and title-to-body need no model; endpoint asks one. Every question is
    marked as simulated. They rank designs less surely than real ones: put real ones in their place when you have some.

    \b
    Examples:
      ragtune dataset simulate handbook -o handbook/queries.jsonl
      ragtune dataset simulate handbook -o made --recipe "known-item(noise=0.2)" --seed 7
      ragtune dataset simulate handbook -o by-title --recipe title-to-body --questions 50
    """
    from ragtune.simulating import make_up, write_dataset, write_questions

    dataset, queries = make_up(source, recipe, questions, seed)
    if output.suffix == ".jsonl":
        write_questions(queries, output)
    else:
        write_dataset(dataset.documents, queries, output)
    found = len(queries)
    if as_json:
        print_json(
            {
                "output": str(output),
                "documents": len(dataset.documents),
                "questions": found,
                "wanted": questions,
                "recipe": queries[0].simulated,
                "seed": seed,
            }
        )
        return
    short = "" if found == questions else f", {questions} were wanted: the documents hold no more for this recipe"
    click.echo(f"wrote {output}: {found} questions by {queries[0].simulated}, seed {seed}{short}")
    if output.suffix != ".jsonl" or output.name == "queries.jsonl":
        click.echo(f"next:  ragtune dataset check {output.parent if output.suffix == '.jsonl' else output}")
