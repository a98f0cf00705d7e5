// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/merges/wire.hpp"

#include <utility>

#include "throughline/base/json.hpp"

namespace throughline::merges {
namespace {

using json::Reader;
using json::Value;

constexpr std::size_t reason_max = 1000;  // characters

template <class IdType>
IdType id_in(Value const& value) {
  return IdType::parse(value.get_ref<std::string const&>()).value();
}

Value ids(std::span<CustomerId const> parts) {
  Value list = Value::array();
  for (CustomerId const part : parts) list.push_back(part.str());
  return list;
}

}  // namespace

AskedMerge read_merge(std::string_view body, CustomerId customer) {
  Value const object = json::parse_object(body);
  Reader in(object);
  AskedMerge read;
  read.asked.customer = customer;
  auto const with = in.id<CustomerId>("with");
  if (!with && (!in.has("with") || in.is_null("with"))) in.fail("with", "is required");
  read.asked.with = with.value_or(CustomerId{});
  read.asked.reason = in.required_prose("reason", reason_max);
  read.asked.agent = in.agent();
  read.dry_run = in.boolean("dry_run").value_or(false);
  in.finish();
  return read;
}

AskedUndo read_undo(std::string_view body, MergeId merge) {
  Value const object = body.empty() ? Value::object() : json::parse_object(body);
  Reader in(object);
  AskedUndo read;
  Undo& undo = read.undo;
  undo.merge = merge;
  undo.reason = in.prose("reason", reason_max).value_or("");
  undo.agent = in.agent();
  read.dry_run = in.boolean("dry_run").value_or(false);
  bool const tree = in.boolean("tree").value_or(false);
  bool const chosen = in.has("parts") && !in.is_null("parts");
  undo.parts = in.ids<CustomerId>("parts", parts::parts_max);
  if (chosen && undo.parts.empty() && in.ok()) in.fail("parts", "must name at least one part");
  if (chosen && tree) in.fail("tree", "give either parts or tree");
  if (tree) undo.how = Undo::How::tree;
  if (chosen) undo.how = Undo::How::parts;
  in.finish();
  return read;
}

// --- documents -------------------------------------------------------------------------------

namespace {

Value to_value(Said const& said) {
  return {{"at", format_rfc3339(said.at)},
          {"reason", json::or_null(said.reason)},
          {"agent", json::or_null(said.agent)},
          {"key_id", said.key.str()}};
}

Value to_value(Side const& side) {
  return {{"part_id", side.part.str()}, {"display_name", json::or_null(side.name)}};
}

/// "email exact": a field and the level it agreed on, where evidence tells these.
std::vector<std::string> words_of(Value const& evidence) {
  std::vector<std::string> words;
  for (Value const& item : evidence) {
    if (!item.contains("field") || !item.at("field").is_string()) continue;
    std::string text = item.at("field");
    if (item.contains("level") && item.at("level").is_string()) {
      text += " " + item.at("level").get<std::string>();
    }
    words.push_back(std::move(text));
  }
  return words;
}

void add_joined(Value& document, Entry const& entry, Value evidence) {
  document["survivor_id"] = entry.survivor.str();
  document["loser_id"] = entry.loser.str();
  document["moved_parts"] = Value::parse(entry.moved_parts_json);
  document["rule"] = entry.rule;
  document["evidence"] = std::move(evidence);
  document["score"] = json::or_null(entry.score);
  document["weights_version"] = entry.weights_version;
  document["interaction_id"] = json::or_null(entry.interaction);
  document["undone"] = Value();
  if (!entry.undone) return;
  Value& undone = document["undone"] = to_value(*entry.undone);
  undone["undo_id"] = json::or_null(entry.undo);
  undone["how"] = entry.how;
}

void add_parted(Value& document, Entry const& entry) {
  document["source"] = entry.source;
  document["merge_id"] = json::or_null(entry.merge);
  document["undo_id"] = json::or_null(entry.undo);
  document["lifted_at"] = json::or_null(entry.lifted_at);
  document["lifted_by"] = json::or_null(entry.lifted_by);
}

Value to_value(Entry const& entry) {
  Value evidence = entry.joined ? Value::parse(entry.evidence_json) : Value::array();
  Value document = to_value(entry.said);
  document["id"] = to_string(entry.id);
  document["kind"] = entry.joined ? "joined" : "parted";
  document["summary"] = summary(entry, words_of(evidence));
  document["one"] = to_value(entry.one);
  document["other"] = to_value(entry.other);
  if (entry.joined) {
    add_joined(document, entry, std::move(evidence));
  } else {
    add_parted(document, entry);
  }
  return document;
}

Value to_value(std::span<store::Held const> identifiers) {
  Value list = Value::array();
  for (store::Held const& held : identifiers) {
    list.push_back({{"type", held.type},
                    {"value", held.value},
                    {"assurance", held.assurance},
                    {"shared", held.shared},
                    {"part_id", held.part.str()},
                    {"valid_from", format_rfc3339(held.valid_from)},
                    {"confirmed_at", format_rfc3339(held.confirmed_at)}});
  }
  return list;
}

}  // namespace

std::string to_json(Entry const& entry) {
  return json::dump(to_value(entry));
}

std::string customer_json(customers::Customer const& customer,
                          std::span<store::Held const> identifiers) {
  return customers::to_json(customer, json::dump(to_value(identifiers)));
}

std::string merged_json(std::optional<Entry> const& entry, std::string const& customer) {
  return json::dump({{"merged", entry.has_value()},
                     {"dry_run", false},
                     {"merge", entry ? to_value(*entry) : Value()},
                     {"customer", Value::parse(customer)}});
}

// --- preview ---------------------------------------------------------------------------------

namespace {

/// What a customer says of itself, field by field, the profile's members apart.
Value fields_of(customers::Customer const& customer) {
  Value const document = Value::parse(customers::to_json(customer, "[]"));
  Value fields = Value::object();
  for (auto const name : {"display_name", "tier", "language", "sensitivities"}) {
    Value const& value = document.at(name);
    if (!value.is_null() && value != Value::array()) fields[name] = value;
  }
  for (auto const& [member, value] : document.at("profile").get_ref<Value::object_t const&>()) {
    fields["profile/" + member] = value;
  }
  return fields;
}

/// Fields that both have and tell differently, and whose is shown.
Value differing(Preview const& view) {
  Value list = Value::array();
  if (!view.merged || !view.after) return list;
  Value const survivors = fields_of(view.survivor_before);
  Value const losers = fields_of(view.loser_before);
  Value const after = fields_of(*view.after);
  for (auto const& [name, value] : survivors.get_ref<Value::object_t const&>()) {
    auto const other = losers.find(name);
    if (other == losers.end() || *other == value) continue;
    list.push_back({{"field", name},
                    {"survivor", value},
                    {"loser", *other},
                    {"shown", after.value(name, Value()) == value ? "survivor" : "loser"}});
  }
  return list;
}

std::string detail_of(likeness::Veto veto) {
  if (veto == likeness::Veto::date_of_birth)
    return "Two of their parts were born on different days.";
  if (veto == likeness::Veto::suffix) return "Two of their parts differ in Jr, Sr, II or III.";
  return "Two of their parts differ.";
}

Value against(Preview const& view) {
  Value list = Value::array();
  for (likeness::Veto const veto : view.vetoes) {
    list.push_back({{"kind", likeness::name(veto)}, {"detail", detail_of(veto)}});
  }
  for (Parting const& parting : view.remembered) {
    std::string detail = "They are remembered as not the same, by " +
                         std::string(parting.source == "undo" ? "an undo" : "a " + parting.source);
    if (!parting.reason.empty()) detail += ": " + parting.reason;
    list.push_back({{"kind", "not_the_same"},
                    {"detail", std::move(detail)},
                    {"at", format_rfc3339(parting.at)}});
  }
  return list;
}

}  // namespace

std::string preview_json(Preview const& view) {
  Value const counts = {
      {"parts", {{"together", view.parts.size()}, {"max", parts::parts_max}}},
      {"identifiers", {{"together", view.identifiers.size()}, {"max", identifiers_max}}},
      {"open_cases", view.work.open_cases},
      {"live_interactions", view.work.live_interactions}};
  Value const customer =
      view.after ? Value::parse(customer_json(*view.after, view.identifiers)) : Value();
  return json::dump({{"merged", view.merged && view.after.has_value()},
                     {"dry_run", true},
                     {"merge", Value()},
                     {"customer", customer},
                     {"preview",
                      {{"survivor_id", view.survivor.str()},
                       {"loser_id", view.merged ? Value(view.loser.str()) : Value()},
                       {"answering_ids", ids(view.parts)},
                       {"refused", json::or_null(view.refused)},
                       {"fields", differing(view)},
                       {"counts", counts},
                       {"against", against(view)}}}});
}

// --- undo ------------------------------------------------------------------------------------

namespace {

Value to_value(Unlinked const& link) {
  return {{"type", link.type},
          {"id", to_string(link.id)},
          {"part_id", link.part.str()},
          {link.field, to_string(link.from)}};
}

Value to_value(std::span<Unlinked const> links) {
  Value list = Value::array();
  for (Unlinked const& link : links) list.push_back(to_value(link));
  return list;
}

Value to_value(store::UndoRow const& undo, store::Stayed const& stayed, bool dry_run) {
  Value merges = Value::array();
  for (MergeId const id : undo.cut) merges.push_back(id.str());
  Value identifiers = Value::array();
  for (store::Held const& held : stayed.identifiers) {
    identifiers.push_back({{"type", held.type}, {"value", held.value}});
  }
  return {{"id", dry_run ? Value() : Value(undo.id.str())},
          {"merge_id", undo.merge.str()},
          {"how", undo.how},
          {"at", format_rfc3339(undo.at)},
          {"reason", json::or_null(undo.reason)},
          {"agent", json::or_null(undo.agent)},
          {"key_id", undo.key.str()},
          {"merges", std::move(merges)},
          {"unlinked", to_value(undo.unlinked)},
          {"unlinked_count", undo.unlinked_count},
          {"stayed",
           {{"customer_id", undo.root.str()},
            {"fields", stayed.fields},
            {"identifiers", std::move(identifiers)}}}};
}

}  // namespace

std::string undone_json(Answer const& answer) {
  Value customers = Value::array();
  for (Left const& left : answer.customers) {
    customers.push_back({{"id", left.customer.id.str()},
                         {"display_name", json::or_null(left.customer.display_name)},
                         {"part_ids", ids(left.parts)},
                         {"identifiers", to_value(left.identifiers)}});
  }
  return json::dump({{"parted", answer.parted},
                     {"dry_run", answer.dry_run},
                     {"undo", to_value(answer.undo, answer.stayed, answer.dry_run)},
                     {"customers", std::move(customers)}});
}

// --- columns and receipts --------------------------------------------------------------------

std::string unlinked_column(std::span<Unlinked const> links) {
  return json::dump(to_value(links));
}

std::vector<Unlinked> parse_unlinked(std::string_view json) {
  std::vector<Unlinked> links;
  for (Value const& item : Value::parse(json)) {
    std::string_view field = "receiving_interaction_id";
    for (std::string_view const one : {"case_id", "interaction_id"}) {
      if (item.contains(one)) field = one;
    }
    links.push_back({item.at("type"), id_in<CaseId>(item.at("id")).value,
                     id_in<CustomerId>(item.at("part_id")), std::string(field),
                     id_in<CaseId>(item.at(field)).value});
  }
  return links;
}

std::string to_refs(MergeRefs const& refs) {
  Value value = Value::object();
  if (refs.merge) value["merge"] = refs.merge->str();
  if (refs.customer) value["customer"] = refs.customer->str();
  return json::dump(value);
}

MergeRefs parse_merge_refs(std::string_view refs) {
  Value const value = Value::parse(refs);
  MergeRefs read;
  if (value.contains("merge")) read.merge = id_in<MergeId>(value.at("merge"));
  if (value.contains("customer")) read.customer = id_in<CustomerId>(value.at("customer"));
  return read;
}

std::string to_refs(std::optional<Undone> const& undone) {
  if (!undone) return "{}";
  return json::dump({{"undo", undone->id.str()}, {"parted", undone->parted}});
}

std::optional<Undone> parse_undo_refs(std::string_view refs) {
  Value const value = Value::parse(refs);
  if (value.empty()) return std::nullopt;
  return Undone{id_in<UndoId>(value.at("undo")), value.at("parted").get<bool>()};
}

}  // namespace throughline::merges
