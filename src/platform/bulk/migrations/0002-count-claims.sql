-- A job that ends every process that takes it up must not be taken up for ever.

alter table bulk.job add column claims integer not null default 0;
comment on column bulk.job.claims is 'How often it was taken up since it last got further; a job given back by its process does not count.';
