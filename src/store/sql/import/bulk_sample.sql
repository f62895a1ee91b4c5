-- How many rows are looked at to tell how they are distributed? Three hundred times this: of a million just written, enough to choose an index by.
set local default_statistics_target = 30
