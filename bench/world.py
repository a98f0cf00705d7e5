# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""A fresh database and the customers in it that are read and written."""

import http.client
import json
import urllib.parse
import uuid

from tools import output_of

READ_CUSTOMERS = 64
WRITE_CUSTOMERS = 128
# Gives a context of about 4 KB.
NOTES_PER_CUSTOMER = 8
NOTE = ("The customer has tried the second charger and another socket; the display stays dark and "
        "the lamp blinks three times. Receipt and serial number are checked. A replacement is in "
        "stock in two shops near by, the nearer one closes at six.")


def fresh_database(url):
    """Drops and makes the database `bench` beside the one that `url` names; returns its URL."""
    parts = urllib.parse.urlsplit(url)
    for statement in ("drop database if exists bench with (force)", "create database bench"):
        output_of(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, url],
                  {"PGOPTIONS": "-c client_min_messages=warning"})
    return urllib.parse.urlunsplit(parts._replace(path="/bench"))


class Api:
    """One keep-alive connection to an instance."""

    def __init__(self, url, key):
        self.key = key
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=20)

    def call(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.key}"}
        text = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            text = json.dumps(body)
        self.connection.request(method, path, text, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]}")
        return content


class World:
    """What has been made: `reads` and `writes` are targets for wrk, `written` ids for pgbench."""

    def __init__(self, api, folder):
        self.reads = folder / "reads"
        self.writes = folder / "writes"
        self.first_read = None
        self.written = []
        self._make_readers(api)
        self._make_written(api)

    def _make_case(self, api, phone):
        api.call("POST", "/v1/interactions",
                 {"channel": "voice", "direction": "inbound",
                  "identifiers": [{"type": "phone", "value": phone}],
                  "agent": {"kind": "bot", "id": "voice-1"}, "intent": "product_defect"})
        context = json.loads(api.call("GET", f"/v1/context?phone={phone}"))
        return json.loads(api.call("POST", "/v1/cases",
                                   {"customer_id": context["customer"]["id"],
                                    "subject": "The display stays dark after charging",
                                    "intent": "product_defect", "priority": "high"}))

    def _make_readers(self, api):
        with open(self.reads, "w", encoding="ascii") as targets:
            for i in range(READ_CUSTOMERS):
                phone = f"+442079460{i:03}"
                case = self._make_case(api, phone)
                for _ in range(NOTES_PER_CUSTOMER):
                    api.call("POST", f"/v1/cases/{case['id']}/notes",
                             {"kind": "note", "text": NOTE, "channel": "voice",
                              "agent": {"kind": "bot", "id": "voice-1"}})
                path = f"/v1/context?phone={phone}"
                self.first_read = self.first_read or path
                targets.write(f"GET {path}\n")

    def _make_written(self, api):
        with open(self.writes, "w", encoding="ascii") as targets:
            for i in range(WRITE_CUSTOMERS):
                case = self._make_case(api, f"+442079460{READ_CUSTOMERS + i:03}")
                self.written.append((case["part_id"], case["id"]))
                targets.write(f"POST /v1/cases/{case['id']}/notes\n")


# What the server writes for a note, in one statement: the reference for its own way of doing it.
NOTE_SQL = """
with bumped as (
  update parts set version = version + 1, changed_at = '{now}'
   where tenant_id = {tenant} and id = '{part}' returning version),
note as (
  insert into notes (tenant_id, id, case_id, kind, text, at, key_id)
  values ({tenant}, gen_random_uuid(), '{case}', 'note', '{text}', '{now}', '{key}')
  returning id),
shown as (
  insert into timeline (tenant_id, part_id, at, id, kind, fact, resource_id, case_id)
  select {tenant}, '{part}', '{now}', gen_random_uuid(), 'note', 'added', id, '{case}' from note)
insert into changes (tenant_id, position, id, type, at, root_id, part_id, version, resource_id,
                     fields, key_id)
select {tenant}, nextval('changes_position'), gen_random_uuid(), 'note.added', '{now}', '{part}',
       '{part}', version, note.id, array[]::text[], '{key}'
  from bumped, note;
"""


def note_scripts(world, tenant, now, folder):
    """One pgbench script for each customer, so that both sides meet on the same rows as often."""
    scripts = []
    key = uuid.uuid4()
    for number, (part, case) in enumerate(world.written):
        script = folder / f"note{number}.pgb"
        script.write_text(NOTE_SQL.format(tenant=tenant, part=part, case=case, now=now, key=key,
                                          text=NOTE))
        scripts.append(script)
    return scripts
