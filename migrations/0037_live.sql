-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- One-use tickets for those who can send no header with a stream, browsers above all. Of the ticket
-- itself only the hash is kept. Redeemed by the service role: whose it is shows only then.
create table live_tickets (
  tenant_id int not null references tenants,
  hash bytea not null,
  key_id uuid not null,            -- as long as this key holds, so does the stream
  customer_ids uuid[] not null,    -- what it opens; empty: all that the request names
  queues text[] not null,
  expires_at timestamptz not null,
  primary key (tenant_id, hash)
);
create unique index live_tickets_by_hash on live_tickets (hash);
create index live_tickets_expiring on live_tickets (expires_at);
select throughline_tenant_table('live_tickets', 'insert', 'select, delete');
