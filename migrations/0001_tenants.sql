-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- The two limited roles, the idiom by which every later migration gives them their rights, and the
-- tables of tenants and API keys.

-- Roles belong to the whole cluster, and several databases may be migrated at the same time.
do $$
declare
  limited text;
begin
  foreach limited in array array['throughline_server', 'throughline_service'] loop
    if not exists (select from pg_roles where rolname = limited) then
      begin
        execute format('create role %I nologin noinherit nobypassrls', limited);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
    if exists (select from pg_roles where rolname = limited and (rolsuper or rolbypassrls)) then
      raise exception 'role % must not be a superuser or exempt from row-level security', limited;
    end if;
    if not pg_has_role(current_user, limited, 'member') then
      begin
        execute format('grant %I to current_user', limited);
      exception when unique_violation then
        null;
      end;
    end if;
  end loop;
end
$$;

-- Closes a table with a column tenant_id: row-level security, binding the owner too; the server
-- sees and writes rows of its transaction's tenant alone, with the rights named; the service role,
-- where it is given any, works over all tenants. Rights are written as in GRANT, columns included:
--   select throughline_tenant_table('cases', 'select, insert, update (subject, status)');
--
-- The tenant is read by a sub-select so that it is evaluated once a statement; as a plain value it
-- serves index conditions. Without a tenant the setting is unknown or empty, which is an error.
create function throughline_tenant_table(
  name regclass, server_rights text, service_rights text default '') returns void
language plpgsql as $$
begin
  execute format('alter table %s enable row level security', name);
  execute format('alter table %s force row level security', name);
  if server_rights <> '' then
    execute format('create policy tenant on %s to throughline_server using '
      '(tenant_id = (select current_setting(''throughline.tenant'')::int))', name);
    execute format('grant %s on %s to throughline_server', server_rights, name);
  end if;
  if service_rights <> '' then
    execute format('create policy service on %s to throughline_service using (true)', name);
    execute format('grant %s on %s to throughline_service', service_rights, name);
  end if;
end
$$;
revoke execute on function throughline_tenant_table from public;

grant select on schema_migrations to throughline_server, throughline_service;

create table tenants (
  id int generated always as identity primary key,
  name text not null unique,
  default_region text,
  settings_version bigint not null default 1,
  created_at timestamptz not null
);
alter table tenants enable row level security;
alter table tenants force row level security;
create policy tenant on tenants to throughline_server
  using (id = (select current_setting('throughline.tenant')::int));
create policy service on tenants to throughline_service using (true);
grant select on tenants to throughline_server, throughline_service;

create table api_keys (
  tenant_id int not null references tenants,
  id uuid not null,
  hash bytea not null unique,
  scopes text not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);
select throughline_tenant_table('api_keys', '', 'select');

-- The command line manages both as their owner, whom the forced policies bind as well.
do $$
begin
  execute format('create policy owner on tenants to %I using (true)', current_user);
  execute format('create policy owner on api_keys to %I using (true)', current_user);
end
$$;
