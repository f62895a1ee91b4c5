-- What was deducted from approvals, since when, and from which?
copy (
    select approval_number, decided_on, ellipsoidal_area_m2, geom from approval_deduction where upper_inf(recorded)
) to stdout (format binary)
