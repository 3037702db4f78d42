//! The real program: what it prints, and what it tells its shell.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::daemon::talking;

/// The program in a home and a folder of its own.
struct Midwatch {
    root: tempfile::TempDir,
}

impl Midwatch {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("work")).unwrap();
        Self { root }
    }

    fn work(&self) -> std::path::PathBuf {
        self.root.path().join("work")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_midwatch"));
        command
            .env_clear()
            .env("HOME", self.root.path())
            .current_dir(self.work())
            .stdin(Stdio::null())
            .args(args.split_whitespace());
        command
    }

    fn run(&self, args: &str) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        // The temporary folder has another name each time.
        let root = self.root.path().display().to_string();
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(&root, "~");
        (status.code().unwrap(), text(stdout), text(stderr))
    }
}

const STACK: &str = "name = \"shop\"\n[services.api]\ncommand = [\"./api\", \"two words\"]\n\
                     env = { DB_PASSWORD = \"canary\" }\nreplicas = 2\n";

#[test]
fn the_help_names_every_command_and_the_exit_codes() {
    let (code, out, _) = Midwatch::new().run("--help");
    assert_eq!(code, 0);
    insta::assert_snapshot!(out);
}

#[test]
fn usage_errors_are_two() {
    let midwatch = Midwatch::new();
    for args in ["nonsense", "--engine mainframe", "man nonsense", "--theme ../x config show"] {
        let (code, out, err) = midwatch.run(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args}");
        assert!(err.starts_with("error: "), "{args}: {err}");
    }
}

#[test]
fn completions_and_manual_pages_are_written_from_the_definition() {
    let midwatch = Midwatch::new();
    for shell in ["bash", "zsh", "fish", "elvish"] {
        let (code, out, _) = midwatch.run(&format!("completions {shell}"));
        assert!(code == 0 && out.contains("doctor") && out.contains("read-only"), "{shell}");
    }
    let (code, out, _) = midwatch.run("man");
    assert!(code == 0 && out.contains(".TH midwatch 1") && out.contains("midwatch\\-status"));
    let (code, out, _) = midwatch.run("man status");
    assert!(code == 0 && out.contains(".TH midwatch-status 1"), "{out}");
}

#[test]
fn settings_are_shown_with_their_origins() {
    let midwatch = Midwatch::new();
    midwatch.write(".config/midwatch/config.toml", "# mine\ntheme = \"gruvbox\"\n");
    midwatch.write("work/midwatch.toml", STACK);
    let (code, out, err) = midwatch.run("--ascii config show --origin");
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
}

#[test]
fn what_is_shown_is_a_settings_file() {
    let midwatch = Midwatch::new();
    let saved = "[filters]\nslow = 'text~\"\\d+ s\"'\n";
    midwatch.write(".config/midwatch/config.toml", saved);
    let (_, out, _) = midwatch.run("config show --origin");
    midwatch.write(".config/midwatch/config.toml", &out);
    assert_eq!(midwatch.run("config check").0, 0);
    let (_, again, _) = midwatch.run("config show");
    assert!(again.ends_with("\n[filters]\nslow = 'text~\"\\d+ s\"'\n"), "{again}");
}

#[test]
fn a_saved_filter_is_found_by_its_name_that_of_the_stack_first() {
    let midwatch = Midwatch::new();
    midwatch.write("work/app.log", "job 1 slow\njob 2 late\njob 3 lost\n");
    midwatch.write(
        "work/midwatch.toml",
        "name = \"shop\"\n[[logs]]\nname = \"app\"\nsource = \"file:app.log\"\n\
         [filters]\nlost = \"text~lost\"\n",
    );
    midwatch.write(
        ".config/midwatch/config.toml",
        "[filters]\nlost = \"text~late\"\nmine = \"job not text~late\"\n",
    );
    let printed = |filter| {
        let (code, out, err) =
            midwatch.run(&format!("--host unix:///none logs app --filter {filter}"));
        assert!(code != 2, "{err}");
        out
    };
    assert_eq!(printed("mine"), "job 1 slow\njob 3 lost\n");
    assert_eq!(printed("lost"), "job 3 lost\n");
    // What no filter is called is one.
    assert_eq!(printed("text~late"), "job 2 late\n");
    assert_eq!(printed("slow"), "job 1 slow\n");
}

