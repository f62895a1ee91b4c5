-- A run over the planted city, so that tiles have something to say, and the same rows laid out as a tile server likes them best.
insert into run (as_of, known_at, rulebook_edition, rulebook_digest, facts_revision, library_versions, findings_sha256, subjects)
select '2026-06-30', now(), 'bench', repeat('0', 64), (select max(revision_id) from revision), '{}', repeat('0', 64), count(*)
from parcel;
insert into current_run (run_id) select max(run_id) from run;
insert into parcel_state (
    run_id, division_code, parcel_code, site_area_m2, site_area_basis, footprint_m2, plot_ratio, building_density, building_count,
    kinds, counted_kind, flagged_area_m2, undetermined_count
)
select
    (select run_id from current_run), division_code, parcel_code, coalesce(documentary_area_m2, ellipsoidal_area_m2),
    case when documentary_area_m2 is null then 'ellipsoidal' else 'documentary' end, ellipsoidal_area_m2 * 0.4,
    round(((version_id % 250) / 100.0)::numeric, 2), 0.4, 2,
    case version_id % 10 when 0 then array['underused'] when 1 then array['supplied_not_used'] else array[]::text[] end,
    case version_id % 10 when 0 then 'underused' when 1 then 'supplied_not_used' end,
    case when version_id % 10 < 2 then ellipsoidal_area_m2 else 0 end, (version_id % 4)::int
from parcel;
create table peer_parcels_4490 as
select
    p.version_id::int as id, p.division_code, p.parcel_code, coalesce(s.counted_kind, '') as kind,
    array_to_string(s.kinds, ',') as kinds, s.undetermined_count as undetermined, s.plot_ratio,
    s.site_area_m2 * 3 / 2000 as area_mu, p.geom
from parcel p join parcel_state s using (division_code, parcel_code)
order by st_geohash(st_centroid(p.geom));
create table peer_parcels as
select id, division_code, parcel_code, kind, kinds, undetermined, plot_ratio, area_mu,
       st_transform(geom, 3857)::geometry(multipolygon, 3857) as geom
from peer_parcels_4490;
create index on peer_parcels using gist (geom);
create index on peer_parcels_4490 using gist (geom);
analyze parcel_state;
analyze peer_parcels;
analyze peer_parcels_4490;
