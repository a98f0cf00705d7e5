# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""What pgbench runs: the server's own statements, or its rows in one statement."""

import re
import time
import uuid

import generate
import world

SOURCES = world.ROOT / "src" / "domain"


def constant(module, name):
    """The SQL constant of a module's store.cpp, so that both sides run the same text."""
    text = (SOURCES / module / "store.cpp").read_text()
    return re.search(rf'{name} = R"sql\((.*?)\)sql"', text, re.S).group(1).strip()


def with_values(sql, values):
    return re.sub(r"\$(\d+)", lambda match: values[int(match.group(1)) - 1], sql)


def limits(module):
    """The numbers of include/throughline/domain/<module>.hpp by name."""
    header = (world.ROOT / f"include/throughline/domain/{module}.hpp").read_text()
    return dict(re.findall(r"constexpr (?:int|std::size_t) (\w+) = (\d+);", header))


def words(name):
    """A list of words in include/throughline/domain/warnings.hpp, as an array."""
    header = (world.ROOT / "include/throughline/domain/warnings.hpp").read_text()
    listed = re.search(rf"\b{name}\s*{{(.*?)}}", header, re.S).group(1)
    return "array[" + ", ".join(f"'{word}'" for word in re.findall(r'"(\w+)"', listed)) + "]"


def cold_script(target, parts, folder):
    """Who is it, then the document: as on a cold read, each by the server's own statement."""
    numbers = target.cold[parts]
    limit = limits("context")
    candidates = int(limits("identity")["candidates_max"])
    types, values = ["'phone'"], ["'+1212' || (2000000 + :n)"]
    if parts > 1:
        types.append("'email'")
        values.append("'customer' || :n || '@example.com'")
    resolve = with_values(constant("identity", "holders_sql"), [
        f"{target.tenant}", f"array[{', '.join(types)}]", f"array[{', '.join(values)}]", "false",
        f"{candidates + 1}"])
    assemble = with_values(constant("context", "assemble_sql"), [
        f"{target.tenant}", ":root_id::uuid", limit["overdue_max"], limit["text_max"],
        limit["identifiers_max"], limit["live_max"], limit["open_cases_max"],
        limit["steps_per_case_max"], limit["notes_per_case_max"],
        limit["recent_interactions_max"], limit["counted_beyond_max"], limit["at_risk_max"],
        words("high_value_tiers"), words("codes"), limit["pending_handoffs_max"],
        limit["commitments_per_case_max"]])
    # Of several identifiers of one customer the first row will do.
    script = folder / f"cold{parts}-{target.customers}.pgb"
    script.write_text(f"\\set n random({numbers[0]}, {numbers[-1]})\n"
                      f"{resolve}\n limit 1 \\gset\n{assemble};\n")
    return [script]


# A note's rows in one statement: note, version, timeline entry, fact, and what tells the caches
# which customers the transaction changed. (A note that comes without an Idempotency-Key, as here,
# leaves no record of one.)
NOTE_SQL = """\\set key random(0, 281474976710655)
\\set n random(1, {customers})
with chosen as materialized (
  select (array[{parts}]::uuid[])[:n] as part, (array[{cases}]::uuid[])[:n] as case),
bumped as (
  update parts set version = version + 1, changed_at = '{now}'
    from chosen where tenant_id = {tenant} and id = part returning version),
note as (
  insert into notes (tenant_id, id, case_id, kind, text, at, key_id)
  select {tenant}, ('{prefix}' || lpad(to_hex(:key::bigint), 12, '0'))::uuid, chosen.case, 'note',
         '{text}', '{now}', '{key}' from chosen
  returning id),
shown as (
  insert into timeline (tenant_id, part_id, at, id, kind, fact, resource_id, case_id)
  select {tenant}, part, '{now}', id, 'note', 'added', id, chosen.case from note, chosen),
committed as (
  insert into commits (tenant_id, id, xid, roots, versions)
  select {tenant}, note.id, pg_current_xact_id(), array[part], array[version]
    from bumped, note, chosen)
insert into changes (tenant_id, position, id, type, at, root_id, part_id, version, resource_id,
                     fields, key_id)
select {tenant}, nextval('changes_position'), note.id, 'note.added', '{now}', part, part, version,
       note.id, array[]::text[], '{key}'
  from bumped, note, chosen;
"""


def arrival_prefix():
    """The first 24 characters of a UUIDv7 of this moment."""
    moment = f"{int(time.time() * 1000):012x}"
    return f"{moment[:8]}-{moment[8:]}-7000-8000-"


def note_scripts(target, now, folder):
    """The customers are those of the other side, so that both meet on the same rows as often."""
    def quoted(ids):
        return ", ".join(f"'{one}'" for one in ids)
    parts, cases = zip(*target.written)
    script = folder / f"note-{target.customers}.pgb"
    script.write_text(NOTE_SQL.format(
        tenant=target.tenant, customers=len(parts), parts=quoted(parts), cases=quoted(cases),
        now=now, key=uuid.uuid4(), prefix=arrival_prefix(), text=generate.NOTE))
    return [script]


