//! Redis 7.

use midwatch::model::{ProbeFaultKind, ProbeTarget, probe::RedisTarget};

use crate::{
    asking::{ask, fails, means, passes, secret},
    real::{free_port, redis::Redis},
};

fn target(server: &Redis) -> RedisTarget {
    RedisTarget { address: server.address(), user: None, password: None, answers_are_enough: false }
}

fn asked(target: RedisTarget) -> ProbeTarget {
    ProbeTarget::Redis(target)
}

#[tokio::test]
async fn it_answers_to_who_knows_the_password() {
    let server = Redis::start(&["--requirepass", "hun\"ter 2"]);
    assert_eq!(server.say("AUTH \"hun\\\"ter 2\"\r\nACL SETUSER bob on >pw +ping"), "+OK");
    let known = RedisTarget { password: Some(secret("hun\"ter 2")), ..target(&server) };
    assert_eq!(passes(&asked(known.clone()), &means()).await, "PONG");
    let bob =
        RedisTarget { user: Some("bob".into()), password: Some(secret("pw")), ..known.clone() };
    assert_eq!(passes(&asked(bob.clone()), &means()).await, "PONG");
    let wrong = RedisTarget { password: Some(secret("hunter2")), ..bob };
    assert_eq!(
        fails(&asked(wrong), &means()).await,
        (ProbeFaultKind::Authentication, "password refused for bob (WRONGPASS)".into())
    );
    let none = RedisTarget { password: None, ..known };
    assert_eq!(
        fails(&asked(none.clone()), &means()).await,
        (ProbeFaultKind::Authentication, "asks for a password (NOAUTH)".into())
    );
    let enough = RedisTarget { answers_are_enough: true, ..none };
    let answer = ask(&asked(enough)).await.unwrap();
    assert_eq!(answer.words.as_str(), "answers, and asks for a password");
}

#[tokio::test]
async fn a_password_where_none_is_wanted_is_told() {
    let server = Redis::start(&[]);
    assert_eq!(passes(&asked(target(&server)), &means()).await, "PONG");
    let known = RedisTarget { password: Some(secret("x")), ..target(&server) };
    let (kind, words) = fails(&asked(known), &means()).await;
    assert_eq!(kind, ProbeFaultKind::Authentication);
    assert!(words.starts_with("wants no password, but one is given"), "{words}");
}

#[tokio::test]
async fn a_server_that_loads_its_data_is_told() {
    let server = Redis::start(&[]);
    assert_eq!(server.say("DEBUG POPULATE 10000 key 100"), "+OK");
    assert_eq!(server.say("SAVE"), "+OK");
    // A millisecond for each key, and a look at the clients now and then.
    let slowly = ["--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024"];
    let server = server.restart(&slowly);
    assert_eq!(
        fails(&asked(target(&server)), &means()).await,
        (ProbeFaultKind::Starting, "loading its data into memory".into())
    );
}

#[tokio::test]
async fn a_replica_without_its_master_is_told() {
    let nobody = format!("127.0.0.1 {}", free_port());
    let server = Redis::start(&["--replicaof", &nobody, "--replica-serve-stale-data", "no"]);
    assert_eq!(
        fails(&asked(target(&server)), &means()).await,
        (ProbeFaultKind::Answer, "replica has lost its master (MASTERDOWN)".into())
    );
}
