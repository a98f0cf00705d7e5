-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- What a tenant has set, by section: only what differs from the defaults, which the program knows.
-- A member default_region is not kept here: it is tenants.default_region, which comes with the key.
create table settings (
  tenant_id integer not null,
  section text not null,
  value jsonb not null,
  version bigint not null,
  updated_at timestamptz not null,
  key_id uuid not null,         -- whose request set it last
  primary key (tenant_id, section)
);
select throughline_tenant_table('settings', 'select, insert, update');
grant update (default_region, settings_version) on tenants to throughline_server;
