# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""How well the server tells who is who; see README.md. Run by bench/identity."""

import argparse
import collections
import json
import os
import pathlib
import random
import sys
import time

import identity_sets
import identity_speed
import tools
import world

PAGE = 200


def parse():
    parser = argparse.ArgumentParser(
        prog="bench/identity",
        epilog="Columns. " + " ".join(f"{name}: {' '.join(load.__doc__.split())}"
                                      for name, load in identity_sets.KINDS.items()))
    parser.add_argument("--data", default="../shared/data", help="where the known sets lie")
    parser.add_argument("--set", action="append", help="only these of the known sets")
    parser.add_argument("--csv", help="a set of your own")
    parser.add_argument("--kind", choices=identity_sets.KINDS, default="febrl")
    parser.add_argument("--shuffle", type=int, metavar="SEED", help="send them in another order")
    parser.add_argument("--estimate", action="store_true",
                        help="send each set twice, the second time with weights estimated from "
                             "the first")
    parser.add_argument("--speed", type=int, nargs="+", metavar="CUSTOMERS",
                        help="instead: how long it takes among so many generated customers")
    parser.add_argument("--binary", default="build/release/throughline")
    return parser.parse_args()


def pairs(sizes):
    return sum(size * (size - 1) // 2 for size in sizes)


def groups(labels):
    return collections.Counter(labels).values()


class Unions:
    def __init__(self, count):
        self.over = list(range(count))

    def find(self, one):
        while self.over[one] != one:
            self.over[one] = self.over[self.over[one]]
            one = self.over[one]
        return one

    def join(self, one, other):
        self.over[self.find(one)] = self.find(other)


def quality(people, customers):
    """Precision and recall over pairs of records."""
    together = pairs(groups(customers))
    right = pairs(groups(zip(people, customers)))
    true = pairs(groups(people))
    return (right / together if together else 1.0), (right / true if true else 1.0)


def with_review(people, customers, questions):
    """The grouping after a person who never errs has answered every question."""
    places = collections.defaultdict(list)
    for place, customer in enumerate(customers):
        places[customer].append(place)
    unions = Unions(len(people))
    for members in places.values():
        for member in members[1:]:
            unions.join(members[0], member)
    for part, candidates in questions:
        for candidate in candidates:
            for one in places[part]:
                for other in places[candidate]:
                    if people[one] == people[other]:
                        unions.join(one, other)
    return [unions.find(place) for place in range(len(people))]


class Feed:
    """Sends records to one fresh tenant and reads back what became of them."""

    def __init__(self, served, binary, url, tenant):
        key = tools.output_of([binary, "key", "create", "--tenant", tenant, "--scopes", "all"],
                              {"THROUGHLINE_DATABASE_URL": url}).strip().splitlines()[-1]
        self.api = world.Api(served.url, key)

    def ask(self, method, path, body=None):
        return json.loads(self.api.call(method, path, json.dumps(body) if body else None))

    def resolve(self, record):
        """What is no identifier, as the server says, is left out, as a sync job would."""
        try:
            return self.ask("POST", "/v1/identity/resolve", {
                "identifiers": record.identifiers, "profile": record.profile, "create": True})
        except world.Refused as refused:
            faults = json.loads(refused.content).get("errors", [])
            bad = {int(each["pointer"].split("/")[2]) for each in faults
                   if each["pointer"].startswith("/identifiers/")}
            if not bad:
                raise
            record.identifiers = [each for place, each in enumerate(record.identifiers)
                                  if place not in bad]
            return self.resolve(record)

    def send(self, records):
        ids, times = [], []
        for record in records:
            began = time.perf_counter()
            answer = self.resolve(record)
            times.append((time.perf_counter() - began) * 1000)
            ids.append(answer["customer_id"])
        return ids, sorted(times)

    def root_of(self, customer):
        return self.ask("GET", f"/v1/customers/{customer}")["id"]

    def questions(self):
        """Every open match: the customer in doubt, and those it could be."""
        cursor = ""
        while cursor is not None:
            page = self.ask("GET", f"/v1/identity/matches?status=open&limit={PAGE}{cursor}")
            for item in page["items"]:
                yield (item["part"]["customer_id"],
                       [each["customer_id"] for each in item["candidates"]])
            cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"


def measure(name, records, owed, feed):
    ids, times = feed.send(records)
    roots = {each: feed.root_of(each) for each in set(ids)}
    customers = [roots[each] for each in ids]
    people = [record.person for record in records]
    questions = list(feed.questions())
    precision, recall = quality(people, customers)
    reviewed = with_review(people, customers, questions)
    members = collections.defaultdict(set)
    for person, customer in zip(people, customers):
        members[customer].add(person)
    return {
        "set": name, "records": len(records), "people": len(set(people)),
        "precision": precision, "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "recall_with_review": quality(people, reviewed)[1],
        "impure": sum(len(each) > 1 for each in members.values()),
        "largest": max(groups(customers)), "largest_true": max(groups(people)),
        "reviews_per_1000": 1000 * len(questions) / len(records),
        "p50_ms": times[len(times) // 2], "p99_ms": times[int(len(times) * .99)], "owed": owed}


def shortfalls(row):
    owed = row["owed"]
    if row["precision"] < owed.precision:
        yield f"precision {row['precision']:.5f}, owed {owed.precision}"
    if row["recall"] < owed.recall:
        yield f"recall {row['recall']:.4f}, owed {owed.recall}"
    if row["recall_with_review"] < owed.recall_with_review:
        yield f"recall with review {row['recall_with_review']:.4f}, owed {owed.recall_with_review}"
    if owed.reviews_per_1000 is not None and row["reviews_per_1000"] > owed.reviews_per_1000:
        yield f"{row['reviews_per_1000']:.1f} reviews per 1,000, owed {owed.reviews_per_1000}"
    if row["largest"] > owed.entity_times * row["largest_true"]:
        yield f"an entity of {row['largest']}, the largest in truth is {row['largest_true']}"


HEADER = (f"{'set':26}{'records':>8}{'people':>8}{'precision':>11}{'owed':>8}{'recall':>8}{'owed':>7}"
          f"{'reviewed':>10}{'owed':>6}{'F1':>8}{'impure':>8}{'largest':>9}{'true':>6}"
          f"{'reviews/1000':>14}{'owed':>6}{'p50 ms':>8}{'p99 ms':>8}")


def line(row):
    owed = row["owed"]
    reviewed = f"{owed.recall_with_review:.2f}" if owed.recall_with_review else ""
    reviews = "" if owed.reviews_per_1000 is None else f"{owed.reviews_per_1000:g}"
    return (f"{row['set']:26}{row['records']:8}{row['people']:8}{row['precision']:11.5f}"
            f"{owed.precision:8g}{row['recall']:8.4f}{owed.recall:7g}"
            f"{row['recall_with_review']:10.4f}{reviewed:>6}{row['f1']:8.4f}{row['impure']:8}"
            f"{row['largest']:9}{row['largest_true']:6}{row['reviews_per_1000']:14.1f}"
            f"{reviews:>6}{row['p50_ms']:8.2f}{row['p99_ms']:8.2f}")


def chosen(options):
    if options.csv:
        load = identity_sets.KINDS[options.kind]
        return {pathlib.Path(options.csv).stem: (lambda: load(options.csv), identity_sets.UNSEEN)}
    sets = identity_sets.known(options.data)
    return {name: sets[name] for name in options.set or sets}


def learn(options, url, tenant, learner):
    """What one tenant's customers teach, for another tenant."""
    tools.output_of([options.binary, "identity", "estimate", "--tenant", tenant],
                    {"THROUGHLINE_DATABASE_URL": url})
    world.run_sql(url, f"""
        insert into identity_weights
        select learner.id, version, weights, pairs_found, pairs_random, estimated_at
        from identity_weights w
        join tenants teacher on teacher.id = w.tenant_id and teacher.name = '{tenant}'
        join tenants learner on learner.name = '{learner}'""")


def run(options, url, served):
    for name, (load, owed) in chosen(options).items():
        records = list(load())
        if options.shuffle is not None:
            random.Random(options.shuffle).shuffle(records)
        yield measure(name, records, owed, Feed(served, options.binary, url, name))
        if options.estimate:
            learner = f"{name}, estimated"
            feed = Feed(served, options.binary, url, learner)
            learn(options, url, name, learner)
            yield measure(learner, records, owed, feed)


def main():
    options = parse()
    admin = os.environ["THROUGHLINE_DATABASE_URL"]
    url = world.sibling(admin, "identity")
    world.run_sql(admin, "drop database if exists identity with (force)",
                  "create database identity")
    tools.output_of([options.binary, "migrate"], {"THROUGHLINE_DATABASE_URL": url})
    short = []
    folder = pathlib.Path("build/bench/identity")  # the server's log
    folder.mkdir(parents=True, exist_ok=True)
    with tools.throughline(options.binary, url, "", folder) as served:
        if options.speed:
            identity_speed.measure(options, url, served,
                                   lambda line: print(line, file=sys.stderr, flush=True))
            return 0
        print(HEADER, flush=True)
        for row in run(options, url, served):
            print(line(row), flush=True)
            short += [f"FELL SHORT  {row['set']}: {each}" for each in shortfalls(row)]
    print("\n".join(short))
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
