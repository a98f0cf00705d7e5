# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""What the rounds come to: a row for each figure owed, what fell short said first."""

import statistics

# path, ours, references (the lowest counts), figure, owed, go for; a rate's ratio is owed at
# least, a latency's at most.
FIGURES = [
    ("hot context, memory cache", "read_memory", ["nginx"], "rate", 0.75, 0.90),
    ("hot context, Redis cache", "read_redis", ["nginx", "redis"], "rate", 0.50, 0.65),
    ("durable note, memory cache", "note_memory", ["pgbench"], "rate", 1.3, 1.6),
    ("durable note, Redis cache", "note_redis", ["pgbench"], "rate", 1.3, 1.6),
    ("one client's note, memory cache", "note_memory_one", ["pgbench_one"], "p50_ms", 2.0, None),
    ("one client's note, Redis cache", "note_redis_one", ["pgbench_one"], "p50_ms", 2.5, None),
]
REFERENCE_NAMES = {"nginx": "nginx, the same bytes", "redis": "redis-benchmark GET",
                   "pgbench": "pgbench, the same rows", "pgbench_one": "pgbench, one client"}


def rows(rounds):
    found = []
    for path, ours, references, figure, owed, goal in FIGURES:
        # Neighbours in time are compared, then the median taken: a slow minute hits both.
        pairs = [(one[ours][figure], min((one[name][figure], name) for name in references))
                 for one in rounds]
        ratio = statistics.median(mine / theirs[0] for mine, theirs in pairs)
        at_least = figure == "rate"
        found.append({
            "path": path, "figure": figure, "reference": REFERENCE_NAMES[pairs[0][1][1]],
            "ours": statistics.median(mine for mine, _ in pairs),
            "theirs": statistics.median(theirs[0] for _, theirs in pairs),
            "ratio": ratio, "owed": owed, "goal": goal, "at_least": at_least,
            "met": ratio >= owed if at_least else ratio <= owed,
            "p50_ms": statistics.median(one[ours]["p50_ms"] for one in rounds),
            "p99_ms": statistics.median(one[ours]["p99_ms"] for one in rounds),
            "errors": sum(sum(one[ours]["errors"].values()) for one in rounds)})
    return found


def has_errors(found):
    return any(row["errors"] for row in found)


def limit(row, value):
    return "" if value is None else f"{'≥' if row['at_least'] else '≤'} {value:g}"


def quantity(row, value):
    return f"{value:,.0f}/s" if row["figure"] == "rate" else f"{value:.2f} ms"


def text(facts, found, rounds):
    lines = [""]
    if facts["load_before"] > facts["cores"] / 4:
        lines.append(f"WORTHLESS?  a load of {facts['load_before']:.1f} on {facts['cores']} cores "
                     "before this began")
    for row in found:
        if row["errors"]:
            lines.append(f"FAILED REQUESTS  {row['path']}: {row['errors']}")
    for row in found:
        if not row["met"]:
            lines.append(f"FELL SHORT  {row['path']}: {row['ratio']:.2f} × {row['reference']}, "
                         f"owed {limit(row, row['owed'])}")
    if not has_errors(found) and all(row["met"] for row in found):
        lines.append("Nothing fell short.")
    lines += ["", f"{'path':<33}{'ours':>12}{'reference':>12}{'ratio':>7}{'owed':>7}{'go for':>8}"
                  f"{'p50 ms':>9}{'p99 ms':>9}  reference is"]
    for row in found:
        lines.append(
            f"{row['path']:<33}{quantity(row, row['ours']):>12}{quantity(row, row['theirs']):>12}"
            f"{row['ratio']:>7.2f}{limit(row, row['owed']):>7}"
            f"{limit(row, row['goal']):>8}{row['p50_ms']:>9.2f}{row['p99_ms']:>9.2f}"
            f"  {row['reference']}")
    lines += ["", f"Medians of {rounds} round{'s' * (rounds > 1)}; {facts['clients']} connections "
                  f"kept alive; {facts['cores']} cores, {facts['server_threads']} thread(s) for "
                  f"each server; document of {facts['document_bytes']:,} bytes."]
    return "\n".join(lines)
