// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/live/following.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace throughline::live {

namespace {

void add_once(std::vector<Subscriber*>& to, Subscriber* subscriber) {
  if (std::find(to.begin(), to.end(), subscriber) == to.end()) to.push_back(subscriber);
}

}  // namespace

bool is_turn(changes::Item const& fact) {
  return fact.type == changes::name(changes::Type::customer_merged) ||
         fact.type == changes::name(changes::Type::customer_parted);
}

bool is_handoff(changes::Item const& fact) {
  return fact.type.starts_with("handoff.");
}

void Following::add(SubscriberPtr const& subscriber, std::map<CustomerId, Course> const& courses) {
  for (auto const customer : subscriber->interest.customers) {
    follow(customer, subscriber.get(), courses.at(customer));
  }
  for (auto const& queue : subscriber->interest.queues) {
    add_once(queues_[queue], subscriber.get());
  }
  everybody_.push_back(subscriber);
}

void Following::follow(CustomerId customer, Subscriber* subscriber, Course const& course) {
  add_once(followed_[customer].by, subscriber);
  set(customer, course);
}

void Following::set(CustomerId customer, Course const& course) {
  std::erase_if(due_, [&](auto const& step) { return step.second.first == customer; });
  move(customer, course.first);
  for (auto const& [position, root] : course.steps)
    due_.emplace(position, std::pair(customer, root));
}

void Following::move(CustomerId customer, CustomerId root) {
  auto& followed = followed_[customer];
  if (followed.root == root) return;
  leave_root(customer, followed.root);
  followed.root = root;
  by_root_[root].push_back(customer);
}

void Following::leave_root(CustomerId customer, CustomerId root) {
  auto const found = by_root_.find(root);
  if (found == by_root_.end()) return;
  std::erase(found->second, customer);
  if (found->second.empty()) by_root_.erase(found);
}

void Following::forget(Subscriber const* subscriber) {
  for (auto const customer : subscriber->interest.customers) {
    auto const found = followed_.find(customer);
    if (found == followed_.end()) continue;
    std::erase(found->second.by, subscriber);
    if (!found->second.by.empty()) continue;
    leave_root(customer, found->second.root);
    std::erase_if(due_, [&](auto const& step) { return step.second.first == customer; });
    followed_.erase(found);
  }
  for (auto const& name : subscriber->interest.queues) {
    auto const found = queues_.find(name);
    if (found == queues_.end()) continue;
    std::erase(found->second, subscriber);
    if (found->second.empty()) queues_.erase(found);
  }
}

void Following::take(Following&& other) {
  for (auto const& subscriber : other.everybody_) {
    for (auto const customer : subscriber->interest.customers) {
      follow(customer, subscriber.get(), {other.followed_.at(customer).root, {}});
    }
    for (auto const& queue : subscriber->interest.queues) {
      add_once(queues_[queue], subscriber.get());
    }
    everybody_.push_back(subscriber);
  }
  other = Following();
}

std::vector<CustomerId> Following::turned_by(std::span<Turn const> turns) const {
  std::unordered_set<CustomerId> roots;
  for (auto const& turn : turns) roots.insert({turn.root, turn.before});
  std::vector<CustomerId> customers;
  for (auto const root : roots) {
    auto const found = by_root_.find(root);
    if (found == by_root_.end()) continue;
    customers.insert(customers.end(), found->second.begin(), found->second.end());
  }
  return customers;
}

std::vector<Subscriber*> Following::concerned(changes::Item const& fact, std::string const& queue) {
  while (!due_.empty() && due_.begin()->first <= fact.position) {
    auto const [customer, root] = due_.begin()->second;
    due_.erase(due_.begin());
    move(customer, root);
  }
  std::vector<Subscriber*> concerned;
  auto const show = [&](std::vector<Subscriber*> const& subscribers) {
    for (auto* const subscriber : subscribers) {
      if (subscriber->at >= fact.position) continue;
      subscriber->at = fact.position;
      concerned.push_back(subscriber);
    }
  };
  if (auto const found = by_root_.find(fact.root); found != by_root_.end()) {
    for (auto const customer : found->second) show(followed_.at(customer).by);
  }
  if (queue.empty()) return concerned;
  if (auto const found = queues_.find(queue); found != queues_.end()) show(found->second);
  return concerned;
}

}  // namespace throughline::live
