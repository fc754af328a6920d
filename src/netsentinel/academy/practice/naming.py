"""Which concepts of the graph are meant by the names that questions have."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from netsentinel.academy.graph import Graph, id_of, key_of
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import TenantId


@dataclass(frozen=True, slots=True)
class Meant:
    """A concept that is meant, whether the graph knows it yet or not."""

    id: str
    key: str
    name: str


async def meant(
    graph: Graph, tenant: TenantId, names: Collection[str], spoken: Mapping[str, str] | None = None
) -> dict[str, Meant]:
    """Name, key or id -> the concept that it stands for; one that was merged leads to the other.

    Args:
        graph: where they are looked up.
        tenant: whose concepts they are.
        names: names, keys or ids.
        spoken: id -> name, of those that the graph may not know.
    """
    ids = {name: _id(name) for name in names}
    found = {one.id: one for one in await graph.find(tenant, set(ids.values()))}
    result: dict[str, Meant] = {}
    for name, concept_id in ids.items():
        concept = found.get(concept_id)
        if concept is None:
            try:
                concept = await graph.concept(tenant, name)
            except NotFoundError:
                said = (spoken or {}).get(concept_id, name)
                result[name] = Meant(concept_id, key_of(said), said)
                continue
        result[name] = Meant(concept.id, concept.key, concept.name)
    return result


def _id(name: str) -> str:
    key = key_of(name)
    return key if key.startswith("cpt_") and len(key) == len(id_of(key)) else id_of(key)