#[test]
fn checking_finds_what_is_wrong_in_the_settings_and_the_stack_file() {
    let midwatch = Midwatch::new();
    midwatch.write("work/midwatch.toml", STACK);
    assert_eq!(midwatch.run("config check").0, 0);
    midwatch.write(".config/midwatch/config.toml", "thme = \"gruvbox\"\n");
    midwatch.write("work/midwatch.toml", "nam = \"shop\"\n");
    let (code, _, err) = midwatch.run("config check");
    assert_eq!(code, 2);
    assert!(err.contains("config.toml:1:1") && err.contains("midwatch.toml:1:1"), "{err}");
    let (code, out, err) = midwatch.run("config check midwatch.toml missing.toml");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("did you mean `name`?"), "{err}");
    assert!(err.contains("missing.toml: cannot be read: No such file"), "{err}");
}

#[test]
fn checking_finds_what_is_wrong_in_own_keys_and_themes() {
    let midwatch = Midwatch::new();
    midwatch.write(".config/midwatch/keys.toml", "[services]\nX = \"shell\"\n");
    midwatch.write(".config/midwatch/themes/mine.toml", "inherits = \"gruvbox\"\n");
    midwatch.write(".config/midwatch/config.toml", "theme = \"mine\"\n");
    let (code, out, err) = midwatch.run("config check");
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("keys.toml: ok (keys)") && out.contains("mine.toml: ok (theme)"), "{out}");
    midwatch.write(".config/midwatch/keys.toml", "[services]\nX = \"shel\"\n");
    midwatch.write(".config/midwatch/themes/mine.toml", "[roles]\nok = \"gren\"\n");
    midwatch.write(".config/midwatch/themes/heir.toml", "inherits = \"mine\"\n");
    midwatch.write(".config/midwatch/config.toml", "\n theme = \"grvbox\"\nkeymap = \"k8s\"\n");
    let (code, _, err) = midwatch.run("config check");
    assert_eq!(code, 2);
    insta::assert_snapshot!(err);
    let own = "../.config/midwatch";
    let (code, out, err) =
        midwatch.run(&format!("config check {own}/keys.toml {own}/themes/heir.toml"));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("mine.toml:2:"), "{err}");
}

#[test]
fn a_name_of_no_theme_is_found_wherever_it_was_given() {
    let midwatch = Midwatch::new();
    let mut command = midwatch.command("--keymap nope config check");
    let output = command.env("MIDWATCH_THEME", "nope").output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err.contains("error: --keymap: there is no keymap \"nope\""), "{err}");
    assert!(err.contains("error: $MIDWATCH_THEME: there is no theme \"nope\""), "{err}");
}

#[test]
fn a_name_of_no_theme_is_told_before_anything_is_done() {
    let midwatch = Midwatch::new();
    // An engine that is not there, or no terminal, would be the next to complain.
    for command in ["--host unix:///nowhere.sock status", "demo", "--engine docker"] {
        let (code, out, err) = midwatch.run(&format!("--theme nope --keymap nope {command}"));
        assert_eq!((code, out.as_str()), (2, ""), "{command}");
        assert!(err.contains("error: --theme: there is no theme \"nope\""), "{command}: {err}");
        assert!(err.contains("error: --keymap: there is no keymap \"nope\""), "{command}: {err}");
        assert!(!err.contains("terminal"), "{command}: {err}");
    }
}

#[test]
fn trust_is_given_to_a_content_and_shows_no_secret() {
    let midwatch = Midwatch::new();
    midwatch.write("work/midwatch.toml", STACK);
    let shown = |midwatch: &Midwatch| midwatch.run("config show --origin").1;
    assert!(shown(&midwatch).contains("not approved"));
    let (code, out, err) = midwatch.run("trust --yes");
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
    // What is approved is not asked for again.
    assert!(midwatch.run("trust").1.contains("was approved already"));
    assert!(!shown(&midwatch).contains("not approved"));
    midwatch.write("work/midwatch.toml", &STACK.replace('2', "3"));
    assert!(shown(&midwatch).contains("not approved"));
    assert_eq!(Midwatch::new().run("trust").0, 2);
}

