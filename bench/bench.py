# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""Measures this build against references that run beside it; see README.md."""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import signal
import sys
import time

import report
import tools
import world

READ_SECONDS = 3
WRITE_SECONDS = 5
SINGLE_SECONDS = 2
REDIS_REQUESTS = 200_000
NOTE_BODY = json.dumps({"kind": "note", "text": world.NOTE})


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.redis_url = os.environ["THROUGHLINE_REDIS_URL"]
        self.database_url = world.fresh_database(os.environ["THROUGHLINE_DATABASE_URL"])
        self.key = self._prepare()
        with self._server("") as url:
            api = world.Api(url, self.key)
            self.world = world.World(api, folder)
            self.document = api.call("GET", self.world.first_read)
        self.tenant = tools.output_of(
            ["psql", "-X", "-At", "-c", "select id from tenants where name = 'bench'",
             self.database_url]).strip()
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        self.scripts = world.note_scripts(self.world, self.tenant, now, folder)

    def _prepare(self):
        database = {"THROUGHLINE_DATABASE_URL": self.database_url}
        tools.output_of([self.options.binary, "migrate"], database)
        printed = tools.output_of(
            [self.options.binary, "key", "create", "--tenant", "bench", "--scopes", "all"],
            database)
        return printed.strip().splitlines()[-1]

    def _server(self, redis_url):
        return tools.throughline(self.options.binary, self.database_url, redis_url, self.folder)

    def reads(self, redis_url):
        with self._server(redis_url) as url:
            if world.Api(url, self.key).call("GET", self.world.first_read) != self.document:
                raise RuntimeError("the two sides would not serve the same bytes")
            return tools.wrk(url, self.world.reads, self.key, self.options.clients, READ_SECONDS)

    def nginx(self):
        with tools.nginx(self.options.nginx, self.document, self.folder) as url:
            return tools.wrk(url, self.world.reads, self.key, self.options.clients, READ_SECONDS)

    def redis(self):
        return tools.redis_benchmark(self.redis_url, len(self.document), self.options.clients,
                                     REDIS_REQUESTS)

    def notes(self, redis_url, clients, seconds):
        with self._server(redis_url) as url:
            return tools.wrk(url, self.world.writes, self.key, clients, seconds, NOTE_BODY)

    def pgbench(self, clients, seconds):
        # As the server connects: the role from the start-up packet, the tenant set.
        options = f"-c role=throughline_server -c throughline.tenant={self.tenant}"
        return tools.pgbench(self.options.pgbench, self.database_url, options, self.scripts,
                             clients, seconds, self.folder)

    def measurements(self):
        """In the order in which a round takes them: each beside its reference."""
        many = self.options.clients
        return {
            "nginx": self.nginx,
            "read_memory": lambda: self.reads(""),
            "redis": self.redis,
            "read_redis": lambda: self.reads(self.redis_url),
            "pgbench": lambda: self.pgbench(many, WRITE_SECONDS),
            "note_memory": lambda: self.notes("", many, WRITE_SECONDS),
            "note_redis": lambda: self.notes(self.redis_url, many, WRITE_SECONDS),
            "pgbench_one": lambda: self.pgbench(1, SINGLE_SECONDS),
            "note_memory_one": lambda: self.notes("", 1, SINGLE_SECONDS),
            "note_redis_one": lambda: self.notes(self.redis_url, 1, SINGLE_SECONDS),
        }

    def run(self):
        """As many whole rounds as asked for and as fit into the time; at least one."""
        rounds, started = [], time.monotonic()
        while len(rounds) < self.options.rounds:
            taken = (time.monotonic() - started) / max(1, len(rounds))
            if rounds and time.monotonic() - started + taken > self.options.seconds:
                break
            result = {}
            for name, measure in self.measurements().items():
                print(f"round {len(rounds) + 1}: {name}", file=sys.stderr)
                result[name] = measure()
            rounds.append(result)
        return rounds


def main():
    # Ended from outside, it ends what it has started on its way out.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--binary", default="build/release/throughline")
    parser.add_argument("--nginx", default=shutil.which("nginx"))
    parser.add_argument("--pgbench", default="/usr/lib/postgresql/15/bin/pgbench")
    parser.add_argument("--clients", type=int, default=64, help="connections, each kept alive")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=140, help="no round begins that ends later")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("build/bench"))
    options = parser.parse_args()
    folder = options.output.resolve() / "run"  # logs and configurations of the last run
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    load = os.getloadavg()[0]
    bench = Bench(options, folder)
    rounds = bench.run()
    facts = {"at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
             "machine": platform.machine(), "cores": tools.CORES, "load_before": load,
             "server_threads": tools.SERVER_THREADS, "clients": options.clients,
             "document_bytes": len(bench.document)}
    rows = report.rows(rounds)
    print(report.text(facts, rows, len(rounds)))
    result = json.dumps({**facts, "rows": rows, "rounds": rounds}, indent=1)
    (options.output / "latest.json").write_text(result + "\n")
    stamp = facts["at"].replace(":", "").replace("+0000", "Z")
    (options.output / f"{stamp}.json").write_text(result + "\n")
    return 1 if report.has_errors(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
