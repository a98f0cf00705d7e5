// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Each rule of the architecture test against made-up sources that break it, and against their
// correct neighbours.
#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "support/architecture/rules.hpp"

namespace throughline::tests::architecture {
namespace {

constexpr char const* tables = R"(# Architecture
## Allowed includes
| layer | module | may include |
|---|---|---|
| base | `base` | |
| platform | `postgres` | `base` |
| platform | `http` | `base` `postgres` |
| domain | `parts` | `base` `postgres` |
| domain | `notes` | `base` `postgres` `http` `parts` |
## Doors
| headers | only in |
|---|---|
| `boost/beast` | `http` |
## Named exceptions
| rule | file | because |
|---|---|---|
| json | `src/platform/http/page*.cpp` | it writes one member |
)";

/// A tree of one source beside the tables, and of the headers that it may include.
Tree with(std::string path, std::string text) {
  Tree tree;
  tree.emplace_back("docs/ARCHITECTURE.md", tables);
  tree.emplace_back("src/domain/notes/store.hpp", "");
  tree.emplace_back("src/domain/parts/store.hpp", "");
  tree.emplace_back("migrations/0001_parts.sql", "create table parts (id uuid not null);");
  tree.emplace_back(std::move(path), std::move(text));
  return tree;
}

std::string first(std::vector<Finding> const& findings) {
  return findings.empty() ? "" : findings.front().what;
}

std::string const licence =
    "// SPDX-FileCopyrightText: 2026 The Throughline authors\n"
    "// SPDX-License-Identifier: Apache-2.0\n";

Tree readable(std::string path, std::string text) {
  Tree tree;
  tree.emplace_back("src/domain/notes/README.md", "What was written on a case.\n");
  tree.emplace_back(std::move(path), licence + std::move(text));
  return tree;
}

}  // namespace

TEST_CASE("architecture rules: comments, literals and includes are told from code",
          "[architecture]") {
  Cpp const cpp = parse_cpp(
      "#include \"a.hpp\"\n// \"no\" #include <b>\n/* R\"(no)\" */ int i = 1'000;\n"
      "auto s = \"one \\\" \"\n  \"two\"; char c = '\"';\nauto r = R\"sql(select \"x\")sql\";\n");
  REQUIRE(cpp.includes.size() == 1);
  CHECK(cpp.includes[0].target == "a.hpp");
  REQUIRE(cpp.literals.size() == 2);
  CHECK(cpp.literals[0].text == "one \\\" two");
  CHECK(cpp.literals[1].text == "select \"x\"");
  CHECK(cpp.literals[1].delimiter == "sql");
  CHECK(cpp.literals[1].line == 6);
  CHECK(cpp.code.find("no") == std::string::npos);
  CHECK(cpp.code.find("1'000") != std::string::npos);
}

TEST_CASE("architecture rules: an include outside the table is found", "[architecture]") {
  auto const up = with("src/domain/parts/parts.cpp", "#include \"throughline/domain/notes.hpp\"\n");
  CHECK(first(check_includes(up)) == "parts may not include notes");
  auto const part =
      with("src/platform/postgres/pool.cpp", "#include \"throughline/domain/notes_limits.hpp\"\n");
  CHECK(first(check_includes(part)) == "postgres may not include notes");
  auto const app = with("src/domain/notes/notes.cpp", "#include \"app/server.hpp\"\n");
  CHECK(first(check_includes(app)) == "src/app/server.hpp is private to its folder");
  auto const private_header =
      with("src/domain/notes/notes.cpp", "#include \"domain/parts/store.hpp\"\n");
  CHECK(first(check_includes(private_header)) ==
        "src/domain/parts/store.hpp is private to its folder");
  auto const unknown = with("src/domain/tickets/tickets.cpp", "");
  CHECK(first(check_includes(unknown)) == "module tickets has no row in the table");

  CHECK(check_includes(with("src/domain/notes/notes.cpp",
                            "#include <string>\n#include \"store.hpp\"\n"
                            "#include \"domain/notes/store.hpp\"\n"
                            "#include \"throughline/domain/parts.hpp\"\n"))
            .empty());
  CHECK(check_includes(with("src/app/serve.cpp", "#include \"throughline/domain/notes.hpp\"\n"))
            .empty());
}

