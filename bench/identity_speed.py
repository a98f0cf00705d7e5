# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""How long identity takes among so many customers; see README.md. Run by bench/identity --speed."""

import json
import pathlib
import time

import tools
import world

HERE = pathlib.Path(__file__).resolve().parent
CHUNK = 100_000
ASKED = 400  # of each kind


def make(binary, url, tenant, customers, say):
    began = time.monotonic()
    key = tools.output_of([binary, "key", "create", "--tenant", tenant, "--scopes", "all"],
                          {"THROUGHLINE_DATABASE_URL": url}).strip().splitlines()[-1]
    number = world.run_sql(url, f"select id from tenants where name = '{tenant}'").strip()
    for first in range(1, customers + 1, CHUNK):
        last = min(customers, first + CHUNK - 1)
        tools.output_of(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"tenant={number}",
                         "-v", f"first={first}", "-v", f"last={last}",
                         "-f", str(HERE / "identity.sql"), url])
        say(f"{last:,} customers after {time.monotonic() - began:.0f} s")
    tools.output_of([binary, "identity", "index", "--tenant", tenant],
                    {"THROUGHLINE_DATABASE_URL": url})
    say(f"keys after {time.monotonic() - began:.0f} s")
    world.run_sql(url, "vacuum (analyze)")
    return key


def known(url, tenant, count):
    """Customers spread over all of them: id, profile, email."""
    number = world.run_sql(url, f"select id from tenants where name = '{tenant}'").strip()
    rows = world.run_sql(url, f"set throughline.tenant = {number}", f"""
        select c.id || E'\\t' || c.profile || E'\\t' || o.value
        from tenants t join customers c on c.tenant_id = t.id
        join identifier_owners o on o.tenant_id = t.id and o.part_id = c.id and o.type = 'email'
        where t.name = '{tenant}' and hashtext(c.id::text) % 97 = 5 limit {count}""").splitlines()
    return [line.split("\t") for line in rows]


def typo(text, place):
    return text[:place] + text[place + 1] + text[place] + text[place + 2:]


class Timed:
    def __init__(self, url, key):
        self.api = world.Api(url, key)
        self.times = {}

    def call(self, name, path, body):
        began = time.perf_counter()
        answer = json.loads(self.api.call("POST", path, json.dumps(body)))
        self.times.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        return answer

    def lines(self):
        for name, times in self.times.items():
            times.sort()
            yield (f"{name:38}{len(times):6}{times[len(times) // 2]:9.2f} ms"
                   f"{times[int(len(times) * .99)]:9.2f} ms")


def run(served, key, people):
    timed = Timed(served.url, key)
    merges = []
    for _, profile, email in people:
        profile = json.loads(profile)
        by_email = [{"type": "email", "value": email}]
        mistyped = [{"type": "email", "value": typo(email, 2)}]
        swapped = {**profile, "given_name": typo(profile["given_name"], 1)}
        ask = "/v1/identity/resolve"
        timed.call("resolve, a known identifier", ask, {"identifiers": by_email})
        timed.call("resolve, a mistyped identifier", ask, {"identifiers": mistyped})
        timed.call("resolve, an unknown identifier", ask,
                   {"identifiers": [{"type": "email", "value": "q" + email[::-1].replace("@", ".")
                                     + "@else.org"}]})
        timed.call("resolve, a record with a typo", ask,
                   {"identifiers": mistyped, "profile": swapped})
        timed.call("resolve, a record without identifiers", ask, {"profile": swapped})
        kept = timed.call("resolve and keep, a record with a typo", ask,
                          {"identifiers": by_email, "profile": swapped, "create": True})
        if kept["merge_id"]:
            merges.append(kept["merge_id"])
    for merge in merges:
        timed.call("undo", f"/v1/merges/{merge}/undo", {})
    ids = [person[0] for person in people]
    for one, other in zip(ids[::2], ids[1::2]):
        timed.call("merge", f"/v1/customers/{one}/merge", {"with": other, "reason": "measured"})
    return timed


SIZES = """
select c.relname || '  ' || pg_size_pretty(pg_relation_size(c.oid))
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relname like 'identi%' and c.relkind in ('r', 'i')
  and pg_relation_size(c.oid) > 1000000
order by pg_relation_size(c.oid) desc"""


def measure(options, url, served, say):
    for customers in options.speed:
        tenant = f"{customers} customers"
        key = make(options.binary, url, tenant, customers, say)
        people = known(url, tenant, ASKED)
        run(served, key, people[:20])  # statements are prepared, pages read
        timed = run(served, key, people[20:])
        print(f"\n{customers:,} customers{'':24}{'calls':>6}{'p50':>9}{'p99':>12}")
        print("\n".join(timed.lines()), flush=True)
        print(world.run_sql(url, SIZES), flush=True)
