# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""Many live streams on one instance: their memory, and the time from a write's answer to its event,
beside Redis Pub/Sub doing the same fan-out in the same run."""

import argparse
import contextlib
import json
import pathlib
import subprocess
import urllib.request

import tools

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "bench" / "live"
TENANT = "live bench"
PAUSE_MS = 50  # between writes


def resident(pid):
    """Bytes of memory that a process holds."""
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def call(served, key, method, path, body):
    request = urllib.request.Request(
        served.url + path, json.dumps(body).encode(), method=method,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def make_customers(served, key, count):
    """A file of lines: a customer, and a case of theirs to write on."""
    lines = []
    for number in range(count):
        customer = call(served, key, "PUT", f"/v1/customers/by/account/shop:{number}", {})["id"]
        case = call(served, key, "POST", "/v1/cases",
                    {"customer_id": customer, "subject": "live"})["id"]
        lines.append(f"{customer} {case}\n")
    file = FOLDER / "customers.txt"
    file.write_text("".join(lines), encoding="ascii")
    return file


def measure(words, pid, subscribers):
    """What fanout tells, and the memory that each subscriber took of the process."""
    before = resident(pid)
    with subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        said = child.stderr.readline()
        if said.strip() != "subscribed":
            raise RuntimeError(f"fanout failed: {said}")
        held = resident(pid) - before
        told, failed = child.communicate("\n")
    if child.returncode != 0:
        raise RuntimeError(f"fanout failed: {failed}")
    return {**json.loads(told), "bytes_per_subscriber": held / subscribers}


@contextlib.contextmanager
def redis():
    """One of its own: clients that do not read are not to be dropped."""
    port, log = tools.free_port(), FOLDER / "redis.log"
    words = ["redis-server", "--port", port, "--save", "", "--appendonly", "no",
             "--maxclients", "20000", "--client-output-buffer-limit", "pubsub 0 0 0"]
    program = subprocess.run(["which", "redis-server"], capture_output=True, text=True, check=False)
    if program.returncode != 0:  # redis-tools has it under another name
        link = FOLDER / "redis-server"
        link.unlink(missing_ok=True)
        link.symlink_to(tools.output_of(["which", "redis-check-rdb"]).strip())
        words[0] = link
    with tools.running(words, log) as child:
        for _ in range(200):
            answer = subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True,
                                    check=False)
            if answer.stdout == b"PONG\n":
                break
        yield port, child.pid


def rounds(options, serve, key):
    """Everybody follows one customer; then each follows one of a hundred. A server for each, so that
    none is measured with memory that another round has left it."""
    for places, writes in ((1, options.writes), (100, options.writes * 10)):
        with serve() as served:
            file = make_customers(served, key, places)
            ours = measure([options.fanout, "live", served.port, key, options.subscribers, file,
                            writes, PAUSE_MS], served.pid, options.subscribers)
        with redis() as (port, pid):
            theirs = measure([options.fanout, "redis", port, options.subscribers, places, writes,
                              PAUSE_MS], pid, options.subscribers)
        yield places, ours, theirs


def show(places, ours, theirs):
    print(f"{ours['subscribers']:,} subscribers of {places} customer(s), {ours['writes']} writes, "
          f"{ours['events']:,} events")
    for name, figures in (("throughline", ours), ("redis pub/sub", theirs)):
        print(f"  {name:<14} {figures['bytes_per_subscriber'] / 1024:6.1f} KiB a subscriber, "
              f"subscribed in {figures['subscribing_ms'] / 1000:.1f} s; answer to event "
              f"p50 {figures['p50_ms']:.1f} p90 {figures['p90_ms']:.1f} "
              f"p99 {figures['p99_ms']:.1f} max {figures['max_ms']:.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=10_000)
    parser.add_argument("--writes", type=int, default=20, help="to the one customer")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help="where throughline and fanout are")
    options = parser.parse_args()
    options.fanout = options.build / "fanout"
    FOLDER.mkdir(parents=True, exist_ok=True)
    urls = {name: tools.os.environ[f"THROUGHLINE_{name}_URL"] for name in ("DATABASE", "REDIS")}
    program = options.build / "throughline"
    environment = {"THROUGHLINE_DATABASE_URL": urls["DATABASE"]}
    tools.output_of([program, "migrate"], environment)
    key = tools.output_of([program, "key", "create", "--tenant", TENANT, "--scopes", "all"],
                          environment).strip()
    most = options.subscribers + 100
    limits = {"connections": most, "live_streams": most, "live_streams_per_key": most}

    def serve():
        return tools.throughline(program, urls["DATABASE"], urls["REDIS"], FOLDER, **limits)

    for figures in rounds(options, serve, key):
        show(*figures)


if __name__ == "__main__":
    main()
