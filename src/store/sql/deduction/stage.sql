-- Where do the deductions from approvals of one import wait until they are compared with what is recorded?
create temp table if not exists deduction_staging (
    row_number          integer not null,
    division_code       text not null,
    deduction_code      text not null,
    approval_number     text,
    deduction_kind      text,
    deduction_reason    text,
    document_number     text,
    decided_on          date,
    documentary_area_m2 double precision,
    observed_on         date,
    ellipsoidal_area_m2 double precision,
    planar_area_m2      double precision,
    geom                geometry(multipolygon, 4490)
) on commit drop
