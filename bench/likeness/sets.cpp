// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "sets.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <variant>

namespace throughline::bench {
namespace {

std::string trimmed(std::string const& text) {
  auto const begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::vector<std::string> split_csv(std::string const& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    char const c = line[i];
    if (c == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"')
        cells.back() += line[i++];
      else
        quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  for (auto& cell : cells) cell = trimmed(cell);
  return cells;
}

using Cells = std::map<std::string, std::string>;

std::string cell(Cells const& cells, std::string const& column) {
  auto const found = cells.find(column);
  return found == cells.end() ? std::string() : found->second;
}

void put(Row& row, std::string const& field, std::string const& value) {
  if (!value.empty()) row.fields[field] = value;
}

void add(Row& row, std::string const& type, std::string const& value, std::string region = {}) {
  if (!value.empty()) row.identifiers.push_back({type, value, std::move(region), {}});
}

/// USA and US, Canada and CAN, one each.
std::string country_code(std::string const& text) {
  static std::map<std::string, std::string> const codes{
      {"USA", "us"},    {"US", "us"},      {"CA", "ca"}, {"CAN", "ca"},
      {"Canada", "ca"}, {"Germany", "de"}, {"DE", "de"}, {"Texas", "tx"}};
  auto const found = codes.find(text);
  if (found != codes.end()) return found->second;
  std::string code;
  for (char const c : text) {
    if (c >= 'A' && c <= 'Z') code += static_cast<char>(c + 32);
    if (c >= 'a' && c <= 'z') code += c;
  }
  return code.empty() ? "none" : code;
}

/// The address inside "Name" <address>.
std::string bare_email(std::string const& text) {
  auto const open = text.find('<');
  return open == std::string::npos ? text : text.substr(open + 1, text.find('>') - open - 1);
}

void add_account(Row& row, std::string const& system, std::string const& number) {
  if (!number.empty()) add(row, "account", system + ":" + number);
}

Row senzing_row(Cells const& cells) {
  Row row;
  row.id = cell(cells, "DATA_SOURCE") + "-" + cell(cells, "RECORD_ID");
  put(row, "given_name",
      trimmed(cell(cells, "PRIMARY_NAME_FIRST") + " " + cell(cells, "PRIMARY_NAME_MIDDLE")));
  put(row, "family_name", cell(cells, "PRIMARY_NAME_LAST"));
  for (auto const* column : {"PRIMARY_NAME_ORG", "NATIVE_NAME_FULL", "PRIMARY_NAME_FULL"}) {
    put(row, "full_name", cell(cells, column));
  }
  put(row, "date_of_birth", cell(cells, "DATE_OF_BIRTH"));
  put(row, "address.line1", cell(cells, "ADDR_FULL") + cell(cells, "ADDR_LINE1"));
  put(row, "address.city", cell(cells, "ADDR_CITY"));
  put(row, "address.region", cell(cells, "ADDR_STATE"));
  put(row, "address.postal_code", cell(cells, "ADDR_POSTAL_CODE"));
  put(row, "address.country", cell(cells, "ADDR_COUNTRY"));
  add(row, "email", bare_email(cell(cells, "EMAIL_ADDRESS")));
  add(row, "phone", cell(cells, "PHONE_NUMBER"), "US");
  auto const system = [&](char const* kind, char const* column) {
    return std::string(kind) + "-" + country_code(cell(cells, column));
  };
  add_account(row, system("passport", "PASSPORT_COUNTRY"), cell(cells, "PASSPORT_NUMBER"));
  add_account(row, system("licence", "DRIVERS_LICENSE_STATE"),
              cell(cells, "DRIVERS_LICENSE_NUMBER"));
  add_account(row, "national", cell(cells, "NATIONAL_ID_NUMBER"));
  add_account(row, "ssn", cell(cells, "SSN_NUMBER"));
  return row;
}

likeness::Value to_value(identity::Identifier const& identifier) {
  return {identifier.type, identifier.value, identifier.alias, identifier.exact};
}

}  // namespace

Table read_csv(std::string const& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no file " + path);
  std::string line;
  std::getline(file, line);
  auto const heading = split_csv(line);
  Table table;
  while (std::getline(file, line)) {
    auto const cells = split_csv(line);
    Cells row;
    for (std::size_t i = 0; i < heading.size() && i < cells.size(); ++i) row[heading[i]] = cells[i];
    table.push_back(std::move(row));
  }
  return table;
}

Set senzing(std::string const& data) {
  std::string const folder = data + "/senzing_truthset/";
  std::map<std::string, std::string> truth;
  for (auto const& row : read_csv(folder + "actual_truthset_key.csv")) {
    truth[cell(row, "DATA_SOURCE") + "-" + cell(row, "RECORD_ID")] = cell(row, "CLUSTER_ID");
  }
  Set set{"senzing", {}, {1, .55, .80, -1}};
  for (auto const* file : {"customers.csv", "reference.csv", "watchlist.csv"}) {
    for (auto const& cells : read_csv(folder + file)) {
      set.rows.push_back(senzing_row(cells));
      set.rows.back().person = truth[set.rows.back().id];
    }
  }
  return set;
}

Set febrl(std::string const& data, int number) {
  Set set{"febrl" + std::to_string(number), {}, {}};
  if (number == 3) set.owed = {.9999, .998, 0, 6};
  for (auto const& cells : read_csv(data + "/febrl/dataset" + std::to_string(number) + ".csv")) {
    Row row;
    row.id = cell(cells, "rec_id");
    row.person = row.id.substr(4, row.id.find('-', 4) - 4);
    put(row, "given_name", cell(cells, "given_name"));
    put(row, "family_name", cell(cells, "surname"));
    put(row, "date_of_birth", cell(cells, "date_of_birth"));
    put(row, "address.line1",
        trimmed(cell(cells, "street_number") + " " + cell(cells, "address_1")));
    put(row, "address.line2", cell(cells, "address_2"));
    put(row, "address.city", cell(cells, "suburb"));
    put(row, "address.postal_code", cell(cells, "postcode"));
    put(row, "address.region", cell(cells, "state"));
    add_account(row, "ssn", cell(cells, "soc_sec_id"));
    set.rows.push_back(std::move(row));
  }
  return set;
}

Set splink(std::string const& data) {
  Set set{"fake_1000", {}, {.99, .70, 0, -1}};
  for (auto const& cells : read_csv(data + "/splink/fake_1000.csv")) {
    Row row;
    row.id = cell(cells, "unique_id");
    row.person = cell(cells, "cluster");
    put(row, "given_name", cell(cells, "first_name"));
    put(row, "family_name", cell(cells, "surname"));
    put(row, "date_of_birth", cell(cells, "dob"));
    put(row, "address.city", cell(cells, "city"));
    add(row, "email", cell(cells, "email"));
    set.rows.push_back(std::move(row));
  }
  return set;
}

likeness::Record to_record(Row const& row) {
  nlohmann::json profile = nlohmann::json::object();
  for (auto const& [field, value] : row.fields) {
    if (field.starts_with("address."))
      profile["address"][field.substr(8)] = value;
    else
      profile[field] = value;
  }
  std::vector<likeness::Value> values;
  for (auto const& raw : row.identifiers) {
    auto const normalised = identity::normalise(raw, "");
    auto const* const identifier = std::get_if<identity::Identifier>(&normalised);
    if (identifier != nullptr) values.push_back(to_value(*identifier));
  }
  return likeness::read(profile.dump(), values);
}

}  // namespace throughline::bench
