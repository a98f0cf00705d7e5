# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""What the rounds come to, as data, as text and as a table for docs/PERFORMANCE.md."""

import statistics

MARK_BEGIN = "<!-- scripts/bench writes from here -->"
MARK_END = "<!-- to here -->"


def results(rows, rounds):
    """Neighbours in time are compared, then the median taken: a slow minute hits both."""
    found = []
    for row in rows:
        read = [row.read(one) for one in rounds]
        ratios = [ratio for _, _, ratio, _ in read]
        ratio = statistics.median(ratios)
        shown = [one[row.shows] for one in rounds] if row.shows else []
        found.append({
            "name": row.name, "path": row.path, "unit": row.unit, "reference": read[0][3],
            "ours": statistics.median(ours for ours, _, _, _ in read),
            "theirs": (None if read[0][1] is None else
                       statistics.median(theirs for _, theirs, _, _ in read)),
            "ratio": ratio, "ratio_min": min(ratios), "ratio_max": max(ratios),
            "owed": row.owed, "goal": row.goal, "at_least": row.at_least,
            "absolute": row.absolute,
            "met": row.owed is None or (ratio >= row.owed if row.at_least else ratio <= row.owed),
            "p50_ms": statistics.median(one["p50_ms"] for one in shown) if shown else None,
            "p99_ms": statistics.median(one["p99_ms"] for one in shown) if shown else None,
            "cpu_us": cpu(shown), "errors": errors(shown), "unsent": unsent(shown)})
    return found


def cpu(shown):
    """CPU microseconds a request, by process."""
    names = shown[0].get("cpu_s", {}) if shown else {}
    return {name: statistics.median(one["cpu_s"][name] / max(1, one["requests"]) * 1e6
                                    for one in shown) for name in names}


def errors(shown):
    total = {}
    for one in shown:
        for kind, count in one["errors"].items():
            total[kind] = total.get(kind, 0) + count
    return {kind: count for kind, count in total.items() if count}


def unsent(shown):
    """The share of what was to be offered that found every connection busy."""
    offered = sum(one.get("offered", 0) for one in shown)
    return sum(one.get("unsent", 0) for one in shown) / offered if offered else 0


def has_errors(found):
    """Requests that failed, or that the server has never seen."""
    return any(row["errors"] or row["unsent"] for row in found)


def quantity(row, value):
    if value is None:
        return ""
    return f"{value:,.0f}/s" if row["unit"] == "/s" else f"{value:.2f} ms"


def limit(row, value):
    return "" if value is None else f"{'≥' if row['at_least'] else '≤'} {value:g}"


def compared(row, value):
    """A ratio, or the figure itself where that is what is owed."""
    return quantity(row, value) if row["absolute"] else f"{value:.2f}"


def cells(row):
    spread = f"{compared(row, row['ratio_min'])}–{compared(row, row['ratio_max'])}"
    used = " + ".join(f"{name} {micros:.0f}" for name, micros in row["cpu_us"].items())
    return [row["path"], quantity(row, row["ours"]), quantity(row, row["theirs"]),
            compared(row, row["ratio"]), spread, limit(row, row["owed"]), limit(row, row["goal"]),
            "" if row["p50_ms"] is None else f"{row['p50_ms']:.2f}",
            "" if row["p99_ms"] is None else f"{row['p99_ms']:.2f}", used, row["reference"]]


HEADINGS = ["path", "ours", "reference", "ratio", "min–max", "owed", "go for", "p50 ms", "p99 ms",
            "CPU µs a request", "reference is"]


def shortfalls(facts, found):
    lines = []
    if facts["load_before"] > facts["cores"] / 4:
        lines.append(f"WORTHLESS?  a load of {facts['load_before']:.1f} on {facts['cores']} cores "
                     "before this began")
    for row in found:
        if row["errors"]:
            told = ", ".join(f"{count} {kind}" for kind, count in row["errors"].items())
            lines.append(f"FAILED REQUESTS  {row['path']}: {told}")
    for row in found:
        if row["unsent"]:
            lines.append(f"NOT ALL SENT  {row['path']}: {row['unsent']:.0%} found every connection "
                         "busy")
    for row in found:
        if not row["met"]:
            against = "" if row["absolute"] else f" × {row['reference']}"
            lines.append(f"FELL SHORT  {row['path']}: {compared(row, row['ratio'])}{against}, "
                         f"owed {limit(row, row['owed'])}")
    if not lines:
        lines.append("Nothing fell short.")
    return lines


def conditions(facts):
    many = facts["rounds"] != 1
    return (f"Medians of {facts['rounds']} round{'s' * many}, {facts['at']}; {facts['clients']} "
            f"connections kept alive; {facts['cores']} cores, {facts['server_threads']} I/O "
            f"thread(s) for each server; document of {facts['document_bytes']:,} bytes; "
            f"{facts['customers']:,} customers, the large tenant {facts['large_customers']:,}.")


def text(facts, found):
    table = [HEADINGS, *map(cells, found)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEADINGS))]
    lines = ["", *shortfalls(facts, found), ""]
    for line in table:
        padded = [cell.ljust(width) if i in (0, 9, 10) else cell.rjust(width)
                  for i, (cell, width) in enumerate(zip(line, widths))]
        lines.append("  ".join(padded).rstrip())
    return "\n".join([*lines, "", conditions(facts)])


def markdown(facts, found):
    lines = [*(f"- {line}" for line in shortfalls(facts, found)), "",
             "| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|"]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in found]
    return "\n".join([*lines, "", conditions(facts)])


def write_into(path, facts, found):
    """Replaces what stands between the two marks."""
    page = path.read_text()
    before, _, rest = page.partition(MARK_BEGIN)
    _, _, after = rest.partition(MARK_END)
    if not rest or not after:
        raise RuntimeError(f"{path} has no place for the table: {MARK_BEGIN} … {MARK_END}")
    path.write_text(f"{before}{MARK_BEGIN}\n\n{markdown(facts, found)}\n\n{MARK_END}{after}")
