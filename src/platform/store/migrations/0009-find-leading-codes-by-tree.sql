-- What a resource is about clinically (the code of an observation) has a b-tree together with the leading date: searches over
-- all patients by code and date, and counts by code, need not visit the rows. Reasons: docs/adr/0013-storage-layout-measured.md.

alter table record.resource add column lead_key bigint;
comment on column record.resource.lead_key is 'Hash of the first coding of the leading coded parameter, as Type.parameter=system|code.';
create index resource_lead on record.resource (lead_key, date_lo) include (patient_key) where lead_key is not null;
