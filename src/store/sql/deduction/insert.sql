-- Which deductions from approvals of this import have no present version (any more)? They get one, from import $1 at $2; $3 is the file's date.
insert into approval_deduction (
    division_code, deduction_code, approval_number, deduction_kind, deduction_reason, document_number,
    decided_on, documentary_area_m2, ellipsoidal_area_m2, planar_area_m2, geom, observed_on, import_id,
    source_row, recorded
)
select
    s.division_code, s.deduction_code, s.approval_number, s.deduction_kind, s.deduction_reason,
    s.document_number, s.decided_on, s.documentary_area_m2, s.ellipsoidal_area_m2, s.planar_area_m2, s.geom,
    coalesce(s.observed_on, $3), $1, s.row_number, tstzrange($2, null)
from deduction_staging s
where not exists (
    select from approval_deduction c
    where c.division_code = s.division_code and c.deduction_code = s.deduction_code and upper_inf(c.recorded)
)
order by s.row_number
