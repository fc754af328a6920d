"""What is shipped for deployment, checked as text: a container engine and systemd need not be here."""

import re
from typing import Any

import pytest
import yaml

from netsentinel.kernel.settings import Settings
from tests.architecture.source import ROOT

DEPLOY = ROOT / "deploy"
HARDENING = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
}


@pytest.fixture(scope="module")
def dockerfile() -> list[str]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return compose["services"]["netsentinel"]


@pytest.fixture(scope="module")
def unit() -> dict[str, str]:
    lines = (DEPLOY / "netsentinel.service").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
    return {key: value for key, value in pairs if key not in {"Environment", "SystemCallFilter"}}


def _last_stage(dockerfile: list[str]) -> list[str]:
    start = max(number for number, line in enumerate(dockerfile) if line.startswith("FROM "))
    return dockerfile[start:]


def test_the_image_is_built_in_stages_and_ends_slim(dockerfile: list[str]) -> None:
    stages = [line for line in dockerfile if line.startswith("FROM ")]
    assert len(stages) >= 2
    assert "slim" in stages[-1]
    assert not any(
        tool in line for line in _last_stage(dockerfile) for tool in ("npm", "apt-get", "pip install", "gcc")
    )


def test_the_image_does_not_run_as_root(dockerfile: list[str]) -> None:
    (user,) = [line.split()[1] for line in _last_stage(dockerfile) if line.startswith("USER ")]
    assert user.split(":")[0] not in {"root", "0"}


def test_the_image_installs_what_is_locked_with_hashes(dockerfile: list[str]) -> None:
    installs = [line for line in dockerfile if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert any("npm ci" in line for line in dockerfile)


def test_every_base_image_names_its_version(dockerfile: list[str]) -> None:
    for line in dockerfile:
        if line.startswith("FROM "):
            assert re.search(r":\d+(\.\d+)*-", line), line
            assert "latest" not in line


def test_the_image_says_how_it_is(dockerfile: list[str]) -> None:
    assert any(line.startswith("HEALTHCHECK") and "/livez" in line for line in dockerfile)


def test_the_build_sees_only_what_it_copies() -> None:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    assert not any(line.startswith(("!data", "!.git", "!.env")) for line in lines)


def test_what_the_dockerfile_copies_exists(dockerfile: list[str]) -> None:
    for line in dockerfile:
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _ = line.split()[1:]
            for source in sources:
                assert (ROOT / source).exists(), line


def test_the_container_can_write_to_its_volume_only(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["volumes"] == ["data:/data"]


def test_the_container_is_published_on_loopback_only(service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_container_believes_the_proxy_on_its_host(service: dict[str, Any]) -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    (network,) = compose["networks"]["default"]["ipam"]["config"]
    believed = service["environment"]["NETSENTINEL_TRUSTED_PROXIES"]
    assert believed == f"${{NETSENTINEL_TRUSTED_PROXIES:-{network['gateway']}}}"


@pytest.mark.parametrize(("key", "value"), HARDENING.items())
def test_the_unit_is_hardened(unit: dict[str, str], key: str, value: str) -> None:
    assert unit[key] == value


def test_the_unit_has_its_own_user_and_folder(unit: dict[str, str]) -> None:
    assert unit["User"] not in {"", "root"}
    assert unit["StateDirectory"] == "netsentinel"
    assert unit["ExecStart"].endswith("netsentinel serve")


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "netsentinel.service"])
def test_only_settings_that_exist_are_set(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    known = {f"NETSENTINEL_{field.upper()}" for field in Settings.model_fields}
    assert set(re.findall(r"NETSENTINEL_[A-Z_]+", text)) <= known
