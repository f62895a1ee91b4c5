//! What the operator reads when the database is not there, not PostgreSQL, or not usable.

use std::io::{Read, Write};
use std::net::TcpListener;

use mujun::config::DatabaseUrl;
use mujun::store::{self, ConnectError};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::support::{TestCity, server};

fn at(port: u16) -> PgConnectOptions {
    let url: DatabaseUrl = format!("postgresql://clerk:s3cret@127.0.0.1:{port}/city").parse().unwrap();
    url.options().clone()
}

/// A port on which `answer` is given to the first bytes of every caller.
fn somebody_else(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for caller in listener.incoming() {
            let mut caller = caller.unwrap();
            let mut heard = [0; 8];
            let _ = caller.read(&mut heard);
            let _ = caller.write_all(answer);
        }
    });
    port
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable_and_the_password_stays_hidden() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let fault = store::connect(&at(free)).await.unwrap_err();
    assert!(matches!(fault, ConnectError::Unreachable { .. }), "{fault:?}");
    assert!(fault.to_string().contains(&format!("clerk@127.0.0.1:{free}/city")));
    assert!(!format!("{fault:?} {fault}").contains("s3cret"));
}

#[tokio::test]
async fn a_web_server_and_another_database_are_not_postgresql() {
    for answer in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"J\0\0\0\x0a8.0.36\0", b""] {
        let port = somebody_else(answer);
        for mode in [PgSslMode::Prefer, PgSslMode::Disable] {
            let fault = store::connect(&at(port).ssl_mode(mode)).await.unwrap_err();
            assert!(matches!(fault, ConnectError::NotPostgres { .. }), "{answer:?} {mode:?}: {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_database_that_does_not_exist_is_named() {
    let fault = store::connect(&server().options().database("nowhere")).await.unwrap_err();
    assert!(matches!(fault, ConnectError::NoSuchDatabase { .. }), "{fault:?}");
    assert!(fault.to_string().contains("createdb"));
}

#[tokio::test]
async fn a_user_who_may_not_come_in_is_told_so() {
    let fault = store::connect(&server().options().username("stranger")).await.unwrap_err();
    assert!(matches!(fault, ConnectError::LoginRefused { .. }), "{fault:?}");
}

#[tokio::test]
async fn a_database_that_cannot_hold_chinese_is_refused() {
    use sqlx::Executor;
    let city = TestCity::new().await;
    city.pool.execute("create database latin template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'").await.unwrap();
    let fault = store::connect(&server().options().database("latin")).await.unwrap_err();
    assert!(matches!(&fault, ConnectError::NotUtf8 { encoding, .. } if encoding == "LATIN1"), "{fault:?}");
}

#[tokio::test]
async fn an_empty_database_is_welcome_and_can_be_migrated() {
    let city = TestCity::unmigrated().await;
    let pool = store::connect(&city.options).await.unwrap();
    store::migrate(&pool).await.unwrap();
}
