-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Who took an interaction over from whom, and since when: from then on nobody else speaks there as
-- the agent. Both on the row that every message's writer reads under its customer's lock.
alter table interactions
  add column hand_overs jsonb, -- [{at, from, to}], oldest first
  add column handoff_id uuid;  -- accepted, and who accepted it has said nothing yet
