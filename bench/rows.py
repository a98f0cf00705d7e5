# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""The rows of the table: what each needs measured, what is owed, how a round is read.

A round is {measure: result}. A row reads a round into (ours, theirs, ratio, reference's name),
where ours and theirs have the row's unit; what is shown are medians over the rounds of each.
"""

import dataclasses
import typing


@dataclasses.dataclass
class Row:
    name: str                 # for --rows: rows of one name are run together
    path: str
    needs: tuple              # measures, those compared next to each other
    read: typing.Callable     # round -> (ours, theirs, ratio, reference)
    owed: float | None
    goal: float | None = None
    at_least: bool = True     # else at most
    unit: str = "/s"          # or "ms"
    shows: str | None = None  # the measure whose latency and CPU stand in the row
    large: bool = False       # needs the large tenant
    absolute: bool = False    # what is owed is the figure itself, not its ratio to another


NAMES = {"nginx": "nginx, the same bytes", "redis": "redis-benchmark GET",
         "pgbench_note": "pgbench, the same rows", "pgbench_note_one": "pgbench, one client",
         "pgbench_start": "pgbench, the same statements"}


def rate(ours, *theirs, name=None):
    """Ours to the lowest of theirs."""
    def read(one):
        lowest = min(theirs, key=lambda measure: one[measure]["rate"])
        mine, other = one[ours]["rate"], one[lowest]["rate"]
        return mine, other, mine / other, name or NAMES[lowest]
    return read


def latency(ours, theirs):
    def read(one):
        mine, other = one[ours]["p50_ms"], one[theirs]["p50_ms"]
        return mine, other, mine / other, NAMES[theirs]
    return read


def p99(ours, beside=None):
    def read(one):
        mine, other = one[ours]["p99_ms"], one[beside]["p99_ms"] if beside else None
        return mine, other, mine, "nginx at that rate" if beside else "half of the peak's rate"
    return read


def answered(flood):
    """Good answers a second to those at the peak."""
    def read(one):
        mine, peak = one[flood]["rate"], one[flood]["peak"]
        return mine, peak, mine / peak, "its own peak"
    return read


def pages(measure):
    def read(one):
        mine, other = one[measure]["deep_ms"], one[measure]["first_ms"]
        return mine, other, mine / other, "page 1"
    return read


def grown(measure, label, owed=0.9):
    return Row("growth", f"{label}, large tenant", (measure, f"large_{measure}"),
               rate(f"large_{measure}", measure, name="10 k customers"), owed,
               shows=f"large_{measure}", large=True)


def cold(parts):
    what = "1 part" if parts == 1 else f"{parts} parts"
    return Row("cold", f"cold context, {what}", (f"pgbench_cold_{parts}", f"cold_{parts}"),
               rate(f"cold_{parts}", f"pgbench_cold_{parts}", name="pgbench, the same SQL"),
               0.6, 0.8, shows=f"cold_{parts}")


ROWS = [
    Row("hot", "hot context, memory cache", ("nginx", "read_memory"),
        rate("read_memory", "nginx"), 0.75, 0.90, shows="read_memory"),
    Row("hot", "hot context, Redis cache", ("nginx", "redis", "read_redis"),
        rate("read_redis", "nginx", "redis"), 0.50, 0.65, shows="read_redis"),
    Row("conversation", "1 note to 3 reads, memory cache",
        ("read_memory", "conversation_memory"),
        rate("conversation_memory", "read_memory", name="the hot read alone"), None, 0.4,
        shows="conversation_memory"),
    Row("conversation", "1 note to 3 reads, Redis cache",
        ("read_redis", "conversation_redis"),
        rate("conversation_redis", "read_redis", name="the hot read alone"), None, 0.4,
        shows="conversation_redis"),
    cold(1), cold(20), cold(100),
    Row("note", "durable note, memory cache", ("pgbench_note", "note_memory"),
        rate("note_memory", "pgbench_note"), 1.3, 1.6, shows="note_memory"),
    Row("note", "durable note, Redis cache", ("pgbench_note", "note_redis"),
        rate("note_redis", "pgbench_note"), 1.3, 1.6, shows="note_redis"),
    Row("one", "one client's note, memory cache", ("pgbench_note_one", "note_one_memory"),
        latency("note_one_memory", "pgbench_note_one"), 2.0, None, False, "ms",
        "note_one_memory"),
    Row("one", "one client's note, Redis cache", ("pgbench_note_one", "note_one_redis"),
        latency("note_one_redis", "pgbench_note_one"), 2.5, None, False, "ms", "note_one_redis"),
    Row("start", "start with context, known caller", ("pgbench_start", "start"),
        rate("start", "pgbench_start"), 0.6, 0.8, shows="start"),
    grown("read_memory", "hot context"),
    grown("cold_1", "cold context"),
    grown("note_memory", "durable note"),
    grown("start", "start with context"),
    Row("pages", "timeline page 1,000", ("pages",), pages("pages"), 1.2, None, False, "ms"),
    Row("pages", "timeline page 1,000, large tenant", ("large_pages",), pages("large_pages"), 1.2,
        None, False, "ms", large=True),
    Row("p99", "read p99 at half of the peak", ("read_memory", "steady_nginx", "steady_read"),
        p99("steady_read", "steady_nginx"), 5, None, False, "ms", "steady_read", absolute=True),
    Row("p99", "note p99 at half of the peak", ("note_memory", "steady_note"),
        p99("steady_note"), 20, None, False, "ms", "steady_note", absolute=True),
    Row("flood", "notes offered 2 × the peak", ("note_memory", "flood_2"), answered("flood_2"),
        0.85, shows="flood_2"),
    Row("flood", "notes offered 5 × the peak", ("note_memory", "flood_5"), answered("flood_5"),
        0.5, shows="flood_5"),
]


def names():
    return list(dict.fromkeys(row.name for row in ROWS))


def chosen(wanted, large):
    return [row for row in ROWS if row.name in wanted and (large or not row.large)]


def measures_of(rows):
    """Each once, in the order of the rows: neighbours in the table are neighbours in time."""
    return list(dict.fromkeys(measure for row in rows for measure in row.needs))