# --- Starting an interaction: the statements that the server was seen to send ------------------

RECORD = re.compile(r"^\d{4}-\d\d-\d\d [^\n]*? \[(\d+)\] (\w+):  ", re.M)
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')", re.S)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def statements_of(log):
    """[(process, sql, [parameter or None])] of what PostgreSQL logged."""
    marks = list(RECORD.finditer(log))
    found = []
    for mark, following in zip(marks, [*marks[1:], None]):
        text = log[mark.end():following.start() if following else None].replace("\n\t", "\n")
        executed = re.match(r"execute [^:]+: (.*)", text, re.S)
        if mark.group(2) == "LOG" and executed:
            found.append((mark.group(1), executed.group(1).strip(), []))
        elif mark.group(2) == "DETAIL" and found and text.startswith("parameters: "):
            values = PARAMETER.findall(text)
            found[-1][2].extend(None if value == "NULL" else value[1:-1].replace("''", "'")
                                for _, value in values)
    return found


def transactions_of(log, marker):
    """The transactions, each a list of (sql, parameters), in which `marker` was executed."""
    open_ones, found = {}, []
    for process, sql, parameters in statements_of(log):
        if sql.startswith("begin"):
            open_ones[process] = []
        if process in open_ones:
            open_ones[process].append((sql, parameters))
            if sql.lower() == "commit":
                done = open_ones.pop(process)
                if any(marker in text for text, _ in done):
                    found.append(done)
    return found


def parameter_types(url, sqls):
    """What PostgreSQL takes each statement's parameters for."""
    script = "".join(f"prepare s{i} as {sql};\n" for i, sql in enumerate(sqls))
    rows = world.run_sql(url, script + "select name || '|' || array_to_string(parameter_types, ',')"
                         " from pg_prepared_statements")
    types = dict(row.split("|") for row in rows.split("\n") if row)
    return [types[f"s{i}"].split(",") if types[f"s{i}"] else [] for i in range(len(sqls))]


def start_script(target, calls, since_ms, folder):
    """A script that repeats `calls`, transactions of equal shape, with fresh ids each time. Its
    parameters lie in the table bench_calls; which call it is changes with every tenth turn."""
    shape = [sql for sql, _ in calls[0]]
    calls = [call for call in calls if [sql for sql, _ in call] == shape]
    sqls = [sql for sql in shape if "$" in sql]
    types = parameter_types(target.url, sqls)

    def made_in(call):  # the ids that the server made, in the order in which they come up
        return [text for text in dict.fromkeys(UUID.findall(repr(call)))
                if int(text.replace("-", "")[:12], 16) >= since_ms]

    columns = []  # one list of texts a parameter: of call 0, 1, …
    fresh = [list(ids) for ids in zip(*map(made_in, calls))]  # the same of the ids made
    fresh_of = {ids[0]: number for number, ids in enumerate(fresh)}

    lines, chosen = [], 0
    for place, sql in enumerate(shape):
        if "$" not in sql:
            lines.append(f"{sql};")
            continue
        values = []
        for index, text in enumerate(calls[0][place][1]):
            kind = types[chosen][index]
            if text is None:
                values.append(f"null::{kind}")
                continue
            columns.append([call[place][1][index] for call in calls])
            value = f":v{len(columns) - 1}"
            for known in UUID.findall(text):
                if known in fresh_of:
                    number = fresh_of[known]
                    value = (f"replace({value}, :u{number}, left(:u{number}, 24) || "
                             f"lpad(to_hex(:r{number}::bigint), 12, '0'))")
            values.append(f"({value})::{kind}")
        chosen += 1
        lines.append(with_values(sql, values) + ";")

    store_calls(target.url, columns, fresh)
    names = [f"v{i}" for i in range(len(columns))] + [f"u{i}" for i in range(len(fresh))]
    head = ["\\if :turn % 10 = 0", f"\\set n random(0, {len(calls) - 1})",
            f"select {', '.join(names)} from bench_calls where n = :n \\gset", "\\endif",
            "\\set turn :turn + 1"]
    head += [f"\\set r{i} random(0, 281474976710655)" for i in range(len(fresh))]
    script = folder / f"start-{target.customers}.pgb"
    script.write_text("\n".join(head + lines) + "\n")
    return [script]


def store_calls(url, columns, fresh):
    names = [f"v{i}" for i in range(len(columns))] + [f"u{i}" for i in range(len(fresh))]
    everything = columns + fresh
    quoted = lambda text: "'" + text.replace("'", "''") + "'"
    rows = ",".join(f"({n},{','.join(quoted(column[n]) for column in everything)})"
                    for n in range(len(everything[0])))
    statements = ("drop table if exists bench_calls;"
                  f"create table bench_calls (n int primary key, "
                  f"{', '.join(name + ' text not null' for name in names)});"
                  f"insert into bench_calls values {rows};"
                  "grant select on bench_calls to throughline_server")
    world.output_of(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-", url],
                    input=statements)
