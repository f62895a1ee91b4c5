-- Which approvals have an outline, and since when do they hold?
copy (
    select approval_number, approved_on, withdrawn_on, ellipsoidal_area_m2, geom
    from approval where upper_inf(recorded) and geom is not null
) to stdout (format binary)
