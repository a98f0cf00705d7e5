#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""Joins the OpenAPI files into the one JSON document that the server serves.

    bundle.py OPENAPI_DIR OUTPUT.json [OUTPUT.cpp]

A module adds its paths by having a file in paths/, its schemas by one in schemas/. Schemas land in
components/schemas under their own names, so a name is used once in the whole API; what common.yaml
holds lands beside them.
"""
import json
import pathlib
import sys

import yaml

SECTIONS = ("schemas", "responses", "parameters", "headers")


def load(path):
    with open(path, encoding="utf-8") as source:
        return yaml.safe_load(source) or {}


def local_reference(reference, module):
    """'../schemas/cases.yaml#/Case', '../common.yaml#/headers/etag', '#/Case' → '#/components/…'."""
    file, _, fragment = reference.partition("#")
    name = pathlib.PurePosixPath(file).name or module
    if name == "common.yaml":
        return "#/components" + fragment
    return "#/components/schemas" + fragment


def rewrite(node, module):
    if isinstance(node, dict):
        return {
            key: local_reference(value, module) if key == "$ref" else rewrite(value, module)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [rewrite(item, module) for item in node]
    return node


def bundle(root):
    document = load(root / "openapi.yaml")
    components = document.setdefault("components", {})
    for section in SECTIONS:
        components.setdefault(section, {})
    common = load(root / "common.yaml")
    for section in SECTIONS:
        components[section].update(rewrite(common[section], "common.yaml"))
    for file in sorted((root / "schemas").glob("*.yaml")):
        for name, schema in load(file).items():
            if name in components["schemas"]:
                sys.exit(f"{file.name}: the schema name {name} is taken")
            components["schemas"][name] = rewrite(schema, file.name)
    document["paths"] = {}
    for file in sorted((root / "paths").glob("*.yaml")):
        for path, item in load(file).items():
            document["paths"][path] = rewrite(item, file.name)
    return document


SOURCE = """#include <string_view>
namespace throughline::app {{
std::string_view openapi_json() {{ return R"openapi({text})openapi"; }}
}}  // namespace throughline::app
"""


if __name__ == "__main__":
    text = json.dumps(bundle(pathlib.Path(sys.argv[1])), ensure_ascii=False, separators=(",", ":"))
    pathlib.Path(sys.argv[2]).write_text(text + "\n", encoding="utf-8")
    if len(sys.argv) > 3:
        target = pathlib.Path(sys.argv[3])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(SOURCE.format(text=text), encoding="utf-8")
