use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

use super::*;
use crate::{
    alerts::{Board, Rule},
    model::{
        AlertSeverity, EngineId, Observation, Phase, ProbeAnswer, ProbeFault, ProbeFaultKind,
        ServiceId, ServiceKey,
        alert::{Evidence, Telling},
    },
    text::Clean,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn open(folder: &TempDir) -> Database {
    Database::open(&folder.path().join("shop/history.db")).unwrap()
}

/// An alert that has fired since a second.
fn fired(second: i64) -> (Saved, Transition) {
    let mut board = Board::default();
    let rule = Rule::of_probe("api/health", None);
    let evidence = Evidence { value: Some(0.5), words: Clean::new("500") };
    let breach = Observation::Breach(AlertSeverity::Critical, evidence);
    let moved = board.observe(&rule, breach, at(second)).unwrap();
    (board.saved(&rule.alert.id).unwrap(), moved)
}

fn told(what: Telling) -> Told {
    Told { what, at: at(0) }
}

#[test]
fn what_is_written_is_read_again_by_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let (saved, moved) = fired(0);
    open(&folder).write(std::slice::from_ref(&saved), std::slice::from_ref(&moved), &[]).unwrap();
    let again = open(&folder);
    assert_eq!(again.alerts().unwrap(), [saved]);
    assert_eq!(again.transitions(at(0)).unwrap(), [moved]);
    assert_eq!(again.transitions(at(1)).unwrap(), []);
}

#[test]
fn it_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(&folder);
    database.write(&[fired(0).0], &[], &[]).unwrap();
    let modes: Vec<_> = fs::read_dir(folder.path().join("shop"))
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().mode() & 0o777)
        .collect();
    assert!(modes.len() > 1 && modes.iter().all(|mode| *mode == 0o600), "{modes:?}");
    let file = folder.path().join("shop/history.db");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = Database::open(&file).unwrap_err();
    assert!(matches!(refused, HistoryError::Others { .. }), "{refused}");
}

#[test]
fn a_history_of_a_newer_midwatch_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder).connection.pragma_update(None, "user_version", 99).unwrap();
    let refused = Database::open(&folder.path().join("shop/history.db")).unwrap_err();
    assert!(matches!(refused, HistoryError::Newer { version: 99 }), "{refused}");
}

#[test]
fn a_notice_is_claimed_once_also_by_two_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let claims: Vec<_> = (0..4)
        .map(|_| {
            let mut database = open(&folder);
            std::thread::spawn(move || {
                let id = AlertId(Clean::new("probe:api/health"));
                database.claim(&id, told(Telling::Firing(AlertSeverity::Critical))).unwrap()
            })
        })
        .collect();
    let ours = claims.into_iter().map(|claim| claim.join().unwrap()).filter(|claimed| *claimed);
    assert_eq!(ours.count(), 1);
    // The state of another that knows nothing of it does not undo it.
    let mut database = open(&folder);
    let (saved, _) = fired(0);
    database.write(std::slice::from_ref(&saved), &[], &[]).unwrap();
    let what = Telling::Firing(AlertSeverity::Critical);
    assert!(!database.claim(&saved.id, told(what)).unwrap());
    assert_eq!(database.alerts().unwrap()[0].state.told, Some(told(what)));
    assert_eq!(database.alerts().unwrap()[0].state.phase, Phase::Firing);
}

#[test]
fn answers_of_probes_are_kept_by_the_minute() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(&folder);
    let service =
        ServiceKey { engine: EngineId::new("docker"), service: ServiceId::in_stack("shop", "api") };
    let key = ProbeKey { service, instance: None, name: Clean::new("health") };
    let report = |second, millis: Option<u64>| {
        let fault =
            ProbeFault { kind: ProbeFaultKind::Refused, words: Clean::default(), output: vec![] };
        let answer = millis.map_or(Err(fault), |_| Ok(ProbeAnswer::default()));
        let took = Duration::from_millis(millis.unwrap_or(5000));
        (key.clone(), ProbeReport { at: at(second), took, answer })
    };
    let reports = [report(0, Some(10)), report(30, Some(30)), report(59, None), report(60, None)];
    database.write(&[], &[], &reports).unwrap();
    let millis = |millis| Some(Duration::from_millis(millis));
    let minutes = database.minutes(&key, at(0)).unwrap();
    let minute = |begins, passed, failed, mean, longest| Minute {
        begins: at(begins),
        passed,
        failed,
        mean,
        longest,
    };
    assert_eq!(minutes, [minute(0, 2, 1, millis(20), millis(30)), minute(60, 0, 1, None, None)]);
}

#[test]
fn what_is_too_old_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(&folder);
    let day = 24 * 60 * 60;
    let (saved, moved) = fired(0);
    database.write(&[saved], &[moved], &[]).unwrap();
    database.forget(at(89 * day)).unwrap();
    assert_eq!(
        (database.alerts().unwrap().len(), database.transitions(at(0)).unwrap().len()),
        (1, 1)
    );
    database.forget(at(91 * day)).unwrap();
    assert_eq!(
        (database.alerts().unwrap().len(), database.transitions(at(0)).unwrap().len()),
        (0, 0)
    );
}

#[test]
fn a_full_disk_is_an_error_and_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(&folder);
    let (saved, moved) = fired(0);
    database.write(std::slice::from_ref(&saved), &[], &[]).unwrap();
    let pages: i64 =
        database.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    database.connection.pragma_update(None, "max_page_count", pages).unwrap();
    let many = vec![moved; 1000];
    let full = database.write(&[], &many, &[]).unwrap_err();
    assert!(full.to_string().contains("full"), "{full}");
    assert_eq!(database.alerts().unwrap(), [saved]);
    assert_eq!(database.transitions(at(0)).unwrap(), []);
}
