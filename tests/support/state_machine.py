"""What Hypothesis drives against a database of its own: rules are plain functions, and what they await has one loop."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, run_state_machine_as_test

from server.infra.database import Database
from tests.conftest import Postgres

T = TypeVar("T")


class StateMachine(RuleBasedStateMachine):
    """``begin_on`` a migrated database, and ``finish`` with what must hold at the end; ``stack`` is closed after it."""

    postgres: Postgres

    async def begin_on(self, database: Database) -> None:
        raise NotImplementedError

    async def finish(self) -> None:
        raise NotImplementedError

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    @initialize()
    def begin(self) -> None:
        self._begun = False
        self._runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.run(self._begin())
        self._begun = True

    async def _begin(self) -> None:
        url = await self.postgres.create()
        self.stack.push_async_callback(self.postgres.drop, url)
        database = Database(url)
        self.stack.push_async_callback(database.close)
        await self.begin_on(database)

    def teardown(self) -> None:
        if not hasattr(self, "_runner"):
            return
        try:
            if self._begun:
                self.run(self.finish())
        finally:
            self.run(self.stack.aclose())
            self._runner.close()


def run_on(machine: type[StateMachine], postgres: Postgres, *, examples: int, steps: int) -> None:
    """Each of ``examples`` takes up to ``steps`` rules, on a database of its own."""
    bound = type(machine.__name__, (machine,), {"postgres": postgres})
    run_state_machine_as_test(
        bound,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],  # one failure takes long enough without shrinking it
        ),
    )
