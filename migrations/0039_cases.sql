-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Reopens those of the cases that are resolved: their customer has spoken. Lent to interactions,
-- which hold the customer's lock and tell the fact.
create function cases_reopen(tenant integer, ids uuid[], moment timestamptz) returns void
language sql volatile
begin atomic
  update cases
  set status = 'open', resolved_at = null, version = version + 1, updated_at = moment
  where tenant_id = tenant and id = any(ids) and status = 'resolved';
end;