TEST_CASE("architecture rules: a table with a circle or an upward row is found", "[architecture]") {
  auto const table = [](std::string rows) {
    Tree tree;
    tree.emplace_back("docs/ARCHITECTURE.md", "## Allowed includes\n" + std::move(rows));
    return check_includes(tree);
  };
  CHECK(first(table("| domain | `a` | `b` |\n| domain | `b` | `a` |\n")) == "a circle through a");
  CHECK(first(table("| platform | `a` | `b` |\n| domain | `b` | |\n")) ==
        "a may include b, which lies above it");
  CHECK(first(table("| domain | `a` | `gone` |\n")) == "a may include gone, which has no row");
  CHECK(first(table("")) == "no table of allowed includes");
}

TEST_CASE("architecture rules: a library outside its door is found", "[architecture]") {
  std::string const beast = "#include <boost/beast/http.hpp>\n";
  CHECK(check_doors(with("src/domain/notes/routes.cpp", beast)).size() == 1);
  CHECK(check_doors(with("include/throughline/platform/http.hpp", beast)).size() == 1);
  CHECK(check_doors(with("src/platform/http/session.cpp", beast)).empty());
}

TEST_CASE("architecture rules: JSON outside wire*.cpp is found", "[architecture]") {
  for (std::string const header : {"<nlohmann/json.hpp>", "\"throughline/base/json.hpp\""}) {
    std::string const include = "#include " + header + "\n";
    CHECK(check_json(with("src/domain/notes/notes.cpp", include)).size() == 1);
    CHECK(check_json(with("src/domain/notes/wire.hpp", include)).size() == 1);
    CHECK(check_json(with("src/domain/notes/wire_read.cpp", include)).empty());
    CHECK(check_json(with("src/platform/http/page_json.cpp", include)).empty());
  }
}

TEST_CASE("architecture rules: SQL outside store*.cpp is found", "[architecture]") {
  for (std::string const sql :
       {"R\"sql(, x as (values (1)))sql\"", "\"select id from notes\"",
        "\"  Update notes set a = 1\"", "\"insert \" \"into notes values ($1)\"",
        "R\"(with x as (select 1) table x)\"", "\"delete from notes\""}) {
    std::string const code = "auto sql = " + sql + ";\n";
    INFO(code);
    CHECK(check_sql(with("src/domain/notes/notes.cpp", code)).size() == 1);
    CHECK(check_sql(with("src/domain/notes/store.hpp", code)).size() == 1);
    CHECK(check_sql(with("src/domain/notes/store_read.cpp", code)).empty());
    CHECK(check_sql(with("src/platform/postgres/migrate.cpp", code)).empty());
  }
  CHECK(check_sql(with("src/domain/notes/notes.cpp",
                       "auto text = \"with a note\"; // select 1\nauto x = \"update the case\";"))
            .empty());
}

TEST_CASE("architecture rules: SQL that reads a clock is found", "[architecture]") {
  for (std::string const clock : {"now()", "NOW ()", "current_timestamp", "clock_timestamp()",
                                  "CURRENT_DATE", "statement_timestamp()"}) {
    INFO(clock);
    CHECK(check_clock(with("src/domain/notes/store.cpp", "auto sql = \"select " + clock + "\";"))
              .size() == 1);
    CHECK(check_clock(with("migrations/0002_notes.sql",
                           "create table notes (at timestamptz default " + clock + ");"))
              .size() == 1);
  }
  CHECK(check_clock(with("src/domain/notes/store.cpp",
                         "auto sql = R\"sql(select now, 'now()' -- now()\n)sql\"; clock.now();"))
            .empty());
}

