-- In which order do the columns of the parcels' states arrive? The Rust side writes the same order.
copy parcel_state (
    run_id, division_code, parcel_code, site_area_m2, site_area_basis, footprint_m2, counting_floor_area_m2,
    floor_area_basis, plot_ratio, building_density, building_count, kinds, counted_kind, flagged_area_m2,
    undetermined_count
) from stdin (format binary)
