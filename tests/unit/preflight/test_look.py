# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host is asked, and judged: recorded and written answers, the options, and the shape of what comes back."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.plugins.module_utils.errors import ConfigurationInvalid, ConnectionLost
from ansible_collections.nat64.jool.plugins.module_utils.preflight.look import Request, flavour, look
from ansible_collections.nat64.jool.plugins.module_utils.preflight.policy import ACCEPTABLE
from ansible_collections.nat64.jool.plugins.module_utils.preflight_options import (
    ARGUMENT_SPEC,
    OptionError,
    check,
    request,
)
from ansible_collections.nat64.jool.plugins.modules import jool_preflight as module
from ansible_collections.nat64.jool.tests.unit.jool_host import KERNEL, SYSCTL, Answers, host, system
from ansible_collections.nat64.jool.tests.unit.replay import MISSING, Answer, ReplayTransport
from ansible_collections.nat64.jool.tests.unit.test_module_documentation import compare, options_of

DEFAULTS = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}
NEW = "6.12.9+bpo-cloud-amd64"
MODULES = "/lib/modules"
HEADERS, FOLLOWING, IMAGE = f"linux-headers-{KERNEL}", "linux-headers-cloud-amd64", "linux-image-cloud-amd64"


def policy(**versions: tuple[str | None, str | None]) -> Answer:
    """Of names with underscores: what is installed and what is to be had."""
    return Answer(
        "".join(
            f"{name.replace('_', '-')}:\n  Installed: {installed or '(none)'}\n  Candidate: {candidate or '(none)'}\n"
            f"  Version table:\n" + (f"     {candidate} 500\n        500 file:/x ./ Packages\n" if candidate else "")
            for name, (installed, candidate) in versions.items()
        ).encode()
    )


APT = f"apt-cache policy jool-dkms jool-tools {HEADERS} {FOLLOWING} {IMAGE}"


def bare(**more: Answer) -> Answers:
    """A Debian without Jool, whose packages are to be had."""
    kernels = {HEADERS: (None, "6.1.170-1"), FOLLOWING: (None, "6.1.170-1"), IMAGE: ("6.1.170-1", "6.1.170-1")}
    kernels = {name.replace("-", "_"): versions for name, versions in kernels.items()}
    answers: Answers = {
        **system(),
        f"ls -1 {MODULES}/{KERNEL}/build/Makefile": Answer(status=2),
        f"find {MODULES}/{KERNEL} -name jool*.ko*": Answer(),
        "apt-cache --version": Answer(b"apt 2.6.1 (amd64)\n"),
        APT: policy(
            jool_dkms=(None, "4.1.9-1"),
            jool_tools=(None, "4.1.9-1"),
            **kernels,
        ),
        "ethtool -k eth0": Answer(b"Features for eth0:\ngeneric-receive-offload: off\n"),
        "od -An -tu1 /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c": Answer(status=1),
        "ip -6 route show default": Answer(),
        "ss -H -l -n -t -u": Answer(b"tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n"),
        "ip -4 -o address show scope global": Answer(b"2: eth0 inet 198.51.100.1/24 brd 198.51.100.255 scope global\n"),
    }
    return {**answers, **more}


def ask(answers: Answers, **options: Any) -> dict[str, Any]:
    return check(ReplayTransport(answers), {**DEFAULTS, **options})


def codes(result: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in result["preflight"]["findings"]]


def test_a_bare_host() -> None:
    result = ask(bare())
    assert "failed" not in result
    assert result["changed"] is False
    assert result["warnings"] == []
    assert result["preflight"] == {
        "findings": [],
        "stops": False,
        "version": "4.1.9",
        "tool_version": "4.1.9",
        "packages": {"jool-dkms": "4.1.9-1", "jool-tools": "4.1.9-1"},
        "to_install": [HEADERS, FOLLOWING, "jool-dkms=4.1.9-1", "jool-tools=4.1.9-1"],
        "headers_packages": [HEADERS, FOLLOWING],
        "kernels": [{"release": KERNEL, "when": "runs and starts next", "headers": False, "module": None}],
        "tool": None,
        "loaded": None,
        "modules_loaded": [],
        "reloads": False,
        "not_known": [],
    }


