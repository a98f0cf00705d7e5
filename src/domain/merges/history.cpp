// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// An entry of the history in words.
#include "domain/merges/history.hpp"

#include "throughline/base/time.hpp"

namespace throughline::merges {
namespace {

std::string called(Side const& side) {
  return side.name.empty() ? side.part.str() : "\"" + side.name + "\" (" + side.part.str() + ")";
}

std::string who(Said const& said) {
  if (!said.agent) return "Somebody with the key " + said.key.str();
  return (said.agent->kind == "bot" ? "The bot " : "The agent ") + said.agent->id;
}

/// "2026-11-21 08:00 UTC"
std::string when(Timestamp at) {
  std::string const text = format_rfc3339(at);
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

std::string because(Said const& said) {
  return said.reason.empty() ? std::string() : ": " + said.reason;
}

/// A sentence ends once, however its last words end.
std::string closed(std::string sentence) {
  bool const ends = sentence.ends_with('.') || sentence.ends_with('!') || sentence.ends_with('?');
  return ends ? sentence : sentence + ".";
}

std::string listed(std::vector<std::string> const& items) {
  std::string text;
  for (std::string const& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string evident(Entry const& entry, std::vector<std::string> const& evidence) {
  if (evidence.empty()) return {};
  std::string text = " What agreed: " + listed(evidence);
  if (entry.score) text += " (score " + std::to_string(*entry.score).substr(0, 5) + ")";
  return closed(std::move(text));
}

std::string how_joined(Entry const& entry) {
  std::string const both = called(entry.one) + " and " + called(entry.other);
  std::string const at = " on " + when(entry.said.at);
  if (entry.rule == "person") {
    return closed(who(entry.said) + " joined " + both + at + because(entry.said));
  }
  if (entry.rule == "match") {
    return closed(who(entry.said) + " accepted a match and so joined " + both + at +
                  because(entry.said));
  }
  if (entry.rule == "identify") {
    return closed("The caller " + called(entry.one) + " was identified as " + called(entry.other) +
                  at + because(entry.said));
  }
  if (entry.rule == "kept") {
    return closed(both + " were kept together" + at + ", when what had linked them left" +
                  because(entry.said));
  }
  return closed("The rules joined " + both + at + because(entry.said));
}

std::string how_undone(Entry const& entry) {
  if (!entry.undone) return {};
  std::string text = " " + who(*entry.undone) + " undid this on " + when(entry.undone->at);
  if (entry.how == "parts") text += " by choosing the parts that leave";
  if (entry.how == "tree") text += " together with the merges that it was built of";
  return closed(text + because(*entry.undone));
}

std::string how_parted(Entry const& entry) {
  std::string const both = called(entry.one) + " and " + called(entry.other);
  std::string text = who(entry.said);
  if (entry.source == "undo") {
    text += " parted " + both + " on " + when(entry.said.at) +
            ", and no rule will join them again" + because(entry.said);
  } else {
    text += " said on " + when(entry.said.at) + " that " + both + " are not the same" +
            because(entry.said);
  }
  text = closed(std::move(text));
  if (!entry.lifted_at) return text;
  return text + " People joined them nevertheless on " + when(*entry.lifted_at) + ".";
}

}  // namespace

std::string summary(Entry const& entry, std::vector<std::string> const& evidence) {
  if (!entry.joined) return how_parted(entry);
  return how_joined(entry) + evident(entry, evidence) + how_undone(entry);
}

}  // namespace throughline::merges
