-- About which findings of this parcel and its contracts did people decide, of which the current run says nothing any more?
-- $1 division, $2 parcel.
select l.division_code, l.subject_kind, l.subject_code, l.rule_id, l.sequence, l.state_after, l.decided_on
from latest_determination l
cross join current_run c
where l.division_code = $1 and l.parcel_code = $2
  and not exists (
      select 1 from finding f
      where f.run_id = c.run_id and f.division_code = l.division_code and f.subject_kind = l.subject_kind
        and f.subject_code = l.subject_code and f.rule_id = l.rule_id
  )
order by l.subject_kind, l.subject_code, l.rule_id
