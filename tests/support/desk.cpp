// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/desk.hpp"

namespace throughline::support {
namespace {

identity::Identifier identifier(std::string const& type, std::string const& value) {
  auto result = identity::normalise({type, value, {}, {}}, "US");
  return std::get<identity::Identifier>(result);
}

}  // namespace

identity::Identifier phone(std::string const& number) {
  return identifier("phone", number);
}
identity::Identifier email(std::string const& address) {
  return identifier("email", address);
}

InteractionId Desk::call_from(std::string const& number, std::string const& channel) {
  interactions::Start start;
  start.channel = channel;
  start.direction = "inbound";
  start.subject.identifiers = {phone(number)};
  return write([&](postgres::Tx& tx) { return interactions::start(tx, actor, start); }).id;
}

CustomerId Desk::customer_of(InteractionId id) {
  return read([&](postgres::Tx& tx) { return interactions::get(tx, id).root; });
}

std::vector<std::string> Desk::facts() {
  return read([&](postgres::Tx& tx) {
    std::vector<std::string> found;
    for (auto const& row : tx.exec("select type, array_to_string(fields, ',') from changes "
                                   "where tenant_id = $1 order by position",
                                   {tenant})) {
      found.push_back(row[0].text() + (row[1].view().empty() ? "" : " " + row[1].text()));
    }
    return found;
  });
}

std::vector<std::string> Desk::entries() {
  return read([&](postgres::Tx& tx) {
    std::vector<std::string> found;
    for (auto const& row : tx.exec(
             "select kind, fact from timeline where tenant_id = $1 order by at, id", {tenant})) {
      found.push_back(row[0].text() + " " + row[1].text());
    }
    return found;
  });
}

std::size_t Desk::ring(alarms::Handler const& handler) {
  return write([&](postgres::Tx& tx) {
    std::vector<alarms::Alarm> due;
    for (auto const& row : tx.exec("select resource_id, part_id, at from alarms "
                                   "where tenant_id = $1 and kind = $2 and at <= $3",
                                   {tenant, alarms::name(handler.kind), actor.now})) {
      due.push_back(
          {handler.kind, row[0].id<CaseId>().value, row[1].id<CustomerId>(), row[2].time()});
    }
    return alarms::ring(tx, actor, handler, due);
  });
}

std::vector<std::string> Desk::alarms_set() {
  return read([&](postgres::Tx& tx) {
    std::vector<std::string> found;
    for (auto const& row :
         tx.exec("select kind, at from alarms where tenant_id = $1 order by at, kind", {tenant})) {
      found.push_back(row[0].text() + " " + format_rfc3339(row[1].time()));
    }
    return found;
  });
}

std::int64_t Desk::leaks_of(std::string const& text) {
  return read([&](postgres::Tx& tx) {
    auto const rows = tx.exec(
        "select (select count(*) from changes t where tenant_id = $1 and strpos(t::text, $2) > 0)"
        " + (select count(*) from timeline t where tenant_id = $1 and strpos(t::text, $2) > 0)",
        {tenant, text});
    return rows[0][0].integer();
  });
}

std::string error_of(std::function<void()> const& operation) {
  try {
    operation();
  } catch (Error const& error) {
    std::string told(name(error.code()));
    for (auto const& field : error.fields()) told += " " + field.pointer;
    return told;
  }
  return "nothing";
}

}  // namespace throughline::support
