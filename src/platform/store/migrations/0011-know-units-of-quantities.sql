-- A quantity is stored as written; a search in one unit looks in all those it converts to, and must know which there are.

create table record.ucum_unit (
  code text collate "C" not null,
  constraint ucum_unit_pkey primary key (code)
);
comment on table record.ucum_unit is 'UCUM codes of the units in which the record has quantities.';
grant select, insert on record.ucum_unit to vsis_app;
