-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Each filter of the list of clocks has an index that ends with its order.
create index sla_clocks_by_metric on sla_clocks (tenant_id, metric, due_at, id);
create index sla_clocks_breached on sla_clocks (tenant_id, due_at, id)
  where breached_at is not null;
