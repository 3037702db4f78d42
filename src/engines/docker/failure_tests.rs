use super::*;

fn unix() -> Endpoint {
    Endpoint::Unix("/var/run/docker.sock".into())
}

fn ssh(words: &str) -> EngineError {
    let target = SshTarget { user: None, host: "prod".into(), port: None, socket: None };
    of_ssh(&Endpoint::Ssh(target.clone()), &target, words)
}

#[test]
fn a_refused_right_is_found_below_other_errors() {
    let io = io::Error::from(io::ErrorKind::PermissionDenied);
    assert!(matches!(of_dialing(&unix(), &io), EngineError::Denied { .. }));
}

#[test]
fn every_end_of_ssh_has_its_own_words() {
    assert!(matches!(ssh("Host key verification failed.\r\n"), EngineError::Invalid { .. }));
    assert!(matches!(ssh("bob@prod: Permission denied (publickey)."), EngineError::Denied { .. }));
    assert!(matches!(
        ssh("ssh: Could not resolve hostname prod: Name or service not known"),
        EngineError::Absent { .. }
    ));
    assert!(matches!(
        ssh("ssh: connect to host prod port 22: Connection refused"),
        EngineError::Refused { .. }
    ));
    assert!(matches!(ssh("sh: docker: not found"), EngineError::Lost { .. }));
}

#[test]
fn an_answer_is_told_in_the_engines_own_words() {
    let answered = |status, said: &str| of_answer(&unix(), None, status, said).to_string();
    assert_eq!(
        answered(409, &message_of(br#"{"message":"container 1 is not running"}"#)),
        "unix:///var/run/docker.sock answered: container 1 is not running"
    );
    assert!(answered(502, &message_of(b" ")).ends_with("502 Bad Gateway"));
    assert!(answered(502, &"x".repeat(9999)).len() < 500);
}

#[test]
fn a_failure_of_ours_comes_through_the_client_as_it_was() {
    let ours = io::Error::other(tls(&unix(), "no"));
    let error = of_client(&unix(), None, ClientError::IOError { err: ours });
    assert!(matches!(error, EngineError::Tls { .. }), "{error}");
    let theirs = io::Error::other("reset");
    let error = of_client(&unix(), None, ClientError::IOError { err: theirs });
    assert!(matches!(error, EngineError::Lost { .. }), "{error}");
}

#[test]
fn an_answer_that_makes_no_sense_is_never_quoted() {
    let error = ClientError::JsonDataError {
        message: "invalid type: string \"canary\", expected u8 at line 1 column 9".into(),
        column: 9,
        contents: "[\"canary\"]".into(),
    };
    let told = of_client(&unix(), None, error).to_string();
    assert!(told.ends_with("line 1 column 9)") && !told.contains("canary"), "{told}");
}

#[test]
fn a_version_that_is_too_new_or_too_old_is_its_own_failure() {
    let said =
        "client version 1.41 is too old. Minimum supported API version is 1.60, please upgrade";
    let error = of_answer(&unix(), None, 400, said);
    assert!(matches!(error, EngineError::Version { .. }), "{error}");
    assert_eq!(
        too_old(&unix(), (1, 40)).to_string(),
        "unix:///var/run/docker.sock offers API 1.40; midwatch needs 1.41 or newer"
    );
}
