-- In which order do the columns of the approvals' states arrive? The Rust side writes the same order.
copy approval_state (
    run_id, division_code, approval_number, standing, approved_on, ground_m2, supplied_m2, deducted_m2, sliver_m2, leftover_m2,
    counted_m2
) from stdin (format binary)