#[test]
fn the_command_of_a_log_is_withheld_like_that_of_a_service() {
    let midwatch = Midwatch::new();
    let stack = "name = \"shop\"\n[[logs]]\nname = \"edge\"\nsource = \"cmd:tail -F x\"\n";
    midwatch.write("work/midwatch.toml", stack);
    assert!(midwatch.run("config show --origin").1.contains("not approved"));
    let (code, out, _) = midwatch.run("trust --yes");
    assert_eq!(code, 0);
    assert!(out.contains("The stack shop runs, as you:\n  edge (log): tail -F x"), "{out}");
}

#[test]
fn without_a_terminal_nothing_is_approved_that_nobody_said_yes_to() {
    let midwatch = Midwatch::new();
    midwatch.write("work/midwatch.toml", STACK);
    let (code, out, err) = midwatch.run("trust");
    assert_eq!(code, 2);
    assert!(out.contains("The stack shop runs, as you:") && !out.contains("approved"), "{out}");
    assert!(err.contains("= hint: `midwatch trust --yes`"), "{err}");
    assert!(midwatch.run("config show --origin").1.contains("not approved"));
}

#[test]
fn local_processes_are_said_to_run_only_inside_a_console() {
    let midwatch = Midwatch::new();
    midwatch.write("work/midwatch.toml", STACK);
    // Approved or not: an engine that happens to be there is not looked at instead.
    for args in ["status", "--stack midwatch.toml logs", "--engine process stats"] {
        let (code, out, err) = midwatch.run(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args}");
        assert!(err.contains("the stack shop is made of local processes"), "{args}: {err}");
        assert!(err.contains("= hint: open it with `midwatch`"), "{args}: {err}");
    }
    let (code, _, err) = midwatch.run("--host unix:///nowhere/docker.sock status");
    assert_eq!(code, 3);
    assert_eq!(err, "note: the stack file's own processes run only inside an open console\n");
}

#[test]
fn a_read_only_console_starts_no_process() {
    let midwatch = Midwatch::new();
    midwatch.write("work/midwatch.toml", STACK);
    let (code, _, err) = midwatch.run("--stack midwatch.toml --read-only");
    assert_eq!(code, 2);
    assert!(err.contains("--read-only: a console on this stack would start"), "{err}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = Midwatch::new().command("completions bash").stdout(writer).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""));
}

#[test]
fn a_reader_that_goes_away_hides_no_failure() {
    let midwatch = Midwatch::new();
    for args in ["status", "doctor"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = midwatch.command(args);
        command.env("DOCKER_HOST", "unix:///nowhere/docker.sock");
        assert_eq!(command.stdout(writer).status().unwrap().code(), Some(3), "{args}");
    }
}

#[test]
fn a_reader_of_logs_that_goes_away_ends_them_quietly() {
    let midwatch = Midwatch::new();
    let engine = talking(midwatch.root.path());
    for args in ["logs", "logs -f --tail all", "logs --json -t"] {
        let mut command = midwatch.command(args);
        command.env("DOCKER_HOST", &engine).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first: Vec<_> = lines.by_ref().take(3).map(Result::unwrap).collect();
        assert!(first[2].contains("line 3"), "{args}: {first:?}");
        drop(lines);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{args}");
    }
}

#[test]
fn logs_that_do_not_fit_on_the_disk_are_a_failure() {
    let midwatch = Midwatch::new();
    let engine = talking(midwatch.root.path());
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = midwatch.command("logs -f");
    let output = command.env("DOCKER_HOST", engine).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(err, "error: cannot write the output: No space left on device (os error 28)\n");
}

#[test]
fn a_full_disk_is_a_failure() {
    let full = Path::new("/dev/full");
    let full = fs::OpenOptions::new().write(true).open(full).unwrap();
    let midwatch = Midwatch::new();
    let output = midwatch.command("man").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("cannot write the output: No space left"), "{err}");
}
