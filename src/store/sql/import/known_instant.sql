-- Which revision was the latest at the instant $1 (null: now), and which is the latest instant at which anything was recorded?
-- Writers take turns and each one's instant is later than all before it, so that nothing can still be recorded up to this one.
select
    coalesce(max(revision_id) filter (where $1::timestamptz is null or recorded_at <= $1), 0) as revision,
    greatest(max(recorded_at), (select max(received_at) from import)) as latest
from revision
