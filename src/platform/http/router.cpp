// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/router.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

namespace throughline::http {

namespace {

constexpr std::size_t shown_name_max = 64;  // bytes of an unknown parameter's name in the answer

struct MethodName {
  Method method;
  std::string_view name;
};
constexpr std::array<MethodName, 7> method_names = {{{Method::get, "GET"},
                                                     {Method::head, "HEAD"},
                                                     {Method::post, "POST"},
                                                     {Method::put, "PUT"},
                                                     {Method::patch, "PATCH"},
                                                     {Method::del, "DELETE"},
                                                     {Method::options, "OPTIONS"}}};

/// OPTIONS is always among them, HEAD wherever GET is.
std::string allow_text(std::vector<Method> const& methods) {
  auto const has = [&](Method method) {
    return std::find(methods.begin(), methods.end(), method) != methods.end();
  };
  std::string text;
  for (auto const& [method, name] : method_names) {
    bool const served =
        has(method) || method == Method::options || (method == Method::head && has(Method::get));
    if (!served) continue;
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

std::vector<std::string_view> split_pattern(std::string_view pattern) {
  std::vector<std::string_view> pieces;
  if (!pattern.starts_with('/')) throw std::logic_error("a route's pattern begins with /");
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    auto const end = std::min(pattern.find('/'), pattern.size());
    pieces.push_back(pattern.substr(0, end));
    pattern.remove_prefix(end);
  }
  return pieces;
}

bool is_name(std::string_view piece) {
  return piece.starts_with('{') && piece.ends_with('}');
}

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> fixed;
  std::unique_ptr<Node> any;
  std::vector<std::unique_ptr<Entry const>> entries;  // one per method
  std::string allow;

  Node& child(std::string_view piece) {
    auto& place = is_name(piece) ? any : fixed[std::string(piece)];
    if (!place) place = std::make_unique<Node>();
    return *place;
  }

  /// The node at the end of the path, if it has routes; values hold what {name}s stood for.
  Node const* find(std::vector<std::string> const& segments, std::size_t depth,
                   std::vector<std::string>& values) const {
    if (depth == segments.size()) return entries.empty() ? nullptr : this;
    auto const same = fixed.find(segments[depth]);
    if (same != fixed.end()) {
      if (auto const* found = same->second->find(segments, depth + 1, values)) return found;
    }
    if (!any || segments[depth].empty()) return nullptr;
    values.push_back(segments[depth]);
    if (auto const* found = any->find(segments, depth + 1, values)) return found;
    values.pop_back();
    return nullptr;
  }
};

Router::Router(std::vector<Route> routes) : root_(std::make_unique<Node>()) {
  std::vector<Method> all;
  std::vector<Node*> ends;
  for (auto& route : routes) {
    Node* node = root_.get();
    std::vector<std::string_view> names;
    for (auto const piece : split_pattern(route.pattern)) {
      if (is_name(piece)) names.push_back(piece.substr(1, piece.size() - 2));
      node = &node->child(piece);
    }
    for (auto const& other : node->entries) {
      if (other->route.method == route.method) {
        throw std::logic_error("two routes for " + std::string(route.pattern));
      }
    }
    all.push_back(route.method);
    ends.push_back(node);
    node->entries.push_back(
        std::make_unique<Entry const>(Entry{std::move(route), std::move(names)}));
  }
  for (Node* node : ends) {
    std::vector<Method> methods;
    for (auto const& entry : node->entries) methods.push_back(entry->route.method);
    node->allow = allow_text(methods);
  }
  allow_any_ = allow_text(all);
}

Router::~Router() = default;

Router::Match Router::match(Method method, std::vector<std::string> const& segments) const {
  Match match;
  auto const* node = root_->find(segments, 0, match.path_values);
  if (node == nullptr) return match;
  match.allow = node->allow;
  auto const wanted = method == Method::head ? Method::get : method;
  for (auto const& entry : node->entries) {
    if (entry->route.method == wanted) match.entry = entry.get();
  }
  return match;
}

void check_query(Route const& route, Request const& request) {
  std::vector<FieldError> wrong;
  for (auto item = request.query.begin(); item != request.query.end(); ++item) {
    auto const& name = item->first;
    auto const same = [&](auto const& other) { return other.first == name; };
    auto const known = std::find(route.query.begin(), route.query.end(), name);
    // Cut between characters, so that what is shown stays UTF-8.
    auto end = std::min(name.size(), shown_name_max);
    while (end > 0 && end < name.size() && (name[end] & 0xC0) == 0x80) --end;
    if (known == route.query.end()) {
      wrong.push_back({"?" + name.substr(0, end), "There is no such query parameter here."});
    } else if (std::any_of(request.query.begin(), item, same)) {
      wrong.push_back({"?" + name.substr(0, end), "Give this query parameter once."});
    }
  }
  if (!wrong.empty()) throw Error(std::move(wrong));
}

}  // namespace throughline::http
