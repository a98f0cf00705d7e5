-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- A field that was cleared on a merged customer is cleared on every part. What a part other than
-- the one named had of its own is kept here until the two come apart again:
-- {"<key of field_times>": {"value", "at", "by": the part named}}.
alter table customers add column cleared jsonb not null default '{}';
