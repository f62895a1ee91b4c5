-- Which parcels came after the last one the map has seen?
-- $1 every division, $2 the version after which to look: the primary key of the register leads there.
select id, division_code, parcel_code, kind, kinds, undetermined, plot_ratio, area_mu, flagged_mu, geom from display_parcel where division_code = any ($1) and id > $2
