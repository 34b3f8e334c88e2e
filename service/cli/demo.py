"""`slaclock demo`: the whole line on this machine."""

from __future__ import annotations

import click


@click.command()
@click.option("--keep", is_flag=True, help="Leave everything running at the end and print where.")
@click.option("--kafka", metavar="HOST:PORT", help="Use this broker instead of one of its own.")
@click.option("--postgres", metavar="URL", help="Use this database instead of one of its own.")
@click.option(
    "--seconds",
    metavar="N",
    type=click.FloatRange(min=1, max=86_400),
    default=75.0,
    show_default=True,
    help="How long the replay takes.",
)
@click.option(
    "--pack", metavar="NAME", help="Replay the worked histories of this pack instead; see `policy packs`."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def demo(
    keep: bool, kafka: str | None, postgres: str | None, seconds: float, pack: str | None, as_json: bool
) -> int:
    """Replay a real month of a service desk through the service, live.

    Starts a broker and a database of its own, publishes 42,047 real events, some late, twice or out of order on
    purpose, and in the end compares what was said with a back-test of the same file. The exit status is 0 when both
    say the same.
    """
    from service.demo import run
    from service.rules.packs import PACKS

    if pack is not None and pack not in PACKS:
        raise click.BadParameter(
            f"there is no pack {pack}: there are {', '.join(PACKS)}", param_hint="--pack"
        )
    return run(keep=keep, kafka=kafka, postgres=postgres, seconds=seconds, json=as_json, pack=pack)
