-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- How a case felt last: few interactions say, and a context must not look through the others.
create index interactions_felt on interactions (tenant_id, case_id, started_at, id)
  where case_id is not null and sentiment is not null;
