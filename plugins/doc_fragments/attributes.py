# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module says of itself, in Ansible's terms."""

from __future__ import annotations


class ModuleDocFragment:
    """The attributes of the collection's modules."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  platform:
    description: Target OS/families that can be operated against.
  facts:
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
  action:
    description: Indicates this has a corresponding action plugin so some parts of the options can be executed on the controller.
  async:
    description: Supports being used with the C(async) keyword.
"""

    # Attributes of modules that only read.
    READS = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    details:
      - The module changes nothing on the host, so that check mode makes no difference there.
      - A file on the controller (O(dest)) is not written in check mode.
  diff_mode:
    support: N/A
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  facts:
    support: full
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
  platform:
    support: full
    platforms: linux
    description: Target OS/families that can be operated against.
"""

    # Attributes of modules that only read and leave no file anywhere.
    GATHERS = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    details:
      - The module changes nothing, so that check mode makes no difference.
  diff_mode:
    support: N/A
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  facts:
    support: full
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
  platform:
    support: full
    platforms: linux
    description: Target OS/families that can be operated against.
"""

    # Attributes of modules that only read and leave neither file nor facts.
    LOOKS = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    details:
      - The module changes nothing, so that check mode makes no difference.
  diff_mode:
    support: N/A
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  facts:
    support: none
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
  platform:
    support: full
    platforms: linux
    description: Target OS/families that can be operated against.
"""

    # Attributes of modules that ask a fleet from the controller.
    FLEET = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    details:
      - The module changes nothing on the hosts, so that check mode makes no difference there.
      - Files on the controller are not written in check mode.
  diff_mode:
    support: N/A
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  facts:
    support: none
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
  platform:
    support: full
    platforms: linux
    description: Target OS/families that can be operated against.
"""
