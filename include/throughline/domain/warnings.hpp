// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Warnings: what the next one to speak to a customer should know before the first word. This module
// holds those that stand for a while, and the rules of all (docs/SIGNALS.md); the others stand in
// the context straight from their records.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/domain/alarms.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/settings.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::warnings {

/// In the order in which a context shows them.
inline constexpr std::array<std::string_view, 6> codes{
    "sensitivity", "commitment_overdue", "sla_at_risk", "frustrated", "repeat_contact",
    "high_value"};

inline constexpr std::chrono::hours window_max{24 * 30};
inline constexpr std::size_t tiers_max = 50;

// --- rules -------------------------------------------------------------------------------------

/// The customer's mood in a contact is bad.
struct Frustrated {
  bool enabled = true;
  double at_or_below = -0.5;  // raises it
  double clears_at = -0.2;    // from here up, in the same contact, its reason is gone
  std::chrono::hours window{24};  // it stands after the contact's last such line
};

/// The customer came back on another channel.
struct RepeatContact {
  bool enabled = true;
  std::chrono::hours window{72};  // between the two, and that it stands after the second began
};

struct Rules {
  Frustrated frustrated;
  RepeatContact repeat_contact;
  std::vector<std::string> high_value_tiers{"gold", "platinum", "vip"};  // in whatever case
  std::map<std::string, bool, std::less<>> enabled;                      // by code, all of them

  Rules();
};
inline constexpr std::string_view section_name = "warnings";
/// Of what was said in the section; empty: nothing.
Rules parse_rules(std::string_view said);
/// The section `warnings`. One that is switched off is not raised, and contexts leave out what
/// stands of it.
settings::Section settings_section();

/// A contact, as it counts for repeats.
struct Contact {
  std::string_view channel;
  bool began = false;  // by the customer
  Timestamp from;
  std::optional<Timestamp> last_sign;  // unset while it is live
  bool transferred = false;            // it ended so: we sent them on
};
/// Whether a contact is a repeat of the one before it. Pure.
bool is_repeat(RepeatContact const& rule, Contact const& now, Contact const& before);

// --- what stands -------------------------------------------------------------------------------

/// The reason of a repeat_contact.
struct CameBack {
  CustomerId part;
  InteractionId interaction;
  Timestamp at;
  CustomerId before_part;
  std::string channel_before;
};
/// Raises one for rule.window from `at`; the part's root is locked. The change is for the caller to
/// record; none, and nothing is written, where the window has passed already.
std::optional<changes::Change> raise(postgres::Tx& tx, Actor const& actor,
                                     RepeatContact const& rule, CameBack const& reason);

/// How customers feel in some contacts, and the warnings about it, changed in memory while an
/// operation decides and written at its end.
class Moods {
 public:
  struct Contact {
    InteractionId id;
    CustomerId part;
    std::string channel;
  };

  /// Asks for the rules and for what stands, by statements that travel with the next one. Behind
  /// the locks of the contacts' roots.
  Moods(postgres::Tx& tx, std::span<InteractionId const> contacts);
  Moods(Moods const&) = delete;
  Moods& operator=(Moods const&) = delete;
  ~Moods();

  /// One of the contacts has this mood now; unset: nobody knows. Adds what that raises or clears.
  void feel(Actor const& actor, Contact const& contact, std::optional<double> sentiment,
            std::vector<changes::Deed>& deeds);
  /// Sends it all off. Once.
  void write();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What stands ends with its window.
std::vector<alarms::Handler> alarms();

}  // namespace throughline::warnings
