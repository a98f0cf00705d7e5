-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Customers number :first to :last of the tenant :tenant, as identity knows them: a name of one in
-- 1,000 given and 8,000 family names, a date of birth in 60 years, one of 30,000 streets in 500
-- towns, an email, a telephone, a number. Nothing in it is random.
begin;
set local throughline.tenant = :tenant;
create temp table person on commit drop as
  select n, timestamptz '2026-01-01' + n * interval '1 ms' as at,
         (lpad(to_hex(1767225600000 + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid
           as part,
         hashint8(n) & 2147483647 as h, hashint8(n + 5000000000) & 2147483647 as g,
         hashint8(n + 9000000000) & 2147483647 as k
    from generate_series(:first ::bigint, :last) n;
create temp table told on commit drop as
  select *,
         (array['an','be','ca','do','el','fi','ga','ha','ir','jo'])[1 + h % 10] ||
         (array['ra','li','no','me','ta','vi','su','ri','ka','lo'])[1 + h / 10 % 10] ||
         (array['n','s','a','e','k','l','m','r','t','y'])[1 + h / 100 % 10] as given,
         (array['bar','ben','cor','dal','ed','fro','gil','hal','is','jen','kor','lan','mor',
                'nor','ol','pet','ros','sel','tar','wes'])[1 + g % 20] ||
         (array['ba','co','de','fi','go','hu','ja','ke','li','mo','na','pu','ra','si','ta','ve',
                'wi','yo','za','ri'])[1 + g / 20 % 20] ||
         (array['berg','croft','dale','field','ford','ham','holm','kin','land','ley','man',
                'more','ner','rick','sen','shaw','son','stone','ton','wood'])[1 + g / 400 % 20]
           as family,
         date '1945-01-01' + (k % 21900) as born
    from person;

insert into parts (tenant_id, id, root_id, version, changed_at, created_at, provisional)
select :tenant, part, part, 1, at, at, false from told;
insert into customers (tenant_id, id, version, profile, sensitivities, field_times, created_at,
                       updated_at)
select :tenant, part, 1, jsonb_build_object(
         'given_name', given, 'family_name', family, 'date_of_birth', born,
         'address', jsonb_build_object(
           'line1', (1 + h % 200) || ' street ' || k % 30000, 'city', 'town' || g % 500,
           'postal_code', (10000 + g % 500)::text)), '[]', '{}', at, at
  from told;

create temp table held on commit drop as
  select part, at, type, value
    from told cross join lateral (values
      ('phone', '+1212' || 2000000 + n),
      ('email', given || '.' || family || n || '@mail' || n % 40 || '.net'),
      ('account', 'crm:' || n)) held (type, value);
insert into identifiers (tenant_id, type, value, created_at)
select :tenant, type, value, at from held order by type, value;
insert into identifier_owners (tenant_id, type, value, part_id, assurance, raw, valid_from,
                               confirmed_first_at, confirmed_last_at, key_id)
select :tenant, type, value, part, 'authenticated', value, at, now(), now(), part from held
 order by type, value;
commit;
