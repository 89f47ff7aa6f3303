-- Orleans fences every write of a grain's state but the first: two silos that both believe a grain to be theirs could each
-- insert a row for it. With this index the second insert fails, and its grain reads the state anew.
CREATE UNIQUE INDEX orleansstorage_first_write ON orleansstorage
    (serviceid, graintypestring, grainidn0, grainidn1, coalesce(grainidextensionstring, ''));