TEST_CASE("architecture rules: a table written by another module is found", "[architecture]") {
  for (std::string const sql :
       {"insert into parts values ($1)", "update parts set id = $1",
        "update only parts p set id = $1", "delete from parts",
        "with d as (delete from only parts returning id) select id from d", "truncate table parts",
        "merge into parts using x on true", "insert into public.parts select 1",
        "select 1; alter table if exists parts add x int"}) {
    INFO(sql);
    std::string const code = "auto sql = R\"sql(" + sql + ")sql\";";
    auto const findings = check_owners(with("src/domain/notes/store.cpp", code));
    CHECK(first(findings) == "notes writes parts, which is parts's");
    CHECK(check_owners(with("migrations/0002_notes.sql", sql)).size() == 1);
    CHECK(check_owners(with("src/domain/parts/store.cpp", code)).empty());
  }
  for (std::string const sql :
       {"select id from parts for update", "select id from parts for no key update of parts",
        "with parts as (select 1) select * from parts", "insert into unknown select id from parts",
        "insert into x values (1) on conflict (id) do update set id = 1",
        "select 'delete from parts' -- delete from parts"}) {
    INFO(sql);
    CHECK(check_owners(with("src/domain/notes/store.cpp", "auto sql = R\"sql(" + sql + ")sql\";"))
              .empty());
  }
}

TEST_CASE("architecture rules: routes and OpenAPI that differ are found", "[architecture]") {
  std::string const path =
      "/v1/notes/{id}:\n  parameters:\n    get: 1\n  get:\n    tags: [notes]\n";
  auto const differences = [&](std::string code, std::string const& yaml) {
    Tree tree;
    tree.emplace_back("src/domain/notes/routes.cpp", std::move(code));
    tree.emplace_back("openapi/paths/notes.yaml", yaml);
    return check_routes(tree);
  };
  std::string const route = "return {{http::Method::get,\n \"/v1/notes/{id}\", Scope::none}};";
  CHECK(differences(route, path).empty());
  CHECK(first(differences(route, "")) == "get /v1/notes/{id} is not in openapi/paths/");
  CHECK(differences("", path).back().what == "get /v1/notes/{id} is no route");
  CHECK(differences("{{Method::del, \"/v1/notes/{id}\"}}", path + "  delete:\n").size() == 1);
  CHECK(differences("{{Method::post, \"/v1/notes/{id}\"}}", path).size() == 2);
  CHECK(differences("constexpr char path[] = \"/v1/notes/{id}\"; {{get, path, notes_read}};", path)
            .empty());
  CHECK(differences("f(x = {\"/v1/hidden\"});", "").size() == 1);
}

TEST_CASE("architecture rules: a file out of shape is found", "[architecture]") {
  std::string const source = "src/domain/notes/notes.cpp";
  auto const findings = [](std::string path, std::string text) {
    return check_shape(readable(std::move(path), std::move(text)));
  };
  auto const lines = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "int i;\n";
    return text;
  };
  CHECK(findings(source, "int i;\n").empty());
  CHECK(findings(source, lines(498)).empty());
  CHECK(first(findings(source, lines(499))) == "more than 500 lines");
  CHECK(findings(source, "auto a = R\"sql(" + lines(400) + ")sql\";\n" + lines(400)).empty());
  CHECK(first(findings("include/throughline/domain/notes.hpp", lines(299))) ==
        "more than 300 lines");
  CHECK(first(findings(source, std::string(101, 'x'))) == "more than 100 columns");
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ü";
  CHECK(findings(source, "//" + umlauts.substr(4)).empty());
  CHECK(first(findings(source, std::string("// TO") + "DO later\n")).starts_with("unfinished"));
  CHECK(first(findings("src/domain/notes/NoteStore.cpp", "")) == "file names are snake_case");
  CHECK(findings("src/domain/notes/note_utils.cpp", "").size() == 1);

  Tree bare;
  bare.emplace_back("src/domain/cases/cases.cpp", "int i;\n");
  auto const found = check_shape(bare);
  REQUIRE(found.size() == 2);
  CHECK(found[0].what == "the two SPDX lines are missing");
  CHECK(found[1].path == "src/domain/cases/README.md");
  bare.emplace_back("src/domain/cases/README.md", lines(31));
  CHECK(check_shape(bare)[1].what == "more than 30 lines");
}

TEST_CASE("architecture rules: an exception that nothing needs is found", "[architecture]") {
  CHECK(check_exceptions(with("src/platform/http/page_json.cpp", "")).empty());
  CHECK(check_exceptions(with("src/platform/http/router.cpp", "")).size() == 1);
}

}  // namespace throughline::tests::architecture
