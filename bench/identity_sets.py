# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""Labelled sets of people, each record as POST /v1/identity/resolve takes it."""

import csv
import dataclasses
import json


@dataclasses.dataclass
class Record:
    person: str  # who it is in truth; never sent
    identifiers: list
    profile: dict


@dataclasses.dataclass
class Owed:
    precision: float
    recall: float
    recall_with_review: float = 0.0
    reviews_per_1000: float = None
    entity_times: float = 2.0  # of the largest there is in truth


def profile_of(**fields):
    address = {key: value for key, value in fields.pop("address", {}).items() if value}
    profile = {key: value for key, value in fields.items() if value}
    return {**profile, "address": address} if address else profile


def iso_date(digits):
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 else digits


def febrl(path):
    """rec_id (rec-N-org, rec-N-dup-M), given_name, surname, street_number, address_1, address_2,
    suburb, postcode, state, date_of_birth, soc_sec_id."""
    with open(path, newline="") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            row = {key: (value or "").strip() for key, value in row.items()}
            line1 = f"{row['street_number']} {row['address_1']}".strip()
            profile = profile_of(
                given_name=row["given_name"], family_name=row["surname"],
                date_of_birth=iso_date(row["date_of_birth"]),
                address={"line1": line1, "line2": row["address_2"], "city": row["suburb"],
                         "postal_code": row["postcode"], "region": row["state"]})
            number = row["soc_sec_id"]
            identifiers = [{"type": "account", "value": f"ssn:{number}"}] if number else []
            yield Record(row["rec_id"].split("-")[1], identifiers, profile)


def splink(path):
    """unique_id, first_name, surname, dob, city, email, cluster."""
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            profile = profile_of(given_name=row["first_name"], family_name=row["surname"],
                                 date_of_birth=row["dob"], address={"city": row["city"]})
            email = row["email"].strip()
            identifiers = [{"type": "email", "value": email}] if email else []
            yield Record(row["cluster"], identifiers, profile)


def senzing(folder):
    with open(f"{folder}/actual_truthset_key.csv", newline="") as file:
        truth = {(row["DATA_SOURCE"], row["RECORD_ID"]): row["CLUSTER_ID"]
                 for row in csv.DictReader(file)}
    for name in ("customers", "reference", "watchlist"):
        with open(f"{folder}/{name}.jsonl") as file:
            for line in file:
                record = json.loads(line)
                person = truth.get((record["DATA_SOURCE"], record["RECORD_ID"]))
                if person is not None:
                    yield _senzing_record(person, record["FEATURES"])


# Feature, the feature that says who issued it, and the system's name.
DOCUMENTS = [("SSN_NUMBER", None, "ssn"), ("PASSPORT_NUMBER", "PASSPORT_COUNTRY", "passport"),
             ("DRIVERS_LICENSE_NUMBER", "DRIVERS_LICENSE_STATE", "licence"),
             ("NATIONAL_ID_NUMBER", "NATIONAL_ID_COUNTRY", "national-id")]


def _senzing_record(person, features):
    fields, address, identifiers = {}, {}, []
    for each in features:
        if "NAME_FIRST" in each or "NAME_LAST" in each:
            given = f"{each.get('NAME_FIRST', '')} {each.get('NAME_MIDDLE', '')}".strip()
            family = f"{each.get('NAME_LAST', '')} {each.get('NAME_SUFFIX', '')}".strip()
            fields.setdefault("given_name", given)
            fields.setdefault("family_name", family)
        for source in ("NAME_FULL", "NAME_ORG"):
            if source in each:
                fields.setdefault("full_name", each[source])
        if "DATE_OF_BIRTH" in each:
            fields.setdefault("date_of_birth", each["DATE_OF_BIRTH"])
        if not address:
            address = {
                "line1": each.get("ADDR_LINE1") or each.get("ADDR_FULL", ""),
                "city": each.get("ADDR_CITY", ""), "region": each.get("ADDR_STATE", ""),
                "postal_code": each.get("ADDR_POSTAL_CODE", ""),
                "country": each.get("ADDR_COUNTRY", "")}
            address = {key: value for key, value in address.items() if value}
        if "EMAIL_ADDRESS" in each:
            identifiers.append({"type": "email", "value": each["EMAIL_ADDRESS"]})
        if "PHONE_NUMBER" in each:
            identifiers.append({"type": "phone", "value": each["PHONE_NUMBER"], "region": "US"})
        for number, issuer, system in DOCUMENTS:
            if number in each:
                suffix = f"-{each[issuer].lower()}" if each.get(issuer) else ""
                identifiers.append(
                    {"type": "account", "value": f"{system}{suffix}:{each[number]}"})
    return Record(person, identifiers, profile_of(**fields, address=address))


KINDS = {"febrl": febrl, "splink": splink}


def known(data):
    """Name, loader and bar of the sets that lie in `data`."""
    return {
        "senzing_truthset": (lambda: senzing(f"{data}/senzing_truthset"), Owed(1.0, .55, .80)),
        "febrl3": (lambda: febrl(f"{data}/febrl/dataset3.csv"),
                   Owed(.9999, .998, reviews_per_1000=6)),
        "febrl1": (lambda: febrl(f"{data}/febrl/dataset1.csv"), Owed(.99, .67)),
        "fake_1000": (lambda: splink(f"{data}/splink/fake_1000.csv"), Owed(.99, .70)),
    }


UNSEEN = Owed(.99, .67)
