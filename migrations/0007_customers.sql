-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- What is known of a person, kept per part so that a merge moves nothing and an undo restores each.
create table customers (
  tenant_id integer not null,
  id uuid not null,             -- the part's id
  version bigint not null,      -- own fields and identifiers; on the root
  display_name text,
  tier text,
  language text,
  profile jsonb not null,
  sensitivities jsonb not null, -- [{code, note, agent, at}]
  -- When each field was last set on this part, as RFC 3339 text that sorts as times do; keys are
  -- the columns' names and, for the members of profile, "profile/<member>".
  field_times jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
select throughline_tenant_table('customers', 'select, insert, update');

-- A customer as it is shown: per field, and per member of the profile, the last value that any part
-- has. `root` must be one. Lent to whoever assembles documents that hold a customer.
create function customer_view(tenant integer, root uuid)
returns table (version bigint, display_name text, tier text, language text, profile jsonb,
               sensitivities jsonb, created_at timestamptz, updated_at timestamptz)
language sql stable
begin atomic
  with members as (
    select c.* from customers c where c.tenant_id = tenant and c.id = root
    union all
    select c.*
    from parts p join customers c on c.tenant_id = p.tenant_id and c.id = p.id
    where p.tenant_id = tenant and p.root_id = root and p.root_id <> p.id
  )
  select
    max(m.version) filter (where m.id = root),
    (array_agg(m.display_name order by m.field_times->>'display_name' desc, m.id)
       filter (where m.display_name is not null))[1],
    (array_agg(m.tier order by m.field_times->>'tier' desc, m.id)
       filter (where m.tier is not null))[1],
    (array_agg(m.language order by m.field_times->>'language' desc, m.id)
       filter (where m.language is not null))[1],
    coalesce((
      select jsonb_object_agg(newest.key, newest.value)
      from (select distinct on (member.key) member.key, member.value
            from members part cross join lateral jsonb_each(part.profile) member
            order by member.key, part.field_times->>('profile/' || member.key) desc, part.id
           ) newest), '{}'),
    coalesce((array_agg(m.sensitivities order by m.field_times->>'sensitivities' desc, m.id)
       filter (where m.sensitivities <> '[]'))[1], '[]'),
    min(m.created_at), max(m.updated_at)
  from members m
  having bool_or(m.id = root);
end;
