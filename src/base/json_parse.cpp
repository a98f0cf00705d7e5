// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <utility>

#include "throughline/base/json.hpp"

namespace throughline::json {
namespace {

/// Receives the parser's events and builds the value, because the parser's own builder neither
/// bounds the depth nor sees a key that stands twice. The parser itself does not recurse.
class Builder final : public nlohmann::json_sax<Value> {
 public:
  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, std::string const&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(Value::binary_t&) override { return false; }  // no JSON text holds one
  bool start_object(std::size_t) override { return open(Value::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Value::array()); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    auto const [place, is_new] = open_.back()->get_ref<Value::object_t&>().try_emplace(name);
    member_ = &place->second;
    return is_new || stop("A key stands twice in one object.");
  }

  bool parse_error(std::size_t position, std::string const&,
                   nlohmann::json::exception const& what) override {
    constexpr int number_overflow = 406;
    std::string const at = " at byte " + std::to_string(position) + ".";
    return stop(what.id == number_overflow ? "A number is out of range" + at
                                           : "The body is no JSON text in UTF-8: it fails" + at);
  }

  Value take() { return std::move(root_); }
  std::string const& fault() const { return fault_; }

 private:
  template <class T>
  bool add(T&& value) {
    place(std::forward<T>(value));
    return true;
  }
  template <class T>
  Value* place(T&& value) {
    Value* target = &root_;
    if (!open_.empty() && open_.back()->is_array()) {
      target = &open_.back()->get_ref<Value::array_t&>().emplace_back();
    } else if (!open_.empty()) {
      target = member_;
    }
    *target = Value(std::forward<T>(value));
    return target;
  }
  bool open(Value empty) {
    if (open_.size() == depth_max) {
      return stop("The body nests arrays and objects deeper than " + std::to_string(depth_max) +
                  " levels.");
    }
    open_.push_back(place(std::move(empty)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool stop(std::string fault) {
    fault_ = std::move(fault);
    return false;
  }

  Value root_;
  std::vector<Value*> open_;  // the arrays and objects around the place being read
  Value* member_ = nullptr;   // where the value behind the last key goes
  std::string fault_;
};

}  // namespace

Value parse_object(std::string_view body) {
  // The parser takes a bare NUL for the end and would not see what follows it.
  if (body.find('\0') != std::string_view::npos) {
    throw Error(Code::malformed, "The body holds a bare NUL character.");
  }
  Builder builder;
  if (!Value::sax_parse(body.begin(), body.end(), &builder)) {
    throw Error(Code::malformed, builder.fault());
  }
  Value value = builder.take();
  if (!value.is_object()) {
    throw Error(std::vector<FieldError>{{"", "must be a JSON object"}});
  }
  return value;
}

std::string dump(Value const& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

Value to_value(Agent const& agent) {
  if (agent.kind.empty()) return nullptr;
  Value value = {{"kind", agent.kind}, {"id", agent.id}};
  if (!agent.model.empty()) value["model"] = agent.model;
  if (!agent.prompt_version.empty()) value["prompt_version"] = agent.prompt_version;
  if (!agent.persona_version.empty()) value["persona_version"] = agent.persona_version;
  return value;
}

Value or_null(std::string const& text) { return text.empty() ? Value() : Value(text); }

Value or_null(std::optional<double> number) { return number ? Value(*number) : Value(); }

Value or_null(std::optional<Timestamp> at) { return at ? Value(format_rfc3339(*at)) : Value(); }

Value or_null(std::optional<Agent> const& agent) { return agent ? to_value(*agent) : Value(); }

Value or_null(std::optional<ExternalId> const& external) {
  return external ? Value{{"system", external->system}, {"id", external->id}} : Value();
}

}  // namespace throughline::json
