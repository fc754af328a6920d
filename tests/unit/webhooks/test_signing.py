"""Signatures that the reference implementation of Standard Webhooks finds good, during a rotation too."""

import base64

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from netsentinel.kernel.clock import DAY, SECOND, SystemClock
from netsentinel.kernel.types import TenantId
from netsentinel.webhooks.model import Endpoint, OlderSecret
from netsentinel.webhooks.signing import MOST_OLDER, Secrets, older_after_rotation, signature

BODY = b'{"type":"alert.raised"}'


def endpoint(**changes: object) -> Endpoint:
    fields = {
        "id": "whk_1", "tenant": TenantId("t"), "url": "https://example.org/", "description": "", "subscriptions": (),
        "granted": frozenset(), "enabled": True, "created_by": "u", "created_at": 0, "updated_at": 0,
    }  # fmt: skip
    return Endpoint(**(fields | changes))  # type: ignore[arg-type]


def test_the_example_of_the_specification() -> None:
    # The test vector of the reference libraries (https://github.com/standard-webhooks/standard-webhooks).
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_reference_implementation_verifies_them() -> None:
    secrets, now = Secrets(b"key"), SystemClock().now()
    headers = secrets.headers(endpoint(), "msg_1", BODY, now)
    assert Webhook(secrets.shown(endpoint())).verify(BODY, headers) == {"type": "alert.raised"}
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets.shown(endpoint(id="whk_2"))).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets.shown(endpoint())).verify(BODY + b" ", headers)
    assert now // SECOND == int(headers["webhook-timestamp"])


def test_every_installation_tenant_endpoint_and_generation_has_its_own() -> None:
    one = endpoint()
    others = [
        Secrets(b"other").shown(one),
        *(Secrets(b"key").shown(endpoint(**change)) for change in ({"id": "x"}, {"tenant": "x"}, {"generation": 2})),
    ]
    assert len({Secrets(b"key").shown(one), *others}) == 5
    assert len(base64.b64decode(Secrets(b"key").shown(one).removeprefix("whsec_"))) == 32


def test_for_a_day_both_secrets_verify() -> None:
    secrets, now = Secrets(b"key"), SystemClock().now()
    old = endpoint()
    new = endpoint(generation=2, older=older_after_rotation(old, now))
    headers = secrets.headers(new, "msg_1", BODY, now)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for shown in (secrets.shown(old), secrets.shown(new)):
        Webhook(shown).verify(BODY, headers)
    later = secrets.headers(new, "msg_1", BODY, now + DAY)
    assert later["webhook-signature"].count("v1,") == 1


def test_old_secrets_do_not_pile_up() -> None:
    one = endpoint()
    for number in range(10):
        one = endpoint(generation=number + 2, older=older_after_rotation(one, number))
    assert len(one.older) == MOST_OLDER
    assert older_after_rotation(one, 3 * DAY) == (OlderSecret(generation=11, until=4 * DAY),)
