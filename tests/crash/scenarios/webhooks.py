"""Webhooks as in the server, alone: `python -m tests.crash.scenarios.webhooks FILE URL URL`.

It announces events without end and delivers them to the first URL; the second one fails, and is told of its failures.
"""

import asyncio
import os
import sys
from pathlib import Path

from netsentinel import recovery, scheduler, tasks, webhooks
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.entries import EntryRegistry, NewEntry
from netsentinel.kernel.types import DEFAULT_TENANT, system_principal
from netsentinel.outbound import Outbound, Reach
from netsentinel.recovery import Breakers
from netsentinel.recovery.store_sql import SqlBreakers
from netsentinel.scheduler.entries import EVENT_ANNOUNCED, EventAnnounced
from netsentinel.storage import Journal, JournalWriter, SqliteDatabase, Tx
from netsentinel.storage.dialect import SQLITE
from netsentinel.streamer.topics import TOPICS
from netsentinel.tasks import ActionRegistry, Engine, Hints, TaskService
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.worker import Worker
from netsentinel.webhooks import EndpointDraft, Hooks, WebhookRules, WebhookStores, assemble
from netsentinel.webhooks.signing import Secrets
from netsentinel.webhooks.store_sql import SqlDeliveries, SqlEndpoints, SqlHistory
from netsentinel.wiring.reactions import REACTIONS, Handlers
from netsentinel.wiring.runner import ReactionRunner
from tests.crash.scenarios.ledger_writer import say

KEY = b"of the crash tests"
CLIENTS = 4
ALL = ("error_recovery.*", "webhook.*", "task.*", EVENT_ANNOUNCED)


class NoLive:
    """Nobody listens live."""

    def listen(self, kinds: object, listener: object) -> None:
        """Nothing to do."""


def nothing(*_: object) -> None:
    """React to nothing."""


def runner(hooks: Hooks, journal: Journal) -> ReactionRunner:
    """The server's own reactions for webhooks."""
    mine = [reaction for reaction in REACTIONS if reaction.name in {"webhooks", "deliveries"}]
    handlers = Handlers(**dict.fromkeys(Handlers.__dataclass_fields__, nothing))
    handlers = Handlers(
        **{
            **{name: getattr(handlers, name) for name in Handlers.__dataclass_fields__},
            "tell_webhooks": hooks.following.on_entry,
            "webhook_kinds": hooks.following.wanted,
            "end_delivery": hooks.following.on_task_ended,
        }
    )
    return ReactionRunner(journal, handlers, NoLive(), SystemClock(), reactions=mine)


async def registered(hooks: Hooks, good: str, bad: str) -> str:
    """The secret of the endpoint that takes messages; both are registered at the first start."""
    admin = system_principal()
    found = {endpoint.url: endpoint for endpoint, _ in await hooks.service.overview(admin)}
    for url, events in ((good, (EVENT_ANNOUNCED,)), (bad, ALL)):
        if url not in found:
            found[url] = (await hooks.service.create(admin, EndpointDraft(url=url, events=events))).endpoint
    return Secrets(KEY).shown(found[good])


async def main(path: Path, good: str, bad: str, *, announces: bool) -> None:
    """Announce and deliver until killed."""
    clock = SystemClock()
    kinds = (recovery, tasks, scheduler, webhooks)
    registry = EntryRegistry([kind for feature in kinds for kind in feature.ENTRY_KINDS])
    async with SqliteDatabase(path, JournalWriter(registry, clock, KEY)) as db:
        journal, hints = Journal(db, registry, KEY), Hints()
        breakers = Breakers(db, SqlBreakers(), clock, policies={"webhook": webhooks.BREAKER})
        await breakers.load()
        engine = Engine(sql_stores(SQLITE), ActionRegistry(), clock, breakers)
        service = TaskService(db, engine, hints)
        stores = WebhookStores(SqlEndpoints(SQLITE), SqlDeliveries(SQLITE), SqlHistory())
        caller = Outbound(Reach.of(["127.0.0.0/8"], [range(1, 65_536)]))
        readers = {name: topic.permission for name, topic in TOPICS.items()}
        rules = WebhookRules(key=KEY, readers=readers)
        hooks = assemble(db, journal, registry, service, clock, stores, caller, rules)
        worker = Worker(db, engine, hints, gate=breakers)

        async def client(number: int) -> None:
            count = 0
            while announces:
                name = f"{os.getpid()}-{number}-{count}"

                def announce(tx: Tx, name: str = name) -> None:
                    told = EventAnnounced(name=name, data={})
                    tx.append(NewEntry(EVENT_ANNOUNCED, DEFAULT_TENANT, "system", name, told))

                await db.write(announce)
                say(f"ack {name}")
                count += 1
                await asyncio.sleep(0.02)

        secret = await registered(hooks, good, bad)
        say(f"ready {secret}")
        work = (worker.run(), breakers.run(), runner(hooks, journal).run())
        await asyncio.gather(*work, *(client(number) for number in range(CLIENTS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], announces="--quiet" not in sys.argv))
