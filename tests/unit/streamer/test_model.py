"""The figures: the protocol's own, and those that settings change."""

from netsentinel.kernel.settings import Settings
from netsentinel.streamer import HubLimits


def test_settings_decide_what_they_name() -> None:
    settings = Settings(ws_heartbeat_seconds=7, ws_max_connections=5, ws_send_buffer_kib=64, ws_send_buffer_frames=50)
    limits = HubLimits.from_settings(settings)
    assert limits.heartbeat == 7
    assert limits.max_connections == 5
    assert limits.send_buffer_bytes == 65_536
    assert limits.send_buffer_frames == 50


def test_the_figures_of_the_protocol() -> None:
    limits = HubLimits()
    assert (limits.heartbeat, limits.hello_within, limits.attempts_per_minute) == (25, 5, 10)
    assert (limits.send_buffer_bytes, limits.send_buffer_frames) == (1024 * 1024, 1_000)
