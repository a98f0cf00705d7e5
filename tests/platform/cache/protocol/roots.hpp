// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A change of root: which customer a name leads to changes under the eyes of two reads on one
// instance, which find their way by hint → entry → the entry's own list of names. Redis is believed
// here; what that takes is one_key.hpp's matter.
//
// What is committed is a script: worlds one after the other, each by a writer of its own that tells
// the cache and then acknowledges; the next may be committed before, and be told and acknowledged
// first. Roots are X and Y; names are p, an identifier, and x and y, the customers' ids.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "platform/cache/protocol/rules.hpp"

namespace throughline::protocol::roots {

using Byte = std::uint8_t;

enum class Part {
  entry_confirms,          // an entry answers only for the names that it lists
  raises_old_root,         // a change raises the root that a name led to before
  raises_new_root,         // and the one that it leads to now
  highest_plus_one,        // a merge or undo raises every root above the versions of all
  filled_under_own_root,   // a document is kept under its own root, whatever was looked for
  token,                   // a fill needs the token of its lease, which invalidation takes away
  tells_what_it_rests_on,  // whoever tells, tells of the roots that names left before, if untold
  tells_what_it_found      // so does a write that finds its work done, and of the root it found
};

enum Root : Byte { no_root, x_root, y_root };
enum Name : Byte { name_p, name_x, name_y, names };

/// As PostgreSQL has it after a commit.
struct World {
  char const* commit;
  Byte leads[names];  // name → root
  Byte version[3];    // by root
  bool touched[3];    // by the commit that led here
  bool left[3];       // names do not lead there any more, by that commit
};

enum class Change { write_to_x, write_to_y, move_p_to_y, move_p_to_x, merge, undo, find_y };
std::vector<World> play(std::vector<Change> const& script, Rules<Part> const& rules);

inline constexpr int reads = 2;
inline constexpr std::size_t worlds_max = 4;  // of a script, the first one included
/// leased: at a root by hint or by PostgreSQL. astray: to be answered by PostgreSQL alone.
enum class At : Byte { not_begun, resolve, look, leased, read, astray, over };

struct Document {
  Byte root = no_root;  // none: there is no document
  Byte world = 0;       // in which it was read
};

struct Read {
  Byte at = 0;
  Byte acknowledged = 0;  // the last of the worlds that were, when it began
  Byte root = no_root;    // where it looks
  Document document;
};

struct Entry {
  Document document;
  Byte token = 0;  // 1 + the read that holds the lease
};

struct State {
  Byte committed = 0;  // the world that is
  Byte told[worlds_max] = {};
  Byte acknowledged[worlds_max] = {};
  Byte hints[names] = {no_root, no_root, no_root};
  Entry entries[3];
  Read read[reads];
  Byte wrong = 0;
};

class Roots {
 public:
  using State = roots::State;

  /// `first` and `second`: the names that the two reads go by.
  Roots(std::vector<Change> const& script, Name first, Name second, Rules<Part> rules = {})
      : rules_(rules), worlds_(play(script, rules)), asked_{first, second} {}

  std::vector<State> initial() const { return {State{}}; }
  bool broken(State const& s) const { return s.wrong != 0; }

  template <class Emit>
  void next(State const& s, Emit&& emit) const {
    write(s, emit);
    read(s, 0, emit);
    read(s, 1, emit);
  }

 private:
  static constexpr char const* read_names[] = {"read 1", "read 2"};
  static constexpr char const* writer_names[worlds_max] = {"", "writer 1", "writer 2", "writer 3"};

  World const& world(State const& s) const { return worlds_[s.committed]; }
  bool is_root(World const& w, Byte root) const {
    return std::find(w.leads + name_x, w.leads + names, root) != w.leads + names;
  }
  std::int64_t version(Document const& d) const { return worlds_[d.world].version[d.root]; }

