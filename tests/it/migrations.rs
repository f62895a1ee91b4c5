//! The schema as it stands after all migrations: every column explained, every CHECK named, and migrating is repeatable.

use mujun::store::{self, MigrationError};
use sqlx::Executor;

use crate::support::TestCity;

#[tokio::test]
async fn every_table_and_column_says_what_it_means() {
    let city = TestCity::new().await;
    let silent: Vec<String> = sqlx::query_scalar(
        "select c.relname || coalesce('.' || a.attname, '')
         from pg_class c
         left join lateral (
             select attname, attnum from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
             union all select null, 0
         ) a on true
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
           and c.relname not in ('spatial_ref_sys', 'geometry_columns', 'geography_columns', '_sqlx_migrations')
           and col_description(c.oid, a.attnum) is null and (a.attnum > 0 or obj_description(c.oid, 'pg_class') is null)
         order by 1",
    )
    .fetch_all(&city.pool)
    .await
    .unwrap();
    assert!(silent.is_empty(), "没有说明的表或列：{}", silent.join("、"));
}

#[tokio::test]
async fn every_check_has_a_name_that_says_what_it_demands() {
    let city = TestCity::new().await;
    let nameless: Vec<String> = sqlx::query_scalar(
        "select conrelid::regclass || ': ' || conname from pg_constraint
         where contype = 'c' and connamespace = 'public'::regnamespace and conrelid <> 'spatial_ref_sys'::regclass
           and (conname ~ '_check[0-9]*$' or conname not like conrelid::regclass || '_%')
         order by 1",
    )
    .fetch_all(&city.pool)
    .await
    .unwrap();
    assert!(nameless.is_empty(), "未命名的约束：{}", nameless.join("、"));
}

#[tokio::test]
async fn every_geometry_column_has_its_type_and_coordinate_system() {
    let city = TestCity::new().await;
    let loose: Vec<String> = sqlx::query_scalar(
        "select f_table_name || '.' || f_geometry_column from geometry_columns
         where f_table_schema = 'public' and (srid <> 4490 or type not in ('MULTIPOLYGON', 'POINT'))",
    )
    .fetch_all(&city.pool)
    .await
    .unwrap();
    assert!(loose.is_empty(), "{loose:?}");
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let city = TestCity::unmigrated().await;
    store::migrate(&city.pool).await.unwrap();
    let applied = || sqlx::query_as::<_, (i64, Vec<u8>)>("select version, checksum from _sqlx_migrations order by 1");
    let before = applied().fetch_all(&city.pool).await.unwrap();
    store::migrate(&city.pool).await.unwrap();
    assert_eq!(before, applied().fetch_all(&city.pool).await.unwrap());
    assert!(!before.is_empty());
}

#[tokio::test]
async fn a_schema_of_a_newer_program_is_refused_and_left_alone() {
    let city = TestCity::new().await;
    pretend_migration(&city, 9999).await;
    let fault = store::migrate(&city.pool).await.unwrap_err();
    assert!(matches!(fault, MigrationError::SchemaNewer { found: 9999, .. }), "{fault:?}");
    let fault = store::connect(&city.options).await.unwrap_err();
    assert!(matches!(fault, store::ConnectError::SchemaNewer { found: 9999, .. }), "{fault:?}");
    assert!(fault.to_string().contains("更新的 mujun"));
}

#[tokio::test]
async fn an_edited_migration_is_noticed() {
    let city = TestCity::new().await;
    city.pool.execute("update _sqlx_migrations set checksum = 'x' where version = 2").await.unwrap();
    let fault = store::migrate(&city.pool).await.unwrap_err();
    assert!(matches!(fault, MigrationError::Edited { version: 2 }), "{fault:?}");
}

async fn pretend_migration(city: &TestCity, version: i64) {
    sqlx::query(
        "insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
         values ($1, 'from the future', now(), true, 'x', 0)",
    )
    .bind(version)
    .execute(&city.pool)
    .await
    .unwrap();
}
