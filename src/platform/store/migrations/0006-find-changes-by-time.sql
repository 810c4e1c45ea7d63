-- What was deleted since a moment is asked for by exports. The log grows in the order of time, so a block index will do.

create index change_updated on record.change using brin (updated) with (pages_per_range = 32, autosummarize = on);
