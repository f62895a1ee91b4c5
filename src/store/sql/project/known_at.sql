-- Which renovation projects were recorded at the instant $1 (null: now)?
select
    version_id, import_id, source_row, lower(recorded), observed_on, division_code, project_code, name,
    reporting_unit_code, renewal_measure, reported_area_m2, approval_document, general_purpose_factory,
    conforms_to_plan, exception_reason, exception_document, ellipsoidal_area_m2, planar_area_m2,
    st_asbinary(geom)
from project
where ($1::timestamptz is null and upper_inf(recorded)) or recorded @> $1
