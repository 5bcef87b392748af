"""`ragtune noise`."""

from __future__ import annotations

from pathlib import Path

import click

from ragtune.cli._options import config_argument, config_options, json_option, print_json, workspace_option


@click.command(name="noise", short_help="Measure how far designs are from themselves.")
@config_argument
@config_options
@click.option("--runs", type=click.IntRange(3, 100), default=5, show_default=True, help="How many times.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the orders and splits.")
@click.option("--rebuild", is_flag=True, help="Compute everything anew each time, vectors included.")
@workspace_option
@json_option
def command(
    config: Path,
    dataset: str | None,
    overrides: tuple[str, ...],
    runs: int,
    seed: int,
    rebuild: bool,
    workspace: Path,
    as_json: bool,
) -> None:
    """Run the configurations of CONFIG again and again in another order and with other seeds, and keep the difference.

    Verdicts on the same data never call a difference up to this floor an improvement. A few configurations are enough.

    \b
    Examples:
      ragtune noise ragtune.yaml
      ragtune noise ragtune.yaml --set space.retriever=dense --runs 10 --rebuild
    """
    from ragtune.config import load_config
    from ragtune.noise import measure_noise

    noise = measure_noise(
        dataset, load_config(config, overrides), runs=runs, seed=seed, rebuild=rebuild, workspace=workspace
    )
    if as_json:
        print_json({"runs": len(noise.means), "configurations": noise.means.shape[1], "floor": noise.floor})
        return
    click.echo(f"{noise.means.shape[1]} configurations, {len(noise.means)} runs each; largest difference of two runs:")
    for metric, floor in noise.floor.items():
        click.echo(f"  {metric:<22}{floor:.6f}")
    click.echo("verdicts on this data take no difference up to these for an improvement")
