//! PostgreSQL 15.

use midwatch::model::{ProbeFaultKind, ProbeTarget, probe::PostgresTarget};

use crate::{
    asking::{ask, fails, means, passes, secret},
    real::{
        Shared,
        certificates::self_signed,
        folder, give_to_nobody,
        postgres::{OWNER, PASSWORD, Postgres, USER},
    },
};

static SERVER: Shared<Postgres> = Shared::new();

/// Every connection is written down; few are to be had.
fn start() -> Postgres {
    Postgres::start(&[
        "log_line_prefix=[%a] ",
        "log_disconnections=on",
        "max_connections=4",
        "superuser_reserved_connections=1",
        "max_wal_senders=0",
    ])
}

fn target(server: &Postgres) -> PostgresTarget {
    PostgresTarget {
        address: server.address(),
        user: OWNER.into(),
        database: "postgres".into(),
        password: Some(secret(PASSWORD)),
        answers_are_enough: false,
    }
}

fn asked(target: PostgresTarget) -> ProbeTarget {
    ProbeTarget::Postgres(target)
}

#[tokio::test]
async fn it_answers_and_knows_who_asks() {
    let server = SERVER.get(start);
    assert_eq!(passes(&asked(target(&server)), &means()).await, "answers queries");
    // Its log is written after we were let go.
    while !server.said().contains("[midwatch] LOG:  disconnection") {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(!server.said().contains(PASSWORD));
}

#[tokio::test]
async fn who_is_not_let_in_is_told() {
    let server = SERVER.get(start);
    let wrong = PostgresTarget { password: Some(secret("hunter2")), ..target(&server) };
    // However little is enough: this is the one password that we were told.
    for answers_are_enough in [false, true] {
        let wrong = PostgresTarget { answers_are_enough, ..wrong.clone() };
        assert_eq!(
            fails(&asked(wrong), &means()).await,
            (ProbeFaultKind::Authentication, "password refused for owner (28P01)".into())
        );
    }
    let none = PostgresTarget { password: None, ..target(&server) };
    assert_eq!(
        fails(&asked(none.clone()), &means()).await,
        (ProbeFaultKind::Authentication, "asks for a password for owner".into())
    );
    let enough = PostgresTarget { answers_are_enough: true, ..none };
    assert_eq!(
        ask(&asked(enough)).await.unwrap().words.as_str(),
        "answers, and asks for a password"
    );
}

#[tokio::test]
async fn a_missing_database_is_told() {
    let server = SERVER.get(start);
    let other = PostgresTarget { database: "ap_intake".into(), ..target(&server) };
    assert_eq!(
        fails(&asked(other), &means()).await,
        (ProbeFaultKind::MissingDatabase, "database \"ap_intake\" does not exist (3D000)".into())
    );
}

#[tokio::test]
async fn too_many_connections_and_closed_doors_are_told() {
    let server = start();
    server.rule_first("host closed all 127.0.0.1/32 reject");
    server.make_application().await;
    let user = PostgresTarget { user: USER.into(), database: "app".into(), ..target(&server) };
    assert_eq!(passes(&asked(user.clone()), &means()).await, "answers queries");
    let closed = PostgresTarget { database: "closed".into(), ..user.clone() };
    let (kind, words) = fails(&asked(closed), &means()).await;
    assert_eq!(kind, ProbeFaultKind::Authentication);
    assert!(words.starts_with("ap_user is not let in: pg_hba.conf rejects"), "{words}");
    assert!(words.ends_with("(28000)"), "{words}");
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(server.connect(USER).await);
    }
    let (kind, words) = fails(&asked(user), &means()).await;
    assert_eq!(kind, ProbeFaultKind::Answer);
    assert!(words.ends_with("(53300)"), "{words}");
}

#[tokio::test]
async fn whoever_wants_encryption_gets_it() {
    let folder = folder(true);
    let pair = self_signed(folder.path(), "pg", &["localhost"], false);
    give_to_nobody(&pair.cert);
    give_to_nobody(&pair.key);
    let server = Postgres::start(&[
        "ssl=on",
        &format!("ssl_cert_file={}", pair.cert.display()),
        &format!("ssl_key_file={}", pair.key.display()),
    ]);
    server.rule_first("hostnossl postgres all 127.0.0.1/32 reject");
    server.make_application().await;
    assert_eq!(passes(&asked(target(&server)), &means()).await, "answers queries");
}

#[tokio::test]
async fn a_follower_is_told_from_one_that_is_not_ready() {
    let server = start();
    let words = "ready to accept read-only connections";
    let server = server.restart_as_standby(&[], words);
    let answer = passes(&asked(target(&server)), &means()).await;
    assert_eq!(answer, "answers queries, in recovery: read-only");
    let server = server.restart_as_standby(&["hot_standby=off"], "entering standby mode");
    let (kind, words) = fails(&asked(target(&server)), &means()).await;
    assert_eq!(kind, ProbeFaultKind::Starting, "{words}");
    assert!(words.ends_with("(57P03)"), "{words}");
}
