-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- A context shows the latest steps of a case and, apart from them, its latest notes: however many
-- there are of one kind, finding the other must not go through them. A note is in one of the two.
create index notes_steps on notes (tenant_id, case_id, at, id) where kind = 'step';
create index notes_told on notes (tenant_id, case_id, at, id)
  where kind in ('note', 'disclosure');
