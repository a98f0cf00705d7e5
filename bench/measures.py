# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""What can be measured, each by a name: ours and what it is compared with."""

import datetime
import json
import os
import pathlib
import re
import statistics
import time

import references
import tools
import world

READ_SECONDS = 3
# A session of PostgreSQL takes a page fault for whatever buffer it has not seen before: until it
# knows most of them a cold read costs up to half as much again.
COLD_WARM_UP_SECONDS = 15
WRITE_SECONDS = 5
SINGLE_SECONDS = 2
STEADY_SECONDS = 5
WORKERS = 8  # of the server, so its connections to PostgreSQL; pgbench reads cold with as many
REDIS_REQUESTS = 200_000
SMALL_CACHE = 1 << 20  # too small to answer what was read a round ago
PAGES = 1_000
STEADY_CONNECTIONS = 64
FLOOD_CONNECTIONS = 6_000


class Measures:
    """Servers are started for each measure alone and stopped after it."""

    def __init__(self, options, target, folder):
        self.options, self.target, self.folder = options, target, folder
        self.redis_url = os.environ["THROUGHLINE_REDIS_URL"]
        self.redis_pid = int(re.search(r"process_id:(\d+)", tools.output_of(
            ["redis-cli", "-u", self.redis_url, "info", "server"])).group(1))
        cluster = world.run_sql(os.environ["THROUGHLINE_TEST_ADMIN_URL"], "show data_directory")
        self.postgres_pid = int(
            pathlib.Path(cluster.strip(), "postmaster.pid").read_text().split()[0])
        self.now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        with self._server("") as served:
            path = world.read_of(world.READ[0]).split()[1]
            self.document = world.Api(served.url, target.key).call("GET", path)
        self._scripts = {}

    def _server(self, redis_url, **settings):
        return tools.throughline(self.options.binary, self.target.url, redis_url, self.folder,
                                 workers=WORKERS, **settings)

    def _processes(self, served, redis=False):
        processes = {"server": served.pid, "postgres": self.postgres_pid}
        return {**processes, "redis": self.redis_pid} if redis else processes

    def _wrk(self, targets, clients, seconds, redis_url="", *, settings=None, **more):
        with self._server(redis_url, **(settings or {})) as served:
            return tools.wrk(served.url, targets, self.target.key, clients, seconds,
                             self._processes(served, bool(redis_url)), **more)

    def _form(self, form):
        return self.redis_url if form == "redis" else ""

    def read(self, form):
        return self._wrk(self.target.reads, self.options.clients, READ_SECONDS, self._form(form))

    def conversation(self, form):
        return self._wrk(self.target.conversation, self.options.clients, WRITE_SECONDS,
                         self._form(form), in_turn=True)

    def note(self, form):
        return self._wrk(self.target.notes, self.options.clients, WRITE_SECONDS, self._form(form))

    def note_one(self, form):
        return self._wrk(self.target.notes, 1, SINGLE_SECONDS, self._form(form))

    def start(self):
        return self._wrk(self.target.starts, self.options.clients, WRITE_SECONDS)

    def cold(self, parts):
        return self._wrk(self.target.cold_targets[parts], self.options.clients, READ_SECONDS,
                         settings={"cache_bytes": SMALL_CACHE}, in_turn=True,
                         warm_up=self.target.cold_warm_up,
                         warm_up_seconds=COLD_WARM_UP_SECONDS)

    def nginx(self):
        with tools.nginx(self.options.nginx, self.document, self.folder) as served:
            return tools.wrk(served.url, self.target.reads, self.target.key, self.options.clients,
                             READ_SECONDS, {"nginx": served.pid})

    def redis(self):
        return tools.redis_benchmark(self.redis_url, len(self.document), self.options.clients,
                                     REDIS_REQUESTS, {"redis": self.redis_pid})

    def _pgbench(self, scripts, clients, seconds, *defined):
        # As the server connects: the role from the start-up packet, the tenant set.
        options = ("-c role=throughline_server -c jit=off -c plan_cache_mode=force_generic_plan "
                   f"-c throughline.tenant={self.target.tenant}")
        return tools.pgbench([self.options.pgbench, *defined], self.target.url, options, scripts,
                             clients, seconds, self.folder, {"postgres": self.postgres_pid})

    def _script(self, name, make):
        if name not in self._scripts:
            self._scripts[name] = make()
        return self._scripts[name]

    def _notes(self):
        return self._script("note", lambda: references.note_scripts(self.target, self.now,
                                                                    self.folder))

    def pgbench_note(self):
        return self._pgbench(self._notes(), self.options.clients, WRITE_SECONDS)

    def pgbench_note_one(self):
        return self._pgbench(self._notes(), 1, SINGLE_SECONDS)

    def pgbench_cold(self, parts):
        scripts = self._script(f"cold{parts}", lambda: references.cold_script(
            self.target, parts, self.folder))
        return self._pgbench(scripts, WORKERS, READ_SECONDS)

    def pgbench_start(self):
        return self._pgbench(self._script("start", self._capture_starts), self.options.clients,
                             WRITE_SECONDS, "-D", "turn=0")

    def _capture_starts(self):
        """Starts one interaction for each caller on a server whose statements are logged. Each has
        called before: that an identifier was seen again is written once a day."""
        database = self.target.url.rsplit("/", 1)[1]
        lines = self.target.starts.read_text().splitlines()
        with world.capturing(os.environ["THROUGHLINE_TEST_ADMIN_URL"], database) as logged:
            with self._server("") as served:
                api = world.Api(served.url, self.target.key)
                for line in lines:
                    api.call(*line.split(" ", 2))
                since = int(time.time() * 1000)
                for line in lines:
                    api.call(*line.split(" ", 2))
            calls = references.transactions_of(logged(), "insert into interactions")
        return references.start_script(self.target, calls[len(lines):], since, self.folder)

    def pages(self):
        """Median milliseconds of page 1 and of page 1,000 of a customer with 100,000 entries."""
        with self._server("") as served:
            api = world.Api(served.url, self.target.key)
            context = api.call("GET", f"/v1/context?phone={world.phone(1)}")
            first = f"/v1/customers/{json.loads(context)['customer']['id']}/timeline?limit=50"
            deep = first
            for _ in range(PAGES - 1):
                deep = f"{first}&cursor={json.loads(api.call('GET', deep))['next_cursor']}"
            times = {first: [], deep: []}
            for _ in range(200):
                for path, taken in times.items():
                    began = time.perf_counter()
                    api.call("GET", path)
                    taken.append((time.perf_counter() - began) * 1000)
        return {"first_ms": statistics.median(times[first]),
                "deep_ms": statistics.median(times[deep])}

    def _steady(self, served, targets, rate, processes):
        """The first seconds, when all keys are new to the server at once, do not count."""
        for seconds in (tools.WARM_UP_SECONDS, STEADY_SECONDS):
            found = tools.steady(self.options.steady, served.port, targets, self.folder / "keys",
                                 rate, seconds, STEADY_CONNECTIONS, processes)
        return found

    def steady(self, targets, peak, form=""):
        """At half of what was the peak, each request's time counted from when it was due."""
        with self._server(self._form(form)) as served:
            tools.wrk(served.url, targets, self.target.key, self.options.clients, 1, {})
            return self._steady(served, targets, peak / 2, self._processes(served))

    def steady_nginx(self, peak):
        """The same rate, of nginx: what the machine itself does to the slowest hundredth."""
        with tools.nginx(self.options.nginx, self.document, self.folder) as served:
            return self._steady(served, self.target.reads, peak / 2, {"nginx": served.pid})

    def flood(self, targets, peak, times):
        """So many times the peak, from many connections of many keys."""
        with self._server("") as served:
            tools.wrk(served.url, targets, self.target.key, self.options.clients, 1, {})
            found = tools.steady(self.options.steady, served.port, targets,
                                 self.folder / "keys", peak * times, STEADY_SECONDS,
                                 FLOOD_CONNECTIONS, self._processes(served))
            found["peak"] = peak
            return found
