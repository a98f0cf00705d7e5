// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/architecture/source.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <utility>

namespace throughline::tests::architecture {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}
char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

class CppScanner {
 public:
  explicit CppScanner(std::string_view text) : text_(text) { out_.code.assign(text.size(), ' '); }

  Cpp scan() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    if (starts("//")) return skip_to(text_.find('\n', at_));
    if (starts("/*")) return skip_past(text_.find("*/", at_ + 2), 2);
    if (starts("#") && first_on_line() && include()) return;
    if (starts("R\"") && (at_ == 0 || !is_word(text_[at_ - 1]))) return raw_literal();
    if (starts("\"")) return literal();
    if (starts("'") && (at_ == 0 || !is_word(text_[at_ - 1]))) return skip_quoted('\'');
    take();
  }

  bool starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  bool first_on_line() const {
    std::size_t i = at_;
    while (i > 0 && text_[i - 1] != '\n') {
      if (!is_space(text_[--i])) return false;
    }
    return true;
  }

  void take() {
    out_.code[at_] = text_[at_];
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }
  void skip_to(std::size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_) {
      if (text_[at_] != '\n') continue;
      out_.code[at_] = '\n';
      ++line_;
    }
  }
  void skip_past(std::size_t end, std::size_t size) {
    skip_to(end == std::string_view::npos ? end : end + size);
  }
  void skip_quoted(char quote) {
    std::size_t i = at_ + 1;
    while (i < text_.size() && text_[i] != quote && text_[i] != '\n') i += text_[i] == '\\' ? 2 : 1;
    skip_to(i + 1);
  }

  bool include() {
    std::size_t i = text_.find_first_not_of(" \t", at_ + 1);
    if (i == std::string_view::npos || !text_.substr(i).starts_with("include")) return false;
    i = text_.find_first_of("<\"\n", i);
    if (i == std::string_view::npos || text_[i] == '\n') return false;
    bool const quoted = text_[i] == '"';
    std::size_t const end = text_.find_first_of(quoted ? "\"\n" : ">\n", i + 1);
    if (end == std::string_view::npos) return false;
    out_.includes.push_back({std::string(text_.substr(i + 1, end - i - 1)), quoted, line_});
    skip_to(text_.find('\n', at_));
    return true;
  }

  void raw_literal() {
    std::size_t const open = text_.find('(', at_);
    if (open == std::string_view::npos) return take();
    std::string const delimiter(text_.substr(at_ + 2, open - at_ - 2));
    std::string const close = ")" + delimiter + "\"";
    std::size_t const end = text_.find(close, open);
    std::size_t const size = end == std::string_view::npos ? end : end - open - 1;
    std::size_t const from = at_;
    std::size_t const line = line_;
    skip_past(end, close.size());
    keep({std::string(text_.substr(open + 1, size)), delimiter, from, at_, line});
  }

  void literal() {
    std::size_t const from = at_;
    std::size_t const line = line_;
    skip_quoted('"');
    std::string_view const inside = text_.substr(from + 1, at_ - from - 2);
    keep({std::string(inside), "", from, at_, line});
  }

  void keep(Literal next) {
    if (!out_.literals.empty()) {
      Literal& last = out_.literals.back();
      std::string_view const between =
          std::string_view(out_.code).substr(last.end, next.offset - last.end);
      if (std::all_of(between.begin(), between.end(), is_space)) {
        last.text += next.text;
        last.end = next.end;
        return;
      }
    }
    out_.literals.push_back(std::move(next));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  Cpp out_;
};

bool begins_like_sql(std::string_view text) {
  std::vector<std::string> words;
  for (SqlWord& word : sql_words({std::string(text.substr(0, 400)), 1})) {
    words.push_back(std::move(word.text));
  }
  words.resize(std::max<std::size_t>(words.size(), 3));
  std::string const& a = words[0];
  std::string const& b = words[1];
  std::string const& c = words[2];
  return (a == "select" && !b.empty()) || (a == "insert" && b == "into") ||
         (a == "update" && c == "set") || (a == "delete" && b == "from") ||
         (a == "with" && (c == "as" || c == "(")) || (a == "create" && b == "table") ||
         (a == "alter" && b == "table") || (a == "truncate" && !b.empty());
}

bool is_source(std::filesystem::path const& path) {
  static constexpr std::string_view extensions[] = {".cpp", ".hpp",  ".sql", ".cmake", ".md",
                                                    ".yml", ".yaml", ".mjs", ".js",    ".sh"};
  std::string const extension = path.extension().string();
  return std::find(std::begin(extensions), std::end(extensions), extension) !=
             std::end(extensions) ||
         path.filename() == "CMakeLists.txt" || path.filename() == "Dockerfile" ||
         path.parent_path().filename() == "scripts" || path.parent_path().filename() == ".ci";
}

}  // namespace

Cpp parse_cpp(std::string_view text) {
  return CppScanner(text).scan();
}

Source::Source(std::string path_, std::string text_)
    : path(std::move(path_)), text(std::move(text_)) {
  if (is_cpp()) cpp = parse_cpp(text);
}

std::string_view Source::name() const {
  return std::string_view(path).substr(folder().size());
}

std::string_view Source::folder() const {
  std::size_t const slash = path.rfind('/');
  return std::string_view(path).substr(0, slash == std::string::npos ? 0 : slash + 1);
}

std::vector<Source> read_tree(std::filesystem::path const& root) {
  namespace fs = std::filesystem;
  std::vector<Source> tree;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::end(at); ++at) {
    std::string const name = at->path().filename().string();
    if (at->is_directory()) {
      bool const hidden = name.starts_with(".") && name != ".ci";
      if (hidden || name == "build" || name == "node_modules") at.disable_recursion_pending();
    } else if (at->is_regular_file() && is_source(at->path())) {
      std::ifstream in(at->path(), std::ios::binary);
      std::string text{std::istreambuf_iterator<char>(in), {}};
      tree.emplace_back(fs::relative(at->path(), root).generic_string(), std::move(text));
    }
  }
  std::sort(tree.begin(), tree.end(),
            [](Source const& a, Source const& b) { return a.path < b.path; });
  return tree;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::size_t const end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::size_t line_at(std::string_view text, std::size_t offset) {
  text = text.substr(0, offset);
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a continuation byte
  }));
}

std::vector<SqlText> sql_of(Source const& source) {
  if (source.path.ends_with(".sql")) return {{source.text, 1}};
  std::vector<SqlText> found;
  for (Literal const& literal : source.cpp.literals) {
    if (literal.delimiter == "sql" || begins_like_sql(literal.text)) {
      found.push_back({literal.text, literal.line});
    }
  }
  return found;
}

std::vector<SqlWord> sql_words(SqlText const& sql) {
  std::vector<SqlWord> words;
  std::string_view const text = sql.text;
  std::size_t line = sql.line;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (text.substr(i).starts_with("--")) {
      end = std::min(text.find('\n', i), text.size());
    } else if (text[i] == '\'') {
      end = std::min(text.find('\'', i + 1), text.size() - 1) + 1;
    } else if (is_word(text[i])) {
      while (end < text.size() && is_word(text[end])) ++end;
      words.push_back({std::string(text.substr(i, end - i)), line});
      for (char& c : words.back().text) c = lower(c);
    } else if (!is_space(text[i])) {
      words.push_back({std::string(1, text[i]), line});
    }
    line +=
        static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(i),
                                            text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    i = end;
  }
  return words;
}

}  // namespace throughline::tests::architecture
