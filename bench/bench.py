# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""Measures this build against references that run beside it; see README.md."""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import resource
import shutil
import signal
import sys
import time

import measures
import report
import rows
import tools
import world


def say(line):
    print(line, file=sys.stderr, flush=True)


def parse(words=None):
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--rows", default=",".join(rows.names()),
                        help="only these, comma-separated: " + ", ".join(rows.names()))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round, without the large tenant")
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000,
                        help="customers of the large tenant; 0: leave its rows out")
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE",
                        help="puts the table into this page, between its marks")
    parser.add_argument("--clients", type=int, default=64, help="connections, each kept alive")
    parser.add_argument("--binary", default="build/release/throughline")
    parser.add_argument("--steady", default="build/release/steady")
    parser.add_argument("--nginx", default=shutil.which("nginx"))
    parser.add_argument("--pgbench", default="/usr/lib/postgresql/15/bin/pgbench")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("build/bench"))
    options = parser.parse_args(words)
    options.rows = options.rows.split(",")
    for name in options.rows:
        if name not in rows.names():
            parser.error(f"no row {name}; there are {', '.join(rows.names())}")
    if options.quick:
        options.rounds, options.large = 1, 0
    return options


def find(name, small, large):
    """The function that takes a measure of this name; the rounds fill in what it builds on."""
    if name.startswith("large_"):
        return find(name.removeprefix("large_"), large, None)
    if name.startswith("steady_"):
        what = name.removeprefix("steady_")
        if what == "nginx":
            return lambda one: small.steady_nginx(one["read_memory"]["rate"])
        targets = {"read": small.target.reads, "note": small.target.notes}[what]
        return lambda one: small.steady(targets, one[f"{what}_memory"]["rate"])
    if name.startswith("flood_"):
        times = int(name.removeprefix("flood_"))
        return lambda one: small.flood(small.target.notes, one["note_memory"]["rate"], times)
    if hasattr(small, name):
        return lambda one: getattr(small, name)()
    kind, _, argument = name.rpartition("_")
    return lambda one: getattr(small, kind)(int(argument) if argument.isdigit() else argument)


def take(options, wanted, small, large):
    rounds = []
    for number in range(options.rounds):
        result = {}
        for name in rows.measures_of(wanted):
            say(f"round {number + 1}: {name}")
            # What one measure left to be written is not for the next to pay for.
            world.run_sql(os.environ["THROUGHLINE_TEST_ADMIN_URL"], "checkpoint")
            result[name] = find(name, small, large)(result)
        rounds.append(result)
    return rounds


@contextlib.contextmanager
def copy_of(url, name):
    """A database to write to, made from one that stays as it is."""
    # Unforced: that would end an autovacuum worker as well, which only a superuser may. PostgreSQL
    # itself sends it away, and waits for sessions that are just ending.
    world.run_sql(url, "drop database if exists bench", f"create database bench template {name}")
    yield world.sibling(url, "bench")
    world.run_sql(url, "drop database if exists bench")


def measure(options, folder):
    url = os.environ["THROUGHLINE_DATABASE_URL"]
    wanted = rows.chosen(options.rows, options.large)
    small_name = world.generated(url, options.binary, options.customers, say)
    large = None
    if any(row.large for row in wanted):
        # Too large to copy: what is written to it stays, and is little beside the rest.
        name = world.generated(url, options.binary, options.large, say)
        say(f"reading {name} into memory")
        world.warm(os.environ["THROUGHLINE_TEST_ADMIN_URL"], name)
        large = measures.Measures(options, world.World(
            world.sibling(url, name), options.binary, options.large, folder), folder)
    with copy_of(url, small_name) as copy:
        small = measures.Measures(
            options, world.World(copy, options.binary, options.customers, folder), folder)
        rounds = take(options, wanted, small, large)
    return wanted, rounds, len(small.document)


def main():
    # Ended from outside, it ends what it has started on its way out.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    options = parse()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)  # for floods, on both sides
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = options.output.resolve() / "run"  # logs and configurations of the last run
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    load, started = os.getloadavg()[0], time.monotonic()
    wanted, rounds, document_bytes = measure(options, folder)
    now = datetime.datetime.now(datetime.timezone.utc)
    facts = {"at": now.strftime("%Y-%m-%d %H:%M UTC"), "machine": platform.machine(),
             "cores": tools.CORES, "load_before": load, "server_threads": tools.SERVER_THREADS,
             "clients": options.clients, "rounds": len(rounds), "customers": options.customers,
             "large_customers": options.large, "document_bytes": document_bytes,
             "seconds": round(time.monotonic() - started)}
    found = report.results(wanted, rounds)
    print(report.text(facts, found))
    result = json.dumps({**facts, "rows": found, "measured": rounds}, indent=1) + "\n"
    (options.output / "latest.json").write_text(result)
    (options.output / f"{now:%Y-%m-%dT%H%M%SZ}.json").write_text(result)
    if options.write:
        report.write_into(options.write, facts, found)
    return 1 if report.has_errors(found) else 0


if __name__ == "__main__":
    sys.exit(main())
