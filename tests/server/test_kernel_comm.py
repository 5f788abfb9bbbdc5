"""The kernel's comm, spoken to by a plain client."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from nbrepro.records.panel import COMM_ID, COMM_TARGET, PROTOCOL


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    manager, client = start_new_kernel(kernel_name="python3", env={**os.environ, "NBREPRO_LIVE": "1"})
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def comm_messages(client: Any, seconds: float = 1.0) -> list[dict[str, Any]]:
    """Return what the comm said until it was silent for a while."""
    found = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            message = client.get_iopub_msg(timeout=0.2)
        except queue.Empty:
            continue
        if message["msg_type"].startswith("comm_"):
            found.append(message)
    return found


def say(client: Any, data: Any) -> list[dict[str, Any]]:
    client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": COMM_ID, "data": data}))
    return [message["content"]["data"] for message in comm_messages(client)]


def run(client: Any, code: str) -> None:
    client.execute_interactive(code, output_hook=lambda _: None, timeout=20)


def test_the_comm_is_silent_until_a_panel_says_hello_and_after_it_sleeps(client: Any) -> None:
    run(client, "%load_ext nbrepro")
    client.execute("import random\nx = random.random()")
    assert comm_messages(client) == []
    client.comm_info(COMM_TARGET)
    assert list(client.get_shell_msg(timeout=5)["content"].get("comms", {})) in ([COMM_ID], [])

    (state,) = say(client, {"type": "hello", "protocol": PROTOCOL})
    assert (state["type"], state["protocol"], state["seed"]) == ("state", PROTOCOL, 42)
    assert [cell["draws"] for cell in state["cells"]] == [False, True]

    client.execute("1 / 0")
    (ran,) = [message["content"]["data"] for message in comm_messages(client)]
    assert (ran["type"], ran["cell"]["state"], ran["cell"]["exception"]["type"]) == (
        "cell",
        "error",
        "ZeroDivisionError",
    )

    assert say(client, {"type": "hello", "protocol": PROTOCOL, "listen": False}) == []
    client.execute("2")
    assert comm_messages(client) == []


@pytest.mark.parametrize("data", [None, 3, {}, {"type": "hello"}, {"type": "other"}, {"type": "hello", "protocol": 1}])
def test_a_malformed_message_is_passed_over_and_a_closed_comm_opens_again(client: Any, data: Any) -> None:
    run(client, "%load_ext nbrepro")
    assert say(client, data) == []
    client.shell_channel.send(client.session.msg("comm_close", {"comm_id": COMM_ID, "data": {}}))
    assert [message["type"] for message in say(client, {"type": "hello", "protocol": PROTOCOL})] == ["state"]
    say(client, {"type": "hello", "protocol": PROTOCOL, "listen": False})


def test_unloading_takes_the_comm_away(client: Any) -> None:
    run(client, "%load_ext nbrepro")
    say(client, {"type": "hello", "protocol": PROTOCOL})
    client.execute("%nbrepro off")
    assert [message["content"]["data"]["type"] for message in comm_messages(client)] == ["gone"]


def test_the_comm_says_whether_a_run_from_the_top_would_give_what_the_cells_show(client: Any) -> None:
    run(client, "%load_ext nbrepro")
    say(client, {"type": "hello", "protocol": PROTOCOL})
    cells = [{"id": "a", "source": "x = 1"}, {"id": "b", "source": "# never run"}]
    (answer,) = say(client, {"type": "cells", "protocol": PROTOCOL, "cells": cells})
    assert (answer["type"], answer["yes"]) == ("live", False)
    assert [cell["id"] for cell in answer["cells"]] == ["a", "b"]
    assert "not_run" in {cell["state"] for cell in answer["cells"]}
    say(client, {"type": "hello", "protocol": PROTOCOL, "listen": False})
