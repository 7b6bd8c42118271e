"""What network servers do in an image, beside a Linux guest on the same QEMU in the same run.

Run by `make bench`. Both guests have the same machine, memory, network and client, and the same server: static with
musl on Linux, built by its recipe for Unilith. Requests a second are medians of interleaved rounds, and only the ratio
is a claim; QEMU's processor time for a unit of work (a request, a megabyte) depends less on what else the machine
does. Instructions are exact, kernel and server together (tests/boot/counting.py).
"""

from __future__ import annotations

import argparse
import re
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.network_guests import (
    Guest,
    Running,
    least_memory,
    linux_server,
    running,
    unilith_guest,
)

MIB = 1 << 20
MEMORY = 128 * MIB
ROUNDS = 3
STARTS = 3
LARGE = 10 * MIB
HTTP = b"GET /index.html HTTP/1.1\r\nHost: t\r\n\r\n"
GET = b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"
COUNTED = 20
# Enough for seconds: where the host's kernel drops the first packets of a connection, because QEMU's user networking
# lets one at a time wait, its client sends them again after 0.4 to 1.7 s, and redis-benchmark waits for the last answer
# to end.
OPERATIONS = 120_000


def wrk(page: str) -> Callable[[Running], float]:
    """Requests a second on ten connections that are kept."""

    def measure(server: Running) -> float:
        words = ["wrk", "-t", "2", "-c", "10", "-d", "3", f"http://127.0.0.1:{server.port}/{page}"]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        return float(re.findall(r"Requests/sec:\s+([\d.]+)", said)[0])

    return measure


def download(server: Running) -> float:
    """Megabytes a second of a large file."""
    url = f"http://127.0.0.1:{server.port}/large.bin"
    words = ["curl", "-s", "-o", "/dev/null", "-w", "%{speed_download} %{size_download}", url]
    speed, size = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    assert int(size) == LARGE, size
    return float(speed) / 1e6


def redis_benchmark(test: str, pipeline: int) -> Callable[[Running], float]:
    """Operations a second on ten connections."""

    def measure(server: Running) -> float:
        words = ["redis-benchmark", "-p", str(server.port), "-c", "10", "-t", test, "-q", "--csv"]
        words += ["-P", str(pipeline), "-n", str(OPERATIONS * (1 if pipeline == 1 else 8))]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        return float(said.splitlines()[-1].split('","')[1])

    return measure


@dataclass(frozen=True)
class Service:
    """A recipe, how it is asked, and what is measured."""

    recipe: str
    port: int
    request: bytes
    files: dict[str, bytes]
    measures: dict[str, Callable[[Running], float]]


SERVICES = (
    Service(
        "httpd",
        80,
        HTTP,
        {},
        {"text, requests/s": wrk("hello"), "small file, requests/s": wrk("index.html")},
    ),
    Service(
        "nginx",
        80,
        HTTP,
        {"www/large.bin": bytes(LARGE)},
        {"small file, requests/s": wrk("index.html"), "10 MB file, MB/s": download},
    ),
    Service(
        "redis",
        6379,
        GET,
        {},
        {
            "GET, operations/s": redis_benchmark("get", 1),
            "SET, operations/s": redis_benchmark("set", 1),
            "GET, 16 at once, operations/s": redis_benchmark("get", 16),
            "SET, 16 at once, operations/s": redis_benchmark("set", 16),
        },
    ),
)


def instructions(server: Running, request: bytes) -> float:
    """Of the whole guest, for a request on a connection that is kept; the least of three counts, as timers tick."""
    counted = server.counted()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(times: int) -> None:
            for _ in range(times):
                connection.sendall(request)
                assert connection.recv(65536)

        ask(50)
        return min(counted.during(lambda: ask(COUNTED)).total() for _ in range(3)) / COUNTED


def first_answers(guests: list[Guest], request: bytes, folder: Path) -> list[float]:
    """Milliseconds from QEMU's start to the first answer, medians of interleaved starts."""
    times: list[list[float]] = [[] for _ in guests]
    for _ in range(STARTS):
        for guest, taken in zip(guests, times, strict=True):
            with running(guest, MEMORY, folder) as server:
                taken.append(1000 * server.first_answer(request, 60.0))
    return [statistics.median(taken) for taken in times]


def compare(service: Service, folder: Path) -> None:
    """Prints the rows of one service."""
    here = unilith_guest(service.recipe, service.port, service.files, folder)
    by_dhcp = unilith_guest(service.recipe, service.port, service.files, folder, dhcp=True)
    linux = linux_server(service.recipe, service.port, service.files, folder)
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in service.measures}
    costs: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in service.measures}
    counts: list[float] = []
    for number in range(ROUNDS):
        for which, guest in enumerate((linux, here)):
            with running(guest, MEMORY, folder) as server:
                server.first_answer(service.request, 60.0)
                time.sleep(0.5)
                for name, measure in service.measures.items():
                    used, began = server.processor_seconds(), time.monotonic()
                    speed = measure(server)
                    work = speed * (time.monotonic() - began)
                    found[name][which].append(speed)
                    costs[name][which].append(1e6 * (server.processor_seconds() - used) / work)
                if number == 0:
                    counts.append(instructions(server, service.request))
    for name, (slow, quick) in found.items():
        a, b = statistics.median(slow), statistics.median(quick)
        print(f"| {service.recipe}: {name} | {a:,.0f} | {b:,.0f} | {b / a:.2f} |")
    for name, (slow, quick) in costs.items():
        title = f"{name.rpartition(', ')[0]}, QEMU's processor time, us"
        row(title, statistics.median(slow), statistics.median(quick), service)
    row("instructions a request", counts[0], counts[1], service)
    starts = first_answers([linux, here, by_dhcp], service.request, folder)
    row("QEMU's start to the first answer, ms", starts[0], starts[1], service)
    row("the same with DHCP, ms", starts[0], starts[2], service)
    small = unilith_guest(service.recipe, service.port, {}, folder / "small")
    plain = linux_server(service.recipe, service.port, {}, folder / "small")
    memory = [
        least_memory(plain, service.request, folder, step=4 * MIB, low=16 * MIB, high=128 * MIB) / 1024,
        least_memory(small, service.request, folder, step=MIB // 8, low=MIB, high=16 * MIB) / 1024,
    ]
    row("least memory, KiB", memory[0], memory[1], service)
    assert small.image is not None
    print(f"| {service.recipe}: image, bytes | | {small.image.image.stat().st_size:,} | |")


def row(name: str, linux: float, here: float, service: Service) -> None:
    """Prints a line in which less is better."""
    print(f"| {service.recipe}: {name} | {linux:,.0f} | {here:,.0f} | {linux / here:.2f} |", flush=True)


def main() -> None:
    """Prints the table of docs/performance.md."""
    names = [service.recipe for service in SERVICES]
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--service", choices=names, action="append", help="only this one (repeatable)")
    wanted: list[str] = words.parse_args().service or names
    print("| | Linux | Unilith | times as good |")
    print("|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as text:
        folder = Path(text)
        (folder / "small").mkdir()
        for service in SERVICES:
            if service.recipe in wanted:
                compare(service, folder)


if __name__ == "__main__":
    main()
