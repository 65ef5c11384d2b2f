# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What apt-cache says of packages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system.apt_packages import Package, packages, read_policy
from ansible_collections.nat64.jool.plugins.module_utils.system.programs import FormatError, Programs
from ansible_collections.nat64.jool.tests.unit.replay import Answer, ReplayTransport
from ansible_collections.nat64.jool.tests.unit.system.recorded import read_or_refuse

POLICY = """\
jool-dkms:
  Installed: 4.1.9-1
  Candidate: 4.1.13-1.1
  Version table:
     4.1.13-1.1 500
        500 http://deb.debian.org/debian trixie/main amd64 Packages
 *** 4.1.9-1 100
        100 /var/lib/dpkg/status
jool-tools:
  Installed: (none)
  Candidate: 4.1.13-1.1+b1
  Package pin: 4.1.13-1.1+b1
  Version table:
     4.1.13-1.1+b1 990
        500 http://deb.debian.org/debian trixie/main amd64 Packages
     4.1.9-1 -1
        500 http://deb.debian.org/debian bookworm/main amd64 Packages
linux-headers-6.1.0-9-amd64:
  Installed: (none)
  Candidate: (none)
  Version table:
"""


def test_policy() -> None:
    assert read_policy(POLICY) == {
        "jool-dkms": Package("4.1.9-1", "4.1.13-1.1", ("4.1.13-1.1", "4.1.9-1")),
        "jool-tools": Package(None, "4.1.13-1.1+b1", ("4.1.13-1.1+b1", "4.1.9-1")),
        "linux-headers-6.1.0-9-amd64": Package(),
    }


def test_a_candidate_that_came_in_phases() -> None:
    text = "jool-dkms:\n  Installed: (none)\n  Candidate: 4.1.9-1 (phased 20%)\n"
    assert read_policy(text)["jool-dkms"].candidate == "4.1.9-1"


@pytest.mark.parametrize("text", ["E: no such thing\n", "  Installed: 4.1.9-1\n", "Jool Dkms:\n"])
def test_other_words(text: str) -> None:
    with pytest.raises(FormatError):
        read_policy(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_any_text(text: str) -> None:
    read_or_refuse(read_policy, text)


def test_a_name_that_apt_never_heard_of() -> None:
    programs = Programs(ReplayTransport({"apt-cache policy jool-dkms no-such": Answer(POLICY.encode())}))
    found = packages(programs, ["jool-dkms", "no-such"])
    assert found is not None
    assert found["no-such"] == Package()
    assert programs.notices == []


def test_no_apt() -> None:
    programs = Programs(ReplayTransport({}))
    assert packages(programs, ["jool-dkms"]) is None
    assert "no program 'apt-cache'" in programs.notices[0]
