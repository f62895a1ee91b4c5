-- Is there anything to evaluate? Present versions only.
select
    (select count(*) from division) as divisions,
    (select count(*) from parcel where upper_inf(recorded)) as parcels,
    (select count(*) from approval where upper_inf(recorded)) as approvals,
    (select count(*) from supply where upper_inf(recorded)) as supplies
