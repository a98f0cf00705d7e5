# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""Databases with a generated tenant, and the requests that are sent to it."""

import contextlib
import hashlib
import http.client
import json
import pathlib
import urllib.parse

import generate
from tools import output_of

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
TENANT = "bench"
# The generator gives the first thousand customers an open case with eight notes: about 4 KB.
READ = range(101, 165)
WRITTEN = range(201, 1001)  # many: nobody measures how long they wait for each other
CALLING = range(2001, 3001)
COLD_FROM = 1001
PAGE_LIMIT = 50


def phone(number):
    return f"+1212{2000000 + number}"


def sibling(url, database):
    """The URL of another database of the same server."""
    return urllib.parse.urlunsplit(urllib.parse.urlsplit(url)._replace(path="/" + database))


def run_sql(url, *statements):
    words = [word for statement in statements for word in ("-c", statement)]
    return output_of(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", *words, url],
                     {"PGOPTIONS": "-c client_min_messages=warning"})


def generated(url, binary, customers, report):
    """The name of a database with so many customers, made once for a schema and a generator."""
    mark = hashlib.sha256()
    for file in [*sorted((ROOT / "migrations").glob("*.sql")), HERE / "generate.sql",
                 HERE / "generate.py"]:
        mark.update(file.read_bytes())
    name = f"bench_{customers}_{mark.hexdigest()[:8]}"
    known = run_sql(url, "select datname from pg_database").split()
    if name in known:
        return name
    making = name + "_making"
    stale = [old for old in known if old.startswith(f"bench_{customers}_")]
    run_sql(url, *(f"drop database if exists {old} with (force)" for old in [*stale, making]),
            f"create database {making}")
    output_of([binary, "migrate"], {"THROUGHLINE_DATABASE_URL": sibling(url, making)})
    made = generate.generate(sibling(url, making), TENANT, customers, report)
    report(f"{customers:,} customers in {made['seconds']:.0f} s, {made['bytes'] / 2**30:.2f} GiB")
    run_sql(url, f"alter database {making} rename to {name}")
    return name


def warm(admin_url, name):
    """Reads a database once, tables and indexes: where memory has room for it, no disk is measured,
    as on a machine that has served for a while."""
    run_sql(sibling(admin_url, name), "create extension if not exists pg_prewarm",
            "select sum(pg_prewarm(oid, 'read')) from pg_class where relkind in ('r', 'i', 't')")


class Refused(RuntimeError):
    def __init__(self, method, path, status, content):
        super().__init__(f"{method} {path}: {status} {content[:500]}")
        self.status, self.content = status, content


class Api:
    """One keep-alive connection to an instance."""

    def __init__(self, url, key):
        self.key = key
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=20)

    def call(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.key}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise Refused(method, path, answer.status, content)
        return content


NOTE_BODY = json.dumps({"kind": "note", "text": generate.NOTE})


def note_of(case):
    return f"POST /v1/cases/{case}/notes {NOTE_BODY}"


def read_of(number):
    return f"GET /v1/context?phone={phone(number)}"


def start_of(number):
    body = {"channel": "voice", "direction": "inbound",
            "identifiers": [{"type": "phone", "value": phone(number)}],
            "agent": {"kind": "bot", "id": "voice-1"}, "intent": "product_defect"}
    return f"POST /v1/interactions?include=context {json.dumps(body)}"


def look_of(number):
    """By two identifiers at once: no document answers for the pair, so PostgreSQL is asked."""
    body = {"identifiers": [{"type": "phone", "value": phone(number)},
                            {"type": "email", "value": f"customer{number}@example.com"}]}
    return f"POST /v1/context {json.dumps(body)}"


class World:
    """A database, a key for it, and files of targets for wrk and steady."""

    def __init__(self, url, binary, customers, folder):
        self.url, self.customers, self.folder = url, customers, folder
        self.keys = [self._make_key(binary) for _ in range(32)]
        self.key = self.keys[0]
        (folder / "keys").write_text("\n".join(self.keys) + "\n")
        self.tenant = run_sql(url, f"select id from tenants where name = '{TENANT}'").strip()
        # (part, case) of those who are written to.
        self.written = self._open_cases(WRITTEN)
        cases = {number: case for number, (_, case) in zip(WRITTEN, self.written)}
        self.reads = self._targets("reads", map(read_of, READ))
        self.notes = self._targets("notes", map(note_of, cases.values()))
        self.conversation = self._targets(
            "conversation", (line for number, case in cases.items()
                             for line in (note_of(case), *[read_of(number)] * 3)))
        self.starts = self._targets("starts", map(start_of, CALLING))
        self.cold = {1: range(COLD_FROM, customers + 1)}
        first = customers + 1
        for parts, count in ((20, generate.CUSTOMERS_OF_20), (100, generate.CUSTOMERS_OF_100)):
            self.cold[parts] = range(first, first + parts * count)
            first += parts * count
        spread = {parts: self._spread(numbers) for parts, numbers in self.cold.items()}
        # Others from all over: sessions know the upper levels of every index, not who is asked for.
        warmed = len(spread[1]) // 4
        self.cold_warm_up = self._targets("cold_warm_up", map(read_of, spread[1][-warmed:]))
        del spread[1][-warmed:]
        self.cold_targets = {
            parts: self._targets(f"cold{parts}", map(read_of if parts == 1 else look_of, numbers))
            for parts, numbers in spread.items()}

    def _make_key(self, binary):
        return output_of(
            [binary, "key", "create", "--tenant", TENANT, "--scopes", "all"],
            {"THROUGHLINE_DATABASE_URL": self.url}).strip().splitlines()[-1]

    def _targets(self, name, lines):
        path = self.folder / f"{name}-{self.customers}"
        path.write_text("\n".join(lines) + "\n")
        return path

    @staticmethod
    def _spread(numbers, most=200_000):
        """All of them or so many, each once, neighbours far apart."""
        step = 7919  # a prime that divides none of the sizes
        count = min(len(numbers), most)
        return [numbers[i * step % len(numbers)] for i in range(count)]

    def _open_cases(self, numbers):
        phones = ",".join(f"'{phone(number)}'" for number in numbers)
        rows = run_sql(
            self.url, "set role throughline_server", f"set throughline.tenant = {self.tenant}",
            "select o.part_id, c.id from identifier_owners o join cases c "
            f"on c.tenant_id = {self.tenant} and c.part_id = o.part_id and c.status = 'open' "
            f"where o.tenant_id = {self.tenant} and o.type = 'phone' and o.value in ({phones}) "
            "order by o.value")
        found = [tuple(row.split("|")) for row in rows.split()]
        if len(found) != len(numbers):
            raise RuntimeError("a customer that is to be written to has no open case")
        return found


@contextlib.contextmanager
def capturing(admin_url, database):
    """PostgreSQL logs every statement of this database's new sessions meanwhile. Yields a function
    that returns what has been logged since."""
    folder = run_sql(admin_url, "show data_directory").strip()
    log = pathlib.Path(folder).parent / "postgres.log"
    begin = log.stat().st_size
    run_sql(admin_url, f"alter database {database} set log_statement = 'all'")
    try:
        yield lambda: log.read_bytes()[begin:].decode()
    finally:
        run_sql(admin_url, f"alter database {database} reset log_statement")
