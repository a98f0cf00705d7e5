// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The writer, and instance 2 with its two reads.
#pragma once

#include "platform/cache/protocol/one_key.hpp"

namespace throughline::protocol::one_key {

// COMMIT, then the authority, then Redis: the rules alone keep that order.
template <class Emit>
void OneKey::write(State const& s, Emit& emit) const {
  Writer const& writer = s.writer;
  if (writer.acknowledged) return;
  State n = s;
  if (!writer.committed) {
    n.writer.committed = 1;
    n.writer.age = 0;
    n.postgres.version = 2;
    emit("writer", "commits version 2", n);
  }
  if (!writer.asked && (writer.committed || !has(Part::authority_after_commit))) {
    n = s;
    n.writer.asked = 1;
    n.writer.run = s.postgres.run;
    n.writer.epoch = s.postgres.epoch;
    n.writer.active = s.postgres.active;
    emit("writer", "reads the authority", n);
  }
  bool const may_tell = writer.committed || !has(Part::invalidation_after_commit);
  bool const knows_epoch = writer.asked || !has(Part::invalidation_after_commit);
  if (writer.told == Byte(Told::not_yet) && may_tell && knows_epoch) {
    n = s;
    Byte const link = s.instances[writer.on].link;
    n.writer.told = Byte(link == no_link ? Told::in_vain : Told::yes);
    if (link != no_link) {
      n.writer.told_run = link;
      invalidate(n, link, writer.asked ? writer.epoch : s.postgres.epoch);
    }
    emit("writer", link == no_link ? "can't tell Redis" : "tells Redis of version 2", n);
  }
}

/// Null: it may not be yet.
inline char const* OneKey::why_acknowledged(State const& s) const {
  Writer const& writer = s.writer;
  if (!writer.committed || writer.acknowledged) return nullptr;
  if (!has(Part::replay_settles) && writer.on == 1) {
    return "repeats the write elsewhere: it was committed, so it is acknowledged";
  }
  if (!writer.asked || writer.told == Byte(Told::not_yet)) return nullptr;
  bool const right_one = writer.active && writer.told_run == writer.run;
  bool const told = writer.told == Byte(Told::yes);
  if (told && (right_one || !has(Part::authority_decides))) {
    return "acknowledges: the authority's Redis has been told";
  }
  if (!has(Part::parking)) return "acknowledges all the same";
  if (s.postgres.applied) return "acknowledges: the relay has applied version 2";
  if (!s.postgres.active && s.postgres.inactive_for >= times_.parked) {
    return "acknowledges: no Redis has been trusted for long enough";
  }
  return writer.age >= times_.parked ? "acknowledges: it has waited long enough since COMMIT"
                                     : nullptr;
}

template <class Emit>
void OneKey::look(State const& s, Emit& emit) const {
  Byte const link = s.instances[1].link;
  if (link == no_link) return;
  State n = s;
  Fence const fence = shows_fence(s, link) ? at(s, link).fence : Fence{};
  n.look.begun = 1;
  n.look.age = 0;
  n.look.run = fence.run;
  n.look.seq = fence.seq;
  if (fence.run == 0) return emit("instance 2", "looks at the fence: there is none for it", n);
  n.look.epoch = fence.epoch;
  bool const moved = s.look.begun && s.look.run == fence.run && s.look.seq != fence.seq;
  if (!moved) return emit("instance 2", "looks at the fence: it has not been seen to move", n);
  // A move dates from the earlier look.
  int const left = times_.trust - s.look.age;
  n.look.trust_left = static_cast<Byte>(std::max<int>(s.look.trust_left, left));
  emit("instance 2", "looks at the fence: it has moved since the last look", n);
}

// Of the two reads the first fills and the second judges: a read that does neither changes nothing
// for others.
template <class Emit>
void OneKey::fill(State const& s, Emit& emit) const {
  Filler const& filler = s.filler;
  State n = s;
  switch (Filling(filler.at)) {
    case Filling::not_begun: {
      Byte const link = s.instances[1].link;
      if (link == no_link || (has(Part::fence) && !fenced(s, link))) return;
      Entry& entry = this->entry(n, link, s.look.epoch);
      if (entry.document != 0 || entry.token != 0) return;
      entry.token = 1;
      n.filler = {Byte(Filling::leased), s.look.epoch, link, 0};
      return emit("read 1", "finds nothing in Redis and takes the lease to fill", n);
    }
    case Filling::leased:
      n.filler.at = Byte(s.postgres.version == 2 ? Filling::read_2 : Filling::read_1);
      return emit("read 1",
                  s.postgres.version == 2 ? "reads version 2 from PostgreSQL"
                                          : "reads version 1 from PostgreSQL",
                  n);
    case Filling::read_1:
    case Filling::read_2: {
      Byte const version = filler.at == Byte(Filling::read_2) ? 2 : 1;
      n.filler = filled;
      Entry& entry = this->entry(n, filler.link, filler.epoch);
      bool const refused =
          (has(Part::token) && entry.token == 0) || (has(Part::floor) && version < entry.floor);
      entry.token = 0;
      if (refused) return emit("read 1", "would fill: refused", n);
      entry.document = version;
      return emit("read 1", version == 2 ? "fills in version 2" : "fills in version 1", n);
    }
    case Filling::over:
      return;
  }
}

// A read that is not answered with version 1 is answered well, and need not be followed.
template <class Emit>
void OneKey::judge(State const& s, Emit& emit) const {
  State n = s;
  if (s.judge.found_old) {
    bool const trusted_asking = !has(Part::moving_seq) || s.judge.trust_left > 0;
    if (has(Part::trust_as_asked) ? !trusted_asking : !trusts(s)) return;
    n.stale = 1;
    return emit("read 2", "answers with version 1: STALE", n);
  }
  Byte const link = s.instances[1].link;
  if (!s.writer.acknowledged || link == no_link) return;
  if (has(Part::trust_as_asked) && !trusts(s)) return;
  if (has(Part::fence) && !fenced(s, link)) return;
  if (entry(n, link, s.look.epoch).document != 1) return;
  n.judge = {1, has(Part::trust_as_asked) ? s.look.trust_left : Byte{0}, 0};
  emit("read 2", "begins after the acknowledgement and finds version 1 in Redis", n);
}

}  // namespace throughline::protocol::one_key
