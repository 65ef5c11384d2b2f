# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module and the action plugin: fetching a URL, and Ansible itself with a model of Jool."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.plugins.action import jool_instance as action
from ansible_collections.nat64.jool.plugins.modules import jool_instance as module
from ansible_collections.nat64.jool.tests.unit.config.model_host import instances, program
from ansible_collections.nat64.jool.tests.unit.test_connection_ansible import CORES, ROOT, each_core


class Site(BaseHTTPRequestHandler):
    """Paths are what is answered."""

    def do_GET(self) -> None:
        if self.path == "/broken":
            self.wfile.write(b"no such protocol\r\n\r\n")
            return
        self.send_response(int(self.path[1:]))
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("front_end", [action, module])
def test_fetching(site: str, front_end: Any) -> None:
    front_end.fetch(f"http://{site}/200", 10)
    for url in (f"http://{site}/500", f"http://{site}/404", f"http://{site}/broken", f"https://{site}/200", "nonsense"):
        with pytest.raises((OSError, ValueError)):
            front_end.fetch(url, 10)
    with pytest.raises(OSError, match="refused"):
        front_end.fetch("http://127.0.0.1:1/", 10)


CONF = {
    "comment": "pasted",
    "instance": "edge",
    "framework": "netfilter",
    "global": {"pool6": "64:ff9b::/96", "udp-timeout": "0:06:00"},
    "pool4": [{"protocol": "TCP", "prefix": "192.0.2.1/32", "port range": "1000-2000", "mark": 0}],
    "bib": [{"protocol": "TCP", "ipv6 address": "2001:db8::1#80", "ipv4 address": "192.0.2.1#1080"}],
}
MODULE = "nat64.jool.jool_instance"


@pytest.mark.parametrize("transport", ["connection", "host"])
@pytest.mark.parametrize("core", each_core())
def test_ansible_itself(core: str, transport: str, tmp_path: Path) -> None:
    place = tmp_path / "host"
    place.mkdir()
    (tmp_path / "jool.conf").write_text(json.dumps(CONF))
    common = {"jool_path": str(program(place)), "transport": transport}
    pasted = {**common, "config": f"{{{{ lookup('ansible.builtin.file', '{tmp_path}/jool.conf') | from_json }}}}"}
    spelled = {
        **common,
        "name": "edge",
        "global": {"udp_timeout": 360, "pool6": "64:FF9B::/96"},
        "pool4": [{"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "1000-2000"}],
        "bib": [{"protocol": "tcp", "ipv6_address": "2001:DB8::1#80", "ipv4_address": "192.0.2.1#1080"}],
    }
    tasks: list[dict[str, Any]] = [
        {MODULE: pasted, "check_mode": True, "register": "checked"},
        {MODULE: pasted, "register": "made"},
        {MODULE: pasted, "register": "again"},
        {MODULE: spelled, "register": "spelled"},
        {MODULE: {**common, "name": "edge", "global": {"tos": 300}}, "register": "bad", "failed_when": False},
        {MODULE: {**common, "name": "edge", "state": "rendered", "config": CONF}, "register": "rendered"},
        {MODULE: {**common, "name": "edge", "state": "absent"}, "register": "gone"},
        {
            "ansible.builtin.copy": {
                "content": "{{ [checked, made, again, spelled, bad, rendered, gone] | to_json }}",
                "dest": f"{tmp_path}/answers.json",
                "mode": "0600",
            }
        },
    ]
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    done = subprocess.run(
        [
            str(CORES[core] / "ansible-playbook"),
            "-c",
            "local",
            "-e",
            f"ansible_python_interpreter={sys.executable}",
            str(playbook),
        ],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    checked, made, again, spelled_again, bad, rendered, gone = json.loads((tmp_path / "answers.json").read_text())
    told = [one["changed"] for one in (checked, made, again, spelled_again, bad, rendered, gone)]
    assert told == [True, True, False, False, False, False, True]
    assert checked["plan"] == made["plan"] == ["create instance 'edge'"]
    assert "+" not in again["diff"]["before"]
    assert again["diff"]["before"] == again["diff"]["after"]
    assert bad["error"]["condition"] == "ConfigurationInvalid"
    assert "global tos: 300 is not between 0 and 255" in bad["msg"]
    assert rendered["rendered"]["pool4"][0]["port range"] == "1000-2000"
    assert instances(place) == {}