def installed(release: str = "4.1.9") -> Answers:
    version = f"{release}-1"
    return {
        **bare(),
        **host(release),
        "ethtool -k eth0": Answer(),
        APT: policy(
            jool_dkms=(version, "4.1.9-1"),
            jool_tools=(version, "4.1.9-1"),
            **{HEADERS.replace("-", "_"): ("6.1.170-1", None)},
        ),
    }


def test_a_host_that_has_all() -> None:
    result = ask(installed())
    assert codes(result) == []
    told = result["preflight"]
    assert (told["to_install"], told["loaded"], told["tool"], told["reloads"]) == ([], "4.1.9", "4.1.9", False)
    assert told["kernels"][0]["module"] == "4.1.9"
    assert told["modules_loaded"] == ["jool", "jool_siit"]


def test_the_next_kernel_is_too_new_and_has_no_headers() -> None:
    answers = bare()
    del answers[APT]
    both = f"{HEADERS} {FOLLOWING} {IMAGE} linux-headers-{NEW}"
    result = ask(
        {
            **answers,
            "ls -1 /boot": Answer(f"vmlinuz-{KERNEL}\nvmlinuz-{NEW}\n".encode()),
            f"ls -1 {MODULES}/{KERNEL}/build/Makefile {MODULES}/{NEW}/build/Makefile": Answer(status=2),
            f"find {MODULES}/{KERNEL} {MODULES}/{NEW} -name jool*.ko*": Answer(),
            f"apt-cache policy jool-dkms jool-tools {both}": policy(
                jool_dkms=(None, "4.1.9-1"),
                jool_tools=(None, "4.1.9-1"),
                **{HEADERS.replace("-", "_"): (None, "6.1.170-1")},
            ),
        }
    )
    assert codes(result) == ["kernel_too_new", "headers_missing"]
    assert result["failed"] is True
    assert result["msg"].startswith("Nothing was changed: kernel ")
    assert result["preflight"]["stops"] is True
    assert [kernel["when"] for kernel in result["preflight"]["kernels"]] == ["runs", "starts next"]
    assert result["preflight"]["headers_packages"] == [HEADERS]


def test_nothing_to_be_had() -> None:
    result = ask({**bare(), APT: policy()}, version="4.1.15")
    assert set(codes(result)) == {"version_not_available", "headers_missing"}
    assert "version '4.1.15' of jool-dkms is not to be had" in result["msg"]
    assert "failed" not in ask({**bare(), APT: policy()}, stop=False)


def test_what_is_accepted_is_a_warning() -> None:
    answers = {**bare(), APT: policy(jool_dkms=(None, "4.1.9-1"), jool_tools=(None, "4.1.9-1"))}
    result = ask(answers, accept=["headers_missing"])
    assert "failed" not in result
    assert result["preflight"]["stops"] is False
    assert len(result["warnings"]) == 1
    assert result["warnings"][0].endswith("[headers_missing]")


def test_an_upgrade_that_waits_for_consent() -> None:
    answers: Answers = {**installed(), "cat /sys/module/jool/version": Answer(b"4.1.5.0\n")}
    assert codes(ask(answers)) == ["module_not_kept"]
    result = ask(answers, reload=True)
    assert codes(result) == []
    assert (result["preflight"]["reloads"], result["preflight"]["loaded"]) == (True, "4.1.5")


def test_siit_is_loaded() -> None:
    answers: Answers = {
        **installed(),
        "cat /sys/module/jool/version": Answer(status=1),
        "cat /sys/module/jool_siit/version": Answer(b"4.1.5.0\n"),
    }
    assert codes(ask(answers)) == ["module_not_kept"]


def test_pool4_and_the_host() -> None:
    pool4 = [{"protocol": "tcp", "prefix": "198.51.100.1", "port_range": "1-40000"}]
    result = ask(bare(), pool4=pool4)
    assert codes(result) == ["pool4_listening", "pool4_local_ports"]
    assert "TCP 198.51.100.1#32768-40000" in result["preflight"]["findings"][1]["evidence"]
    transport = ReplayTransport(bare())
    check(transport, DEFAULTS)
    assert not {"ss -H -l -n -t -u", "ip -4 -o address show scope global"} & set(transport.asked)


