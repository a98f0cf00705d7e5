-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- wrk: the requests of $BENCH_TARGETS (lines "METHOD path" or "METHOD path body") with the key
-- $BENCH_KEY, in random order, or in turn where $BENCH_ORDER is "turn". They are made before the
-- clock starts.

local requests = {}
local in_turn = os.getenv("BENCH_ORDER") == "turn"
local next_one = 0

function init()
  for line in io.lines(os.getenv("BENCH_TARGETS")) do
    local method, path, body = line:match("^(%S+) (%S+) ?(.*)$")
    local headers = {["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")}
    if body ~= "" then headers["Content-Type"] = "application/json" else body = nil end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
  math.randomseed(os.time())
end

function request()
  if not in_turn then return requests[math.random(#requests)] end
  next_one = next_one % #requests + 1
  return requests[next_one]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %f, "refused": %d, "broken": %d, ' ..
    '"p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