  template <class Emit>
  void write(State const& s, Emit& emit) const {
    if (s.committed + 1u < worlds_.size()) {
      State n = s;
      ++n.committed;
      emit(writer_names[n.committed], worlds_[n.committed].commit, n);
    }
    for (Byte w = 1; w <= s.committed; ++w) {
      State n = s;
      if (!s.told[w]) {
        tell(n, w);
        emit(writer_names[w], "tells the cache", n);
      } else if (!s.acknowledged[w]) {
        n.acknowledged[w] = 1;
        emit(writer_names[w], "acknowledges", n);
      }
    }
  }

  /// Of the roots of this commit and of those that names have left by earlier ones still untold;
  /// of none if it has none of its own.
  void tell(State& n, Byte w) const {
    n.told[w] = 1;
    if (!worlds_[w].touched[x_root] && !worlds_[w].touched[y_root]) return;
    for (Byte root : {x_root, y_root}) {
      if (worlds_[w].touched[root]) invalidate(n.entries[root], root, worlds_[w].version[root]);
      for (Byte before = 1; before < w && rules_.has(Part::tells_what_it_rests_on); ++before) {
        if (n.told[before] || !worlds_[before].left[root]) continue;
        invalidate(n.entries[root], root, worlds_[before].version[root]);
      }
    }
  }

  void invalidate(Entry& entry, Byte root, Byte raised) const {
    entry.token = 0;
    bool const older = entry.document.root == root && version(entry.document) < raised;
    if (older || entry.document.root != root) entry.document = {};
  }

  static Byte last_acknowledged(State const& s) {
    Byte last = s.committed;
    while (last > 0 && !s.acknowledged[last]) --last;
    return last;
  }

  template <class Emit>
  void read(State const& s, int i, Emit& emit) const {
    char const* const who = read_names[i];
    Name const name = asked_[i];
    State n = s;
    Read& read = n.read[i];
    switch (At(read.at)) {
      case At::not_begun:
        read.acknowledged = last_acknowledged(s);
        read.root = s.hints[name];
        read.at = Byte(read.root == no_root ? At::resolve : At::look);
        return emit(who, read.root == no_root ? "begins without a hint" : "begins with a hint", n);
      case At::resolve:
        n.hints[name] = read.root = world(s).leads[name];
        read.at = Byte(At::look);
        return emit(
            who, read.root == x_root ? "is told by PostgreSQL: X" : "is told by PostgreSQL: Y", n);
      case At::look:
        return look(s, i, emit);
      case At::leased:
        return assemble(s, i, emit);
      case At::read: {
        Entry& entry = n.entries[read.root];
        bool const kept = entry.token == i + 1 || !rules_.has(Part::token);
        if (entry.token == i + 1) entry.token = 0;
        if (kept) entry.document = read.document;
        emit(who, kept ? "fills, and answers with it" : "would fill: refused; answers",
             answered(n, i, read.document));
        return;
      }
      case At::astray:
        n.hints[name] = world(s).leads[name];
        read = {Byte(At::over), 0, 0, {}};
        return emit(who, "is answered by PostgreSQL in one snapshot", n);
      case At::over:
        return;
    }
  }

  template <class Emit>
  void look(State const& s, int i, Emit& emit) const {
    State n = s;
    Read& read = n.read[i];
    Entry& entry = n.entries[read.root];
    if (entry.document.root != no_root) {
      return emit(read_names[i], "finds an entry and answers by it",
                  answered(n, i, entry.document));
    }
    if (entry.token == 0) entry.token = Byte(i + 1);
    read.at = Byte(At::leased);
    emit(read_names[i], "finds no entry", n);
  }

  template <class Emit>
  void assemble(State const& s, int i, Emit& emit) const {
    State n = s;
    Read& read = n.read[i];
    bool const still = is_root(world(s), read.root);
    if (!still && rules_.has(Part::filled_under_own_root)) {
      read.at = Byte(At::astray);
      return emit(read_names[i], "learns that this is no root any more", n);
    }
    Byte const root = still ? read.root : world(s).leads[asked_[i]];
    read.document = {root, s.committed};
    read.at = Byte(At::read);
    emit(read_names[i], "reads the document from PostgreSQL", n);
  }

