-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- How JSON that SQL builds (the context document, timeline pages) writes times and long texts.
create function json_time(at timestamptz) returns text language sql stable parallel safe
  return to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
create function json_text(value text, length_max int) returns text
  language sql immutable parallel safe
  return case when char_length(value) > length_max
    then left(value, length_max - 1) || '…' else value end;
