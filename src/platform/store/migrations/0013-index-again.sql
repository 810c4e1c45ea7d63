-- What resources are found by can grow while the record is used: by SearchParameter resources, and by a newer program. Those
-- stored already are indexed again in the background, type by type; where that stands is kept here.

create table record.search_index (
  type text collate "C" not null,
  covered text[] not null,
  building text[],
  since timestamptz,
  position bigint not null default 0,
  last bigint not null default 0,
  constraint search_index_pkey primary key (type)
);
comment on table record.search_index is 'By what the resources of a type are indexed, and how far they are on the way to more.';
comment on column record.search_index.covered is 'Marks of the rules by which every resource of the type is indexed.';
comment on column record.search_index.building is 'Marks of the rules that all are to be indexed by; null when they are.';
comment on column record.search_index.since is 'When that was decided: writers learn of it within seconds, and only then are the others visited.';
comment on column record.search_index.position is 'Number of the last resource that was visited.';
comment on column record.search_index.last is 'Number of the last resource there was.';
grant select, insert, update, delete on record.search_index to vsis_app;
