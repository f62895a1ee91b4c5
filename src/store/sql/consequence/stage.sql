-- Where do the rows wait that an import brings or ends, in the order in which what they reach is worked out?
create temp table if not exists foreseen_row (
    place           bigint,
    kind            text not null,
    division_code   text not null,
    version_id      bigint not null,
    code            text not null,
    parcel_code     text,
    supply_code     text,
    enterprise_code text,
    is_former       boolean not null,
    geom            geometry(geometry, 4490)
) on commit drop
