// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/wire_settings.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "throughline/base/json.hpp"

namespace throughline::sla::wire {
namespace {

using json::Reader;
using json::Value;
using std::chrono::minutes;

constexpr std::array<std::string_view, 7> weekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 2> answers{"human", "any"};
constexpr std::array<std::string_view, 4> priorities{"low", "normal", "high", "urgent"};
constexpr std::size_t name_max = 64;
constexpr std::size_t tiers_max = 50;
constexpr std::int64_t target_minutes_max = 525'600;  // a year
constexpr minutes midnight{24 * 60};

/// Said just now, to be checked in full, or taken from what is stored: a zone that was known then
/// is not asked for again.
enum class From { request, store };

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
int number(std::string_view digits) {
  int value = 0;
  for (char const c : digits) value = value * 10 + (c - '0');
  return value;
}

/// "09:30"; "24:00" is the end of a day.
std::optional<minutes> parse_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (std::size_t const i : {0, 1, 3, 4}) {
    if (!is_digit(text[i])) return std::nullopt;
  }
  int const hour = number(text.substr(0, 2));
  int const minute = number(text.substr(3));
  auto const time = std::chrono::hours(hour) + minutes(minute);
  if (minute > 59 || time > midnight) return std::nullopt;
  return time;
}

std::string format_time(minutes time) {
  auto const digit = [](auto number) { return static_cast<char>('0' + number % 10); };
  auto const hour = time.count() / 60;
  auto const minute = time.count() % 60;
  return {digit(hour / 10), digit(hour), ':', digit(minute / 10), digit(minute)};
}

/// "2026-12-25"
std::optional<std::chrono::local_days> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  for (std::size_t const i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (!is_digit(text[i])) return std::nullopt;
  }
  std::chrono::year_month_day const date{
      std::chrono::year(number(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(number(text.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(number(text.substr(8))))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::local_days(date);
}

std::string format_date(std::chrono::local_days day) {
  auto const at = Timestamp(std::chrono::sys_days(day.time_since_epoch()));
  return format_rfc3339(at).substr(0, 10);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
         });
}

// --- calendars ---------------------------------------------------------------------------------

std::optional<minutes> read_time(Reader& in, std::string_view field) {
  auto const text = in.required_text(field);
  if (text.empty()) return std::nullopt;
  auto const time = parse_time(text);
  if (!time) in.fail(field, "must be a time of day, e.g. 09:30; 24:00 is the end of the day");
  return time;
}

void read_day(Reader& in, std::string_view day, std::vector<Block>& blocks) {
  in.each(day, 0, blocks_per_day_max, [&](Reader& block) {
    auto const from = read_time(block, "from");
    auto const to = read_time(block, "to");
    if (!from || !to) return;
    if (*to <= *from) {
      return block.fail("to",
                        "must be later than from; hours that reach over midnight are two "
                        "blocks: until 24:00, and from 00:00 on the next day");
    }
    if (!blocks.empty() && *from < blocks.back().to)
      return block.fail("from", "must not be before the end of the block ahead of it");
    blocks.push_back({*from, *to});
  });
}

void read_holidays(Reader& in, std::vector<Holiday>& holidays) {
  in.each("holidays", 0, holidays_max, [&](Reader& holiday) {
    auto const text = holiday.required_text("date");
    auto const date = parse_date(text);
    auto name = holiday.text("name").value_or("");
    if (!date) {
      if (!text.empty()) holiday.fail("date", "must be a date, e.g. 2026-12-25");
      return;
    }
    if (std::any_of(holidays.begin(), holidays.end(),
                    [&](Holiday const& other) { return other.date == *date; }))
      return holiday.fail("date", "stands there twice");
    holidays.push_back({*date, std::move(name)});
  });
  std::sort(holidays.begin(), holidays.end(),
            [](Holiday const& one, Holiday const& other) { return one.date < other.date; });
}

Calendar read_calendar(Reader& in, From from) {
  Calendar calendar;
  calendar.time_zone = in.required_text("time_zone");
  bool const asked = from == From::request && !calendar.time_zone.empty();
  if (asked && !Zone::find(calendar.time_zone))
    in.fail("time_zone", "must be the name of a time zone, e.g. Europe/Berlin");
  bool const has_hours = in.nested("hours", [&](Reader& hours) {
    for (std::size_t day = 0; day < weekdays.size(); ++day)
      read_day(hours, weekdays[day], calendar.week[day]);
  });
  if (!has_hours || calendar.weekly() == minutes(0))
    in.fail("hours", "must have working time on some day");
  read_holidays(in, calendar.holidays);
  return calendar;
}

void read_calendars(Reader& in, Book& book, From from) {
  auto const calendars = in.object("calendars", settings::said_bytes_max);
  if (!calendars) return;
  in.nested("calendars", [&](Reader& inner) {
    for (auto const& [name, value] : calendars->items()) {
      if (value.is_null()) {
        inner.has(name);
        continue;
      }
      if (!is_name(name)) inner.fail(name, "is named with lower-case letters, digits, - and _");
      inner.nested(name, [&](Reader& one) { book.calendars[name] = read_calendar(one, from); });
    }
  });
  if (book.calendars.size() > calendars_max)
    in.fail("calendars", "holds at most " + std::to_string(calendars_max) + " calendars");
}

// --- policies ----------------------------------------------------------------------------------

std::vector<std::string> read_words(Reader& in, std::string_view field,
                                    std::span<std::string_view const> allowed) {
  auto words = in.texts(field, allowed.size());
  for (auto const& word : words) {
    if (std::find(allowed.begin(), allowed.end(), word) != allowed.end()) continue;
    std::string list;
    for (auto const one : allowed) list.append(list.empty() ? "" : ", ").append(one);
    in.fail(field, "holds none but " + list);
    break;
  }
  return words;
}

void read_answer(Reader& in, Policy& policy) {
  auto const word = in.word("answer", answers);
  if (word && policy.metric == Metric::resolution)
    return in.fail("answer", "is said of responses; what resolves a case is its status");
  if (word) policy.answer = *word == answers[0] ? Answer::human : Answer::any;
}

/// The target must be one that time can reach.
void check_target(Reader& in, Policy const& policy, Book const& book) {
  if (policy.calendar.empty()) return;
  auto const found = book.calendars.find(policy.calendar);
  if (found == book.calendars.end()) return in.fail("calendar", "must be one of calendars");
  auto const weekly = found->second.weekly();
  if (weekly > minutes(0) && policy.target > weekly * target_weeks_max) {
    in.fail("target_minutes", "must be at most " + std::to_string(target_weeks_max) +
                                  " weeks of its calendar's working time");
  }
}

Policy read_policy(Reader& in, Book const& book) {
  Policy policy;
  policy.name = in.required_text("name", name_max);
  auto const metric = in.required_word("metric", metric_names());
  for (std::size_t i = 0; i < metric_names().size(); ++i) {
    if (metric == metric_names()[i]) policy.metric = static_cast<Metric>(i);
  }
  if (!in.has("target_minutes") || in.is_null("target_minutes"))
    in.fail("target_minutes", "is required");
  policy.target = minutes(in.integer("target_minutes", 1, target_minutes_max).value_or(1));
  auto const percent = in.integer("at_risk_percent", 1, 99);
  policy.at_risk_percent = static_cast<int>(percent.value_or(at_risk_percent_default));
  policy.calendar = in.text("calendar").value_or("");
  read_answer(in, policy);
  policy.pauses = in.boolean("pause_while_pending").value_or(policy.metric == Metric::resolution);
  policy.priorities = read_words(in, "priorities", priorities);
  policy.tiers = in.texts("tiers", tiers_max);
  policy.channels = read_words(in, "channels", channels);
  check_target(in, policy, book);
  return policy;
}

void read_policies(Reader& in, Book& book) {
  in.each("policies", 0, policies_max, [&](Reader& one) {
    auto policy = read_policy(one, book);
    bool const known = std::any_of(book.policies.begin(), book.policies.end(),
                                   [&](Policy const& other) { return other.name == policy.name; });
    if (known && !policy.name.empty()) one.fail("name", "must be no other policy's");
    book.policies.push_back(std::move(policy));
  });
}

Book read(Value const& said, From from) {
  Reader in(said);
  Book book;
  read_calendars(in, book, from);
  read_policies(in, book);
  in.finish();
  return book;
}

// --- out ---------------------------------------------------------------------------------------

Value to_value(Calendar const& calendar) {
  Value hours = Value::object();
  for (std::size_t day = 0; day < weekdays.size(); ++day) {
    Value& list = hours[std::string(weekdays[day])] = Value::array();
    for (Block const& block : calendar.week[day])
      list.push_back({{"from", format_time(block.from)}, {"to", format_time(block.to)}});
  }
  Value holidays = Value::array();
  for (Holiday const& holiday : calendar.holidays)
    holidays.push_back(
        {{"date", format_date(holiday.date)}, {"name", json::or_null(holiday.name)}});
  return {{"time_zone", calendar.time_zone}, {"hours", hours}, {"holidays", holidays}};
}

Value to_value(Policy const& policy) {
  bool const answered = policy.metric != Metric::resolution;
  return {{"name", policy.name},
          {"metric", name(policy.metric)},
          {"target_minutes", policy.target.count()},
          {"at_risk_percent", policy.at_risk_percent},
          {"calendar", json::or_null(policy.calendar)},
          {"answer", answered ? Value(name(policy.answer)) : Value()},
          {"pause_while_pending", policy.pauses},
          {"priorities", policy.priorities},
          {"tiers", policy.tiers},
          {"channels", policy.channels}};
}

std::string shown(Book const& book) {
  Value calendars = Value::object();
  for (auto const& [name, calendar] : book.calendars) calendars[name] = to_value(calendar);
  Value policies = Value::array();
  for (Policy const& policy : book.policies) policies.push_back(to_value(policy));
  return json::dump({{"calendars", std::move(calendars)}, {"policies", std::move(policies)}});
}

}  // namespace

settings::Checked check_settings(std::string_view said) {
  Value const object = Value::parse(said);
  return {json::dump(object), shown(read(object, From::request))};
}

Book parse_book(std::int64_t version, std::string said) {
  if (said.empty()) return {};
  Book book = read(Value::parse(said), From::store);
  book.version = version;
  book.said = std::move(said);
  return book;
}

}  // namespace throughline::sla::wire
