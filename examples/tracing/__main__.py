"""`python -m examples.tracing run` keeps cases; `cases` lists them."""

from __future__ import annotations

import asyncio
import logging

import click
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from examples.tracing import store
from examples.tracing.cases import line_of, line_of_person
from examples.tracing.consumer import application


class Settings(BaseSettings):
    """From the environment: TRACING_DATABASE_URL and so on."""

    model_config = SettingsConfigDict(env_prefix="TRACING_")
    database_url: str = "postgresql+asyncpg://postgres@127.0.0.1:5432/tracing"
    kafka_bootstrap: str = "127.0.0.1:9092"
    breaches_topic: str = "sla.breaches.v1"
    statements_topic: str = "sla.statements.v1"  # for what is said about people; empty: without
    group: str = "tracing"
    session_ms: int = 10_000  # so long a consumer that has died keeps its partitions

    def engine(self) -> AsyncEngine:
        """The database of the cases; no wait for it is without end."""
        url = self.database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
        return create_async_engine(url, connect_args={"timeout": 10, "command_timeout": 30})


@click.group()
def tracing() -> None:
    """One case for each breach that slaclock says."""


@tracing.command()
def run() -> None:
    """Keep cases until a signal comes."""
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_run(Settings()))


@tracing.command()
@click.option("--all", "every", is_flag=True, help="Closed ones too.")
def cases(every: bool) -> None:  # noqa: FBT001 - a flag of a command line
    """List open cases, a line each: state, ticket, target, clause, due, what happened, remarks."""
    asyncio.run(_list(Settings(), every=every))


@tracing.command()
def people() -> None:
    """List persons with two breaches or more within twelve months, a line each: breaches by their ids, the oldest first."""
    asyncio.run(_list_people(Settings()))


async def _run(settings: Settings) -> None:
    engine = settings.engine()
    await store.create(engine)
    await application(
        engine,
        bootstrap=settings.kafka_bootstrap,
        topics=[topic for topic in (settings.breaches_topic, settings.statements_topic) if topic],
        group=settings.group,
        session_ms=settings.session_ms,
    ).run()
    await engine.dispose()


async def _list(settings: Settings, *, every: bool) -> None:
    engine = settings.engine()
    await store.create(engine)
    async with engine.connect() as tx:
        for case in await store.cases(tx):
            if every or case.is_open:
                click.echo(line_of(case))
        if count := await store.unread(tx):
            click.echo(f"{count} records could not be read: see the table tracing.unread", err=True)
    await engine.dispose()


async def _list_people(settings: Settings) -> None:
    engine = settings.engine()
    await store.create(engine)
    async with engine.connect() as tx:
        for repeat in await store.people(tx):
            click.echo(line_of_person(repeat))
    await engine.dispose()


if __name__ == "__main__":
    tracing()
