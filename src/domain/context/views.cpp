// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "views.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "throughline/domain/context.hpp"
#include "wire_views.hpp"

namespace throughline::context {
namespace {

constexpr std::array<std::string_view, 3> formats{"json", "prompt", "attributes"};

std::string trimmed_lower(std::string_view text) {
  auto const from = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(from);
  text = text.substr(0, text.find_last_not_of(" \t") + 1);
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

/// The text up to the separator, which goes with it.
std::string next(std::string_view& text, char separator) {
  auto const end = std::min(text.find(separator), text.size());
  auto piece = trimmed_lower(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

/// How much each of two media types is wanted: by the most specific range that covers it.
class Wanted {
 public:
  Wanted(std::string_view type, std::string_view group) : type_(type), group_(group) {}
  void hear(std::string_view range, double weight) {
    int const exact = range == type_ ? 3 : range == group_ ? 2 : range == "*/*" ? 1 : 0;
    if (exact <= exact_) return;
    exact_ = exact;
    weight_ = weight;
  }
  double weight() const { return weight_; }

 private:
  std::string_view const type_, group_;
  int exact_ = 0;
  double weight_ = 0;
};

void check_no_parameters(http::Call const& call) {
  std::vector<FieldError> wrong;
  for (auto const* name : {"max_bytes", "interaction_id"}) {
    if (call.query(name)) {
      wrong.push_back({"?" + std::string(name), "goes with format=prompt or format=attributes"});
    }
  }
  if (!wrong.empty()) throw Error(std::move(wrong));
}

}  // namespace

bool prefers_markdown(std::string_view accept) {
  Wanted markdown("text/markdown", "text/*"), json("application/json", "application/*");
  while (!accept.empty()) {
    auto const end = std::min(accept.find(','), accept.size());
    auto range = accept.substr(0, end);
    accept.remove_prefix(std::min(end + 1, accept.size()));
    auto const type = next(range, ';');
    double weight = 1;
    while (!range.empty()) {
      auto const parameter = next(range, ';');
      if (parameter.starts_with("q=")) weight = std::strtod(parameter.c_str() + 2, nullptr);
    }
    markdown.hear(type, weight);
    json.hear(type, weight);
  }
  return markdown.weight() > json.weight();
}

std::shared_ptr<http::View const> view_of(http::Call const& call) {
  auto const asked = call.query_word("format", formats);
  auto const format =
      asked.value_or(prefers_markdown(call.request().header("accept")) ? "prompt" : "json");
  if (format == "json") {
    check_no_parameters(call);
    return nullptr;
  }
  bool const is_prompt = format == "prompt";
  auto const most = is_prompt ? prompt_bytes_max : attributes_bytes_max;
  auto const fallback = is_prompt ? prompt_bytes_default : attributes_bytes_max;
  auto const bytes = call.query_integer("max_bytes", view_bytes_min, most).value_or(fallback);
  auto const own = call.query_id<InteractionId>("interaction_id");
  wire::ViewOptions const options{static_cast<std::size_t>(bytes), own ? own->str() : ""};
  auto const parameters = "-" + std::to_string(bytes) + (own ? "-" + own->str() : "");
  auto view = std::make_shared<http::View>();
  view->tag = std::string(format) + std::to_string(views_version) + parameters;
  view->content_type = is_prompt ? "text/markdown; charset=utf-8" : "application/json";
  view->render = [options, write = is_prompt ? wire::prompt : wire::attributes](
                     std::string_view body) { return write(body, options); };
  return view;
}

}  // namespace throughline::context
