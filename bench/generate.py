# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""Fills a migrated database with a tenant of many customers; see generate.sql for what they have.

    python3 bench/generate.py --customers 1000000 --database postgresql://… --tenant large
"""

import argparse
import datetime
import os
import pathlib
import sys
import time

from tools import output_of

HERE = pathlib.Path(__file__).resolve().parent
CHUNK = 20_000
HEAVY_CHUNK = 2  # customers whose contacts fill a chunk of their own
NOW = "2026-11-20T00:00:00Z"  # a year of arrivals ends here, whenever this runs
KEY = "00000000-0000-7000-8000-000000000001"
NOTE = ("The customer has tried the second charger and another socket; the display stays dark and "
        "the lamp blinks three times. Receipt and serial number are checked. A replacement is in "
        "stock in two shops near by, the nearer one closes at six.")

# Merged customers come on top of those asked for: so many of 20 and of 100 parts.
CUSTOMERS_OF_20, CUSTOMERS_OF_100 = 40, 10


def psql(url, *words, **variables):
    values = [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
    return output_of(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", *values, *words, url],
                     {"PGOPTIONS": "-c client_min_messages=warning -c synchronous_commit=off "
                                   "-c work_mem=256MB -c jit=off"})


def heavy(customers):
    """How many have 100,000 entries: ten in a million, two at least."""
    return max(2, customers // 100_000)


def chunks(customers):
    many = heavy(customers)
    last = customers + 20 * CUSTOMERS_OF_20 + 100 * CUSTOMERS_OF_100
    first = 1
    while first <= last:
        # A customer's parts never fall into two chunks.
        size = HEAVY_CHUNK if first <= many else CHUNK
        end = min(first + size - 1, many if first <= many else last)
        if first <= customers < end:
            end = customers
        yield first, end
        first = end + 1


def generate(url, tenant_name, customers, report=lambda line: None):
    """Returns {tenant, seconds, bytes}."""
    started = time.monotonic()
    size_sql = "select pg_database_size(current_database())"
    before = int(psql(url, "-c", size_sql))
    created = datetime.datetime.now(datetime.timezone.utc).isoformat()
    tenant = psql(url, "-c", f"insert into tenants (name, created_at) values ('{tenant_name}', "
                  f"'{created}') on conflict (name) do update set name = excluded.name "
                  "returning id").strip()
    for first, last in chunks(customers):
        psql(url, "-c", f"select throughline_make_partitions('{created}')")
        psql(url, "-1", "-f", HERE / "generate.sql", tenant=tenant, first=first, last=last,
             customers=customers, heavy=heavy(customers), parts20=CUSTOMERS_OF_20, now=NOW,
             key=KEY, note=NOTE)
        report(f"{last:,} customers after {time.monotonic() - started:.0f} s")
    psql(url, "-c", "vacuum (analyze)")
    return {"tenant": int(tenant), "seconds": time.monotonic() - started,
            "bytes": int(psql(url, "-c", size_sql)) - before}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default=os.environ.get("THROUGHLINE_DATABASE_URL"))
    parser.add_argument("--tenant", default="generated")
    parser.add_argument("--customers", type=int, default=10_000)
    options = parser.parse_args()
    made = generate(options.database, options.tenant, options.customers,
                    lambda line: print(line, file=sys.stderr))
    print(f"tenant {made['tenant']}: {options.customers:,} customers in {made['seconds']:.0f} s, "
          f"{made['bytes'] / 2**30:.2f} GiB")


if __name__ == "__main__":
    main()