  /// With this document, if it vouches for the name; otherwise PostgreSQL is asked.
  State answered(State n, int i, Document const& document) const {
    Read& read = n.read[i];
    World const& then = worlds_[document.world];
    Name const name = asked_[i];
    if (rules_.has(Part::entry_confirms) && then.leads[name] != document.root) {
      read.at = Byte(At::astray);
      read.document = {};
      return n;
    }
    if (!current(document, name, read.acknowledged)) n.wrong = 1;
    read = {Byte(At::over), 0, 0, {}};
    return n;
  }

  /// Whether this is what the name led to at some moment since `acknowledged`. Under a customer's
  /// id it must also have no lower version than was ever acknowledged; an identifier that moves
  /// leads to somebody else, whose versions are his own.
  bool current(Document const& document, Name name, Byte acknowledged) const {
    for (std::size_t w = 0; w <= acknowledged && name != name_p; ++w) {
      if (worlds_[w].version[worlds_[w].leads[name]] > version(document)) return false;
    }
    for (std::size_t w = acknowledged; w < worlds_.size(); ++w) {
      World const& then = worlds_[w];
      bool const same = then.version[document.root] == version(document);
      if (same && then.leads[name] == document.root) return true;
    }
    return false;
  }

  Rules<Part> rules_;
  std::vector<World> worlds_;
  Name asked_[reads];
};

inline World after(World w, Change change, Rules<Part> const& rules) {
  auto const touch = [&](Byte root, Part part, Byte version) {
    w.touched[root] = rules.has(part);
    if (w.touched[root]) w.version[root] = version;
  };
  Byte const x = w.version[x_root];
  Byte const y = w.version[y_root];
  w.touched[x_root] = w.touched[y_root] = false;
  w.left[x_root] = change == Change::move_p_to_y || change == Change::merge;
  w.left[y_root] = change == Change::move_p_to_x || change == Change::undo;
  bool const joins = change == Change::merge || change == Change::undo;
  bool const highest = joins && rules.has(Part::highest_plus_one);
  Byte const above = static_cast<Byte>(std::max(x, y) + 1);
  Byte const x_next = highest ? above : static_cast<Byte>(x + 1);
  Byte const y_next = highest ? above : static_cast<Byte>(y + 1);
  switch (change) {
    case Change::write_to_x:
      w.commit = "commits a note of X";
      touch(x_root, Part::raises_new_root, Byte(x + 1));
      break;
    case Change::write_to_y:
      w.commit = "commits a note of Y";
      touch(y_root, Part::raises_new_root, Byte(y + 1));
      break;
    case Change::move_p_to_y:
      w.commit = "moves p from X to Y";
      w.leads[name_p] = y_root;
      touch(x_root, Part::raises_old_root, x_next);
      touch(y_root, Part::raises_new_root, y_next);
      break;
    case Change::move_p_to_x:
      w.commit = "moves p from Y to X";
      w.leads[name_p] = x_root;
      touch(y_root, Part::raises_old_root, y_next);
      touch(x_root, Part::raises_new_root, x_next);
      break;
    case Change::merge:
      w.commit = "merges X into Y";
      w.leads[name_x] = w.leads[name_p] = y_root;
      touch(x_root, Part::raises_old_root, x_next);
      touch(y_root, Part::raises_new_root, y_next);
      break;
    case Change::undo:
      w.commit = "undoes the merge";
      w.leads[name_x] = w.leads[name_p] = x_root;
      touch(y_root, Part::raises_old_root, y_next);
      touch(x_root, Part::raises_new_root, x_next);
      break;
    case Change::find_y:
      w.commit = "finds with Y what it was to write";
      touch(y_root, Part::tells_what_it_found, y);
      break;
  }
  return w;
}

/// X begins at version 3, with p; Y at version 1.
inline std::vector<World> play(std::vector<Change> const& script, Rules<Part> const& rules) {
  std::vector<World> worlds = {{"", {x_root, x_root, y_root}, {0, 3, 1}, {}, {}}};
  for (Change const change : script) worlds.push_back(after(worlds.back(), change, rules));
  return worlds;
}

}  // namespace throughline::protocol::roots
