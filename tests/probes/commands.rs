//! Commands as probes.

use std::time::{Duration, Instant};

use midwatch::{
    model::{ProbeFaultKind, ProbeTarget},
    probes,
    text::Clean,
};
use tempfile::TempDir;
use tokio::fs;

use crate::asking::{ask, fails, means};

fn shell(script: &str, folder: &TempDir) -> ProbeTarget {
    let argv = ["sh", "-c", script].map(str::to_owned).to_vec();
    ProbeTarget::Command { argv, folder: folder.path().into() }
}

#[tokio::test]
async fn the_exit_code_is_the_verdict_and_the_first_line_its_words() {
    let folder = TempDir::new().unwrap();
    let answer = ask(&shell("pwd; echo more", &folder)).await.unwrap();
    assert_eq!(answer.words.as_str(), folder.path().canonicalize().unwrap().to_str().unwrap());
    assert_eq!(ask(&shell("true", &folder)).await.unwrap().words.as_str(), "exit 0");
    let script = "printf 'CRITICAL \\033[2Jdisk full\\nsda1 99%%\\n' >&2; exit 2";
    let fault = ask(&shell(script, &folder)).await.unwrap_err();
    assert_eq!(fault.kind, ProbeFaultKind::Answer);
    assert_eq!(fault.words.as_str(), "exit 2: CRITICAL ␛[2Jdisk full");
    assert_eq!(fault.output, [Clean::new("sda1 99%")]);
}

#[tokio::test]
async fn what_cannot_run_says_nothing_of_the_service() {
    let folder = TempDir::new().unwrap();
    let command = |program: &str| ProbeTarget::Command {
        argv: vec![program.into()],
        folder: folder.path().into(),
    };
    let (kind, words) = fails(&command("no-such-program-here"), &means()).await;
    assert_eq!(kind, ProbeFaultKind::Invalid);
    assert!(words.contains("no-such-program-here"), "{words}");
    let nowhere = ProbeTarget::Command { argv: vec!["true".into()], folder: "/nowhere".into() };
    let (kind, words) = fails(&nowhere, &means()).await;
    assert_eq!(
        (kind, words.as_str()),
        (ProbeFaultKind::Invalid, "cannot start true: no folder /nowhere")
    );
    assert_eq!(fails(&command(""), &means()).await.0, ProbeFaultKind::Invalid);
}

#[tokio::test]
async fn more_output_than_anybody_reads_does_not_hold_it_up() {
    let folder = TempDir::new().unwrap();
    let flood = ask(&shell("yes | head -c 5000000; echo done >done", &folder)).await.unwrap();
    assert_eq!(flood.words.as_str(), "y");
    assert!(folder.path().join("done").exists());
}

#[tokio::test]
async fn a_command_that_takes_too_long_is_killed_with_all_that_it_started() {
    let folder = TempDir::new().unwrap();
    // Its grandchild would write for as long as it lives, wherever it hides.
    let script = "setsid sh -c 'echo $$ >pid; while :; do sleep 0.01; done' & \
                  while [ ! -s pid ]; do sleep 0.01; done; sleep 1000";
    let timeout = Duration::from_secs(2);
    let probe = probes::of(&shell(script, &folder), timeout, &means()).unwrap();
    let begin = Instant::now();
    let fault = probe.check().await.unwrap_err();
    assert!(begin.elapsed() < 3 * timeout);
    assert_eq!(fault.kind, ProbeFaultKind::Timeout);
    assert_eq!(fault.words.as_str(), "no end of the command within 2s");
    let pid = fs::read_to_string(folder.path().join("pid")).await.unwrap();
    let process = format!("/proc/{}/stat", pid.trim());
    let lives = || std::fs::read_to_string(&process).is_ok_and(|stat| !stat.contains(") Z "));
    while lives() {
        assert!(begin.elapsed() < Duration::from_secs(20), "{process} goes on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
