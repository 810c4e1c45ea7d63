-- A version keeps the interaction that made it, and the audit trail takes reads. Reasons: docs/adr/0012-audit-of-reads.md.

alter table record.resource add column method text not null default 'PUT';
alter table record.resource alter column method drop default;
comment on column record.resource.method is 'Interaction that made this version: POST, PUT or PATCH.';
comment on column record.history.method is 'Interaction that made this version: POST, PUT, PATCH or DELETE.';
comment on column record.resource.patient_key is 'Hash of Patient/id of that patient; the id itself decides.';
comment on column record.change.method is 'POST, PUT, PATCH or DELETE.';

alter table audit.entry add column matches integer;
alter table audit.entry add column patients text[];
comment on column audit.entry.action is 'POST, PUT, PATCH, DELETE for writes; R for a read, S for a search, H for a history.';
comment on column audit.entry.patient is 'Logical id of the patient whose record the resource belongs to.';
comment on column audit.entry.matches is 'Of a search or history: number of resources in the answer.';
comment on column audit.entry.patients is 'Of a search or history: patients whose resources were in the answer, where they were few.';