@pytest.mark.parametrize("method", ["source", "existing"])
def test_no_package_is_asked_for_where_none_is_used(method: str) -> None:
    transport = ReplayTransport(bare())
    result = check(transport, {**DEFAULTS, "method": method, "version": "4.1.9", "stop": False})
    assert not any("jool-dkms" in line for line in transport.asked)
    assert result["preflight"]["packages"] == {}
    assert codes(result) == (["module_missing"] if method == "existing" else [])


def test_a_host_of_which_nothing_can_be_known() -> None:
    result = ask({})
    told = result["preflight"]
    assert codes(result) == ["next_kernel_not_known", "release_not_known"]
    assert "failed" not in result
    assert (told["version"], told["to_install"], told["kernels"], told["tool"]) == (None, None, [], None)
    assert any("apt-cache" in sentence for sentence in told["not_known"])


@pytest.mark.parametrize(
    "told",
    [MISSING, Answer(stderr=b"jool: error while loading shared libraries", status=1), Answer(b"no version\n")],
)
def test_a_tool_that_does_not_work_is_none(told: Answer) -> None:
    result = ask({**installed(), "jool --version": told})
    assert result["preflight"]["tool"] is None
    assert "failed" not in result


def test_a_module_that_was_built_from_no_release() -> None:
    built = Answer(b"4.1.9.git.v4.1.9\n")
    answers: Answers = {
        **installed(),
        "cat /sys/module/jool/version": built,
        "cat /sys/module/jool_siit/version": built,
    }
    told = ask(answers)["preflight"]
    assert (told["loaded"], told["modules_loaded"]) == (None, ["jool", "jool_siit"])


def test_a_program_that_hangs_or_is_refused_is_no_finding() -> None:
    result = ask({**bare(), SYSCTL: MISSING, "ethtool -k eth0": Answer(stderr=b"Operation not permitted", status=1)})
    assert codes(result) == []
    assert len(result["preflight"]["not_known"]) == 2


def test_the_way_to_the_host_breaks() -> None:
    class Broken(ReplayTransport):
        def start(self, argv: Any, timeout: float | None = None) -> Any:
            if argv[0] == "ethtool":
                raise ConnectionLost("gone", host=self.host)
            return super().start(argv, timeout)

    with pytest.raises(ConnectionLost):
        look(Broken(bare()), Request())


@pytest.mark.parametrize(
    ("kernel", "kind"),
    [
        (KERNEL, "cloud-amd64"),
        ("6.12.118+deb13-cloud-amd64", "cloud-amd64"),
        ("6.12.9+bpo-amd64", "amd64"),
        ("6.11-rc3-amd64", "amd64"),
        ("6.8.0-45-generic", "generic"),
        ("6.6.1-0-lts", "lts"),
        ("5.14.0-362.8.1.el9_3.x86_64", None),
        ("6.1.0", None),
        ("custom", None),
    ],
)
def test_flavours(kernel: str, kind: str | None) -> None:
    assert flavour(kernel) == kind


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"timeout": -1.0}, "timeout: -1 is not at least 0"),
        ({"translators": []}, "translators: an empty list"),
        ({"headers_package": "linux-headers-{kernel}"}, "headers_package: .* may have {release}"),
        ({"following_headers": "x-{release}"}, "following_headers: .* may have {flavour}"),
        ({"following_image": "x-{"}, "following_image"),
    ],
)
def test_senseless_options(options: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        request({**DEFAULTS, **options})


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"protocol": "tcp"}, "prefix"),
        ({"protocol": "sctp", "prefix": "192.0.2.1", "port_range": "1-2"}, "sctp"),
        ({"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "1-70000"}, "70000"),
    ],
)
def test_a_pool4_that_is_none(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=words):
        request({**DEFAULTS, "pool4": [entry]})


# --- the documentation


def test_options_are_documented() -> None:
    compare(ARGUMENT_SPEC, options_of(module))
    assert set(ARGUMENT_SPEC["accept"]["choices"]) == set(ACCEPTABLE)


def test_the_answer_is_documented() -> None:
    told = yaml.safe_load(module.RETURN)["preflight"]["contains"]
    answers = {**bare(), APT: policy(jool_dkms=(None, "4.1.9-1"), jool_tools=(None, "4.1.9-1"))}
    result = ask(answers, stop=False)["preflight"]
    assert set(result) == set(told)
    for name in ("findings", "kernels"):
        assert set(result[name][0]) == set(told[name]["contains"])
