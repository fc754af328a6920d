-- A user of Windows is looked for by the name alone, without the domain that begins `domain\name`: no index finds an end, so
-- all of the tenant's users are looked through, and not the addresses, of which one scan may leave hundreds of thousands.

CREATE INDEX threats_users ON threats (tenant, entity) WHERE entity_kind = 'user';
