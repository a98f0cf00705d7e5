-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- wrk: the requests of $BENCH_TARGETS ("METHOD path" lines) in random order, with the key
-- $BENCH_KEY and, where it is set, the body $BENCH_BODY. They are made before the clock starts.

local requests = {}

function init()
  local headers = {["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")}
  local body = os.getenv("BENCH_BODY")
  if body then headers["Content-Type"] = "application/json" end
  for line in io.lines(os.getenv("BENCH_TARGETS")) do
    local method, path = line:match("^(%S+) (%S+)$")
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
  math.randomseed(os.time())
end

function request() return requests[math.random(#requests)] end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %f, "refused": %d, "broken": %d, ' ..
    '"p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
