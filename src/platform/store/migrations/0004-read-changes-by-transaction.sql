-- Readers of changes go by transactions, see read-changes.ts.

create index change_transaction on record.change (transaction);

comment on column record.change.transaction is 'Readers go by windows of transactions that have all ended; a copy of the log in another server starts with 3, the oldest number there is.';
