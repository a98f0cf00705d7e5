// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/protocol/memory_form.hpp"

#include "platform/cache/protocol/report.hpp"

using namespace throughline::protocol;
using namespace throughline::protocol::memory_form;

TEST_CASE("protocol: the memory form, one fault: no stale answer", "[protocol]") {
  require_holds("memory form", MemoryForm());
}

TEST_CASE("protocol: every part of the memory form's lease is needed", "[protocol]") {
  struct Removed {
    Part part;
    char const* name;
  };
  Removed const all[] = {
      {Part::lease, "serving as long as one believes to hold the lock"},
      {Part::lease_from_sending, "with a lease that counts from the end of the round trip"},
      {Part::wait_to_answer, "without the wait before the first answer"},
      {Part::wait_to_fill, "keeping documents during that wait"},
      {Part::loss_empties_map, "keeping the map when the session is lost"},
      {Part::write_under_lease, "acknowledging writes without looking at the lease"},
      {Part::token, "without the token"},
  };
  for (auto const& [part, name] : all) {
    require_broken(name, MemoryForm(Rules<Part>::without({part})));
  }
}

TEST_CASE("protocol: the memory form's wait is longer than its lease", "[protocol]") {
  Times times;
  times.wait = times.lease - 1;
  require_broken("with a wait shorter than the lease", MemoryForm({}, times));
}
