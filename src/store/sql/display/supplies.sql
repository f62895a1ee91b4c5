-- Which supplied ground does the map show?
copy (select id, division_code, supply_code, parcel_code, construction_state, plan_year, geom from display_supply) to stdout (format binary)
