-- What the planner never asks is not looked at, and of the rest half as many rows are: a third of the processor time of
-- each ANALYZE, which a growing record needs every few seconds. Texts of resources were most of it.

alter table record.resource
  alter column content set statistics 0,
  alter column identified set statistics 0,
  alter column rid set statistics 0,
  alter column version set statistics 0,
  alter column method set statistics 0,
  alter column label set statistics 10,
  alter column bucket set statistics 50,
  alter column type set statistics 50,
  alter column id set statistics 50,
  alter column updated set statistics 50,
  alter column self set statistics 50,
  alter column patient set statistics 50,
  alter column patient_key set statistics 50,
  alter column date_lo set statistics 50,
  alter column date_hi set statistics 50,
  alter column lead_key set statistics 50,
  alter column keys set statistics 50,
  alter column strings set statistics 50;
alter table record.range_entry
  alter column bucket set statistics 0,
  alter column units set statistics 20,
  alter column tokens set statistics 20;
alter table record.change
  alter column id set statistics 10,
  alter column patient set statistics 10,
  alter column version set statistics 0,
  alter column method set statistics 10;
