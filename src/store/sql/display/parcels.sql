-- Which parcels does the map show, and what does the run say of them?
copy (select id, division_code, parcel_code, kind, kinds, undetermined, plot_ratio, area_mu, flagged_mu, geom from display_parcel) to stdout (format binary)
