-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- A case that its customer reopens has not aged, either.
create or replace function cases_reopen(tenant integer, ids uuid[], moment timestamptz) returns void
language sql volatile
begin atomic
  update cases
  set status = 'open', resolved_at = null, aged = false, version = version + 1,
      updated_at = moment
  where tenant_id = tenant and id = any(ids) and status = 'resolved';
end;
