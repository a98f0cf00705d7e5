// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/redis/link.hpp"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <exception>
#include <typeinfo>

#include "throughline/platform/log.hpp"

namespace throughline::redis {

namespace {

Reply converted(redisReply const& raw) {
  Reply reply;
  switch (raw.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::text;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::error;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::integer;
      reply.integer = raw.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::list;
      reply.items.reserve(raw.elements);
      for (std::size_t i = 0; i < raw.elements; ++i) {
        reply.items.push_back(converted(*raw.element[i]));
      }
      break;
    default:
      reply.kind = Reply::Kind::nil;
  }
  return reply;
}

Reply unavailable() {
  Reply reply;
  reply.kind = Reply::Kind::unavailable;
  return reply;
}

}  // namespace

Link::Link(boost::asio::io_context& loop, log::Logger& log, std::function<void()> opened,
           std::function<void(std::string const&)> lost)
    : log_(log),
      loop_(loop),
      descriptor_(loop),
      opened_(std::move(opened)),
      lost_(std::move(lost)) {}

Link::~Link() {
  if (context_) redisAsyncFree(context_);
}

std::optional<std::string> Link::connect(std::string const& address, int port) {
  redisAsyncContext* const context = redisAsyncConnect(address.c_str(), port);
  if (context == nullptr) return "out of memory";
  if (context->err != 0) {
    std::string why = context->errstr;
    redisAsyncFree(context);
    return why;
  }
  boost::system::error_code problem;
  descriptor_.assign(context->c.fd, problem);
  if (problem) {
    redisAsyncFree(context);
    return problem.message();
  }
  int const on = 1;
  ::setsockopt(context->c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  context_ = context;
  context->data = this;
  context->ev.data = this;
  context->ev.addRead = hook_add_read;
  context->ev.addWrite = hook_add_write;  // waits are for one event each: there is nothing to undo
  context->ev.cleanup = hook_cleanup;
  redisAsyncSetConnectCallback(context, hook_connected);
  return std::nullopt;
}

bool Link::send(std::vector<std::string> const& words, Clock::time_point deadline, Callback& done) {
  if (!context_) return false;
  std::vector<char const*> texts(words.size());
  std::vector<std::size_t> sizes(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    texts[i] = words[i].data();
    sizes[i] = words[i].size();
  }
  int const status = redisAsyncCommandArgv(
      context_, hook_reply, this, static_cast<int>(words.size()), texts.data(), sizes.data());
  if (status != REDIS_OK) return false;
  sent_.push_back({deadline, std::move(done)});
  return true;
}

void Link::listen(std::string const& channel, std::function<void(std::string const&)> heard) {
  if (!context_) return;
  heard_ = [heard = std::move(heard)](Reply message) { heard(message.text); };
  // Nothing is sent any more by which the loss of the other end would be noticed.
  redisEnableKeepAlive(&context_->c);
  redisAsyncCommand(context_, hook_message, this, "SUBSCRIBE %b", channel.data(), channel.size());
}

void Link::shut(std::string const& why) {
  if (!context_) return;
  why_lost_ = why;
  redisAsyncFree(context_);
  settle();
}

void Link::hook_add_read(void* self) noexcept {
  static_cast<Link*>(self)->wait_readable();
}

void Link::hook_add_write(void* self) noexcept {
  auto& link = *static_cast<Link*>(self);
  // A first write waits for the end of the turn, so that everything commanded until then leaves
  // with it; what did not fit into the socket, and the connecting itself, wait for the socket.
  if (link.connected_ && !link.in_write_) {
    link.write_after_this_turn();
  } else {
    link.wait_writable();
  }
}

void Link::hook_cleanup(void* self) noexcept {
  auto& link = *static_cast<Link*>(self);
  if (link.why_lost_.empty()) link.why_lost_ = link.context_->c.errstr;
  link.context_ = nullptr;
  link.descriptor_.release();
}

void Link::hook_connected(redisAsyncContext const* context, int status) noexcept {
  // A failure ends in the cleanup hook, which keeps the reason.
  if (status == REDIS_OK) static_cast<Link*>(context->data)->connected_ = true;
}

void Link::hook_reply(redisAsyncContext*, void* reply, void* self) noexcept {
  auto& link = *static_cast<Link*>(self);
  auto const* raw = static_cast<redisReply const*>(reply);
  link.answered_.push_back(
      {std::move(link.sent_.front().done), raw ? converted(*raw) : unavailable()});
  link.sent_.pop_front();
}

/// Called for {"subscribe", channel, count}, for each {"message", channel, text}, and with nothing
/// at the end.
void Link::hook_message(redisAsyncContext*, void* reply, void* self) noexcept {
  auto& link = *static_cast<Link*>(self);
  auto const* raw = static_cast<redisReply const*>(reply);
  bool const text = raw != nullptr && raw->type == REDIS_REPLY_ARRAY && raw->elements == 3 &&
                    raw->element[2]->type == REDIS_REPLY_STRING;
  if (text) link.answered_.push_back({link.heard_, converted(*raw->element[2])});
}

void Link::wait_readable() {
  if (std::exchange(reading_, true)) return;
  descriptor_.async_wait(descriptor_.wait_read, [self = shared_from_this()](auto const& problem) {
    self->reading_ = false;
    if (!problem) self->handle_read();
  });
}

void Link::wait_writable() {
  if (std::exchange(writing_, true)) return;
  descriptor_.async_wait(descriptor_.wait_write, [self = shared_from_this()](auto const& problem) {
    self->writing_ = false;
    if (!problem) self->handle_write();
  });
}

void Link::write_after_this_turn() {
  if (std::exchange(writing_, true)) return;
  boost::asio::post(loop_, [self = shared_from_this()] {
    self->writing_ = false;
    self->handle_write();
  });
}

void Link::handle_read() {
  if (!context_) return;
  redisAsyncHandleRead(context_);
  settle();
}

void Link::handle_write() {
  if (!context_) return;
  in_write_ = true;
  redisAsyncHandleWrite(context_);
  in_write_ = false;
  settle();
}

void Link::settle() {
  // A callback that comes back here leaves the rest to the loop it was called from.
  if (settling_) return;
  settling_ = true;
  auto const self = shared_from_this();
  if (connected_ && opened_) std::exchange(opened_, nullptr)();
  while (!answered_.empty()) {
    auto next = std::move(answered_.front());
    answered_.pop_front();
    deliver(next);
  }
  settling_ = false;
  if (!context_ && lost_) std::exchange(lost_, nullptr)(why_lost_);
}

void Link::deliver(Answered& answered) {
  try {
    answered.done(std::move(answered.reply));
  } catch (std::exception const& problem) {
    log_.error("redis_callback_failed", {{"type", typeid(problem).name()}});
  } catch (...) {
    log_.error("redis_callback_failed");
  }
}

}  // namespace throughline::redis
