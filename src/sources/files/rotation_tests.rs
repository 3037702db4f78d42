//! Files that grow and rotate in every way, and what is read of them.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    os::unix::fs::{PermissionsExt as _, symlink},
    time::SystemTime,
};

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::model::LogReading;

const FOLLOW: LogRequest = LogRequest { tail: None, since: None, until: None, follow: true };

/// A folder with a log, the program that writes it, and a reader.
struct World {
    folder: TempDir,
    reading: Reading,
    /// The clock of the reader.
    now: Instant,
    /// The program's open file.
    writer: File,
    written: u32,
}

impl World {
    fn new(pattern: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let writer = appending(&folder.path().join("app.log"));
        let pattern = format!("{}/{pattern}", folder.path().display());
        let reading = Reading::new(pattern, Teller::new(&LogReading::default()));
        Self { folder, reading, now: Instant::now(), writer, written: 0 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn append(&mut self, lines: u32) {
        for _ in 0..lines {
            writeln!(self.writer, "line {}", self.written).unwrap();
            self.written += 1;
        }
    }

    fn begin(&mut self, request: LogRequest) {
        self.reading.begin(&request, self.now).unwrap();
    }

    /// Reads until there is nothing new.
    fn read(&mut self) -> Vec<String> {
        self.now += FIND;
        while self.reading.step(self.now) {}
        self.taken()
    }

    /// Reads a little.
    fn read_a_step(&mut self) -> Vec<String> {
        self.now += FIND;
        self.reading.step(self.now);
        self.taken()
    }

    fn taken(&mut self) -> Vec<String> {
        let folder = self.folder.path().display().to_string();
        let text = |said: Said| match said.what {
            What::Line(line) => line.as_str().to_owned(),
            What::Unreadable(error) => format!("! {}", error.to_string().replace(&folder, "")),
            What::Gone => "gone".into(),
        };
        self.reading.said.drain(..).map(text).collect()
    }

    /// Moves every rotated file one further, as logrotate does.
    fn make_room(&mut self) {
        for number in (1..20).rev() {
            for end in ["", ".gz"] {
                let from = self.path(&format!("app.log.{number}{end}"));
                let to = self.path(&format!("app.log.{}{end}", number + 1));
                if from.exists() {
                    fs::rename(from, to).unwrap();
                }
            }
        }
    }

    fn rename(&mut self) {
        self.make_room();
        fs::rename(self.path("app.log"), self.path("app.log.1")).unwrap();
        self.writer = appending(&self.path("app.log"));
    }

    fn copy_and_truncate(&mut self) {
        self.make_room();
        fs::copy(self.path("app.log"), self.path("app.log.1")).unwrap();
        self.writer.set_len(0).unwrap();
    }

    /// Compresses the newest rotated file that is not, with the time that it had.
    fn compress(&mut self) {
        for number in 1..20 {
            let plain = self.path(&format!("app.log.{number}"));
            if plain.exists() {
                gzip(&plain, &self.path(&format!("app.log.{number}.gz")));
                fs::remove_file(plain).unwrap();
                return;
            }
        }
    }
}

fn appending(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).unwrap()
}

fn gzip(from: &Path, to: &Path) {
    let mut packed = GzEncoder::new(File::create(to).unwrap(), Compression::fast());
    packed.write_all(&fs::read(from).unwrap()).unwrap();
    let packed = packed.finish().unwrap();
    packed.set_modified(fs::metadata(from).unwrap().modified().unwrap()).unwrap();
}

fn lines(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| format!("line {number}")).collect()
}

#[test]
fn a_file_is_followed_as_it_grows_and_a_line_waits_for_its_end() {
    let mut world = World::new("app.log");
    world.append(3);
    world.begin(LogRequest { tail: Some(2), ..FOLLOW });
    assert_eq!(world.read(), lines(1..3));
    write!(world.writer, "line").unwrap();
    assert_eq!(world.read(), [""; 0]);
    world.writer.write_all(b" 3\r\nand").unwrap();
    assert_eq!(world.read(), ["line 3"]);
    world.reading.finish();
    assert_eq!(world.taken(), ["and"], "nobody waits for more");
}

#[test]
fn what_is_not_taken_comes_again_and_a_second_reading_goes_on() {
    let mut world = World::new("app.log");
    world.append(2);
    world.begin(FOLLOW);
    while world.reading.step(world.now) {}
    world.reading.said.pop_front();
    world.begin(FOLLOW);
    world.append(1);
    assert_eq!(world.read(), lines(1..3));
}

#[test]
fn a_writer_that_was_not_told_of_the_rotation_is_heard() {
    let mut world = World::new("app.log");
    world.begin(FOLLOW);
    world.append(1);
    world.read();
    let mut late = world.writer.try_clone().unwrap();
    world.rename();
    world.append(1);
    assert_eq!(world.read(), lines(1..2));
    late.write_all(b"late\n").unwrap();
    assert_eq!(world.read(), ["late"]);
    assert_eq!(world.reading.parts.len(), 1);
}

#[test]
fn two_rotations_between_two_looks_hide_nothing() {
    let mut world = World::new("app.log");
    world.begin(FOLLOW);
    world.append(2);
    world.read();
    world.append(1);
    world.rename();
    world.append(2);
    world.compress();
    world.rename();
    world.append(1);
    assert_eq!(world.read(), lines(2..6));
}

#[test]
fn a_file_that_was_filled_and_truncated_between_two_looks_hides_nothing() {
    let mut world = World::new("app.log");
    world.begin(FOLLOW);
    assert_eq!(world.read(), [""; 0]);
    world.append(2);
    world.copy_and_truncate();
    assert_eq!(world.read(), lines(0..2));
    assert_eq!(world.read(), [""; 0]);
}

#[test]
fn a_file_that_is_removed_and_made_anew_is_read_from_its_start_and_no_old_one_again() {
    let mut world = World::new("app.log");
    fs::write(world.path("app.log.1"), "ancient\n").unwrap();
    let old = SystemTime::now() - Duration::from_hours(24);
    File::open(world.path("app.log.1")).unwrap().set_modified(old).unwrap();
    world.begin(LogRequest { tail: Some(0), ..FOLLOW });
    world.append(1);
    assert_eq!(world.read(), lines(0..1));
    fs::remove_file(world.path("app.log")).unwrap();
    world.writer = appending(&world.path("app.log"));
    world.append(1);
    assert_eq!(world.read(), lines(1..2));
}

#[test]
fn a_file_that_is_gone_for_a_while_is_gone_and_may_come_back() {
    let mut world = World::new("*.log");
    world.begin(FOLLOW);
    world.append(1);
    assert_eq!(world.read(), lines(0..1));
    world.append(1);
    fs::remove_file(world.path("app.log")).unwrap();
    assert_eq!(world.read(), lines(1..2), "what was written before it went is read");
    world.now += Duration::from_secs(20);
    assert_eq!(world.read(), ["gone"]);
    world.writer = appending(&world.path("app.log"));
    world.append(1);
    assert_eq!(world.read(), lines(2..3));
}

#[test]
fn history_comes_from_rotated_files_as_far_as_it_is_asked_for() {
    let world = || {
        let mut world = World::new("app.log");
        world.append(3);
        world.rename();
        world.append(2);
        world.compress();
        world.rename();
        world.append(2);
        world
    };
    for tail in 0..9 {
        let mut world = world();
        world.begin(LogRequest { tail: Some(tail), ..FOLLOW });
        assert_eq!(world.read(), lines(7_u32.saturating_sub(tail as u32)..7), "the last {tail}");
    }
    let mut all = world();
    all.begin(FOLLOW);
    assert_eq!(all.read(), lines(0..7));
}

#[test]
fn history_since_a_moment_leaves_out_the_files_that_are_older() {
    let mut world = World::new("app.log");
    world.append(1);
    let old = SystemTime::now() - Duration::from_hours(24);
    world.writer.set_modified(old).unwrap();
    world.rename();
    world.append(1);
    let since = jiff::Timestamp::now() - Duration::from_hours(1);
    world.begin(LogRequest { since: Some(since), ..FOLLOW });
    assert_eq!(world.read(), lines(1..2));
}

#[test]
fn history_since_a_moment_begins_with_the_first_line_that_tells_a_later_time() {
    let mut world = World::new("app.log");
    let line = |second: u32| {
        let time = jiff::Timestamp::from_second(i64::from(second)).unwrap();
        format!(r#"{{"time":"{time}","level":"info","msg":"some words"}}"#)
    };
    let text: Vec<_> = (0..20_000).map(|second| line(second) + "\n").collect();
    world.writer.write_all(text.concat().as_bytes()).unwrap();
    let at = |second| jiff::Timestamp::from_second(second).ok();
    let request = LogRequest { since: at(15_000), until: at(15_003), ..FOLLOW };
    world.begin(LogRequest { follow: false, ..request });
    let skipped = world.reading.parts[0].place();
    assert!(skipped > text.concat().len() as u64 / 2, "{skipped} bytes are not read");
    assert_eq!(world.read(), [line(15_000), line(15_001), line(15_002)]);
}

#[test]
fn a_broken_archive_is_complained_about_and_the_rest_is_read() {
    let mut world = World::new("app.log");
    world.append(1);
    fs::write(world.path("app.log.1.gz"), "this is not gzip").unwrap();
    world.begin(LogRequest { tail: Some(5), ..FOLLOW });
    assert_eq!(world.read(), ["! cannot read /app.log.1.gz: invalid gzip header", "line 0"],);
}

#[test]
fn all_files_of_a_pattern_are_read_each_once_and_by_their_paths() {
    let mut world = World::new("*.log");
    fs::write(world.path("b.log"), "b\n").unwrap();
    fs::write(world.path("b.log.1"), "b before\n").unwrap();
    symlink(world.path("b.log"), world.path("c.log")).unwrap();
    fs::create_dir(world.path("folder.log")).unwrap();
    world.begin(FOLLOW);
    assert_eq!(world.read(), ["b before", "b"]);
    fs::write(world.path("new\u{1b}.log"), "n\n").unwrap();
    world.now += FIND;
    while world.reading.step(world.now) {}
    let said = world.reading.said.pop_front().unwrap();
    let name = said.part.unwrap().to_string();
    assert!(name.ends_with("/new␛.log"), "{name}");
}

#[test]
fn a_file_that_is_renamed_within_the_pattern_is_no_new_one() {
    let mut world = World::new("*.log");
    world.begin(FOLLOW);
    world.append(1);
    assert_eq!(world.read(), lines(0..1));
    fs::rename(world.path("app.log"), world.path("old-app.log")).unwrap();
    world.writer = appending(&world.path("app.log"));
    world.append(1);
    assert_eq!(world.read(), lines(1..2));
    world.now += Duration::from_mins(1);
    assert_eq!(world.read(), [""; 0]);
}

#[test]
fn what_cannot_be_read_is_said_once_and_read_when_it_can_be() {
    let mut world = World::new("*.log");
    world.append(5);
    symlink("/dev/null", world.path("null.log")).unwrap();
    world.begin(LogRequest { tail: Some(1), ..FOLLOW });
    assert_eq!(world.read(), ["! /null.log is a device; only files are read", "line 4"]);
    assert_eq!(world.read(), [""; 0]);
    fs::remove_file(world.path("null.log")).unwrap();
    fs::write(world.path("null.log"), "a\nb\n").unwrap();
    assert_eq!(world.read(), ["b"], "it begins as it was asked for");
}

#[test]
fn a_file_that_belongs_to_others_is_named_with_the_reason() {
    let mut world = World::new("*.log");
    fs::write(world.path("secret.log"), "x").unwrap();
    fs::set_permissions(world.path("secret.log"), fs::Permissions::from_mode(0o000)).unwrap();
    world.begin(FOLLOW);
    let said = world.read();
    if rustix::process::geteuid().is_root() {
        assert_eq!(said, [""; 0], "nothing is kept from root");
    } else {
        assert_eq!(said, ["! cannot read /secret.log: Permission denied (os error 13)"]);
    }
}

#[test]
fn a_pattern_without_files_is_a_failure_that_says_so() {
    let mut world = World::new("none/*.log");
    let error = world.reading.begin(&FOLLOW, world.now).unwrap_err();
    assert!(error.to_string().starts_with("no file matches /"), "{error}");
    assert_eq!(error.kind(), FaultKind::Absent);
}

#[derive(Clone, Debug)]
enum Happening {
    Append(u32),
    Rename,
    CopyAndTruncate,
    Compress,
    Read,
    ReadAStep,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => (1u32..40).prop_map(Happening::Append),
        1 => Just(Happening::Rename),
        1 => Just(Happening::CopyAndTruncate),
        1 => Just(Happening::Compress),
        2 => Just(Happening::Read),
        1 => Just(Happening::ReadAStep),
    ]
}

proptest! {
    #[test]
    fn whatever_rotates_every_line_comes_once_and_in_order(
        before in prop::collection::vec(happening(), 0..6),
        happenings in prop::collection::vec(happening(), 1..24),
    ) {
        let mut world = World::new("app.log");
        let mut read = Vec::new();
        for (at, happening) in before.iter().chain(&happenings).enumerate() {
            if at == before.len() {
                world.begin(FOLLOW);
            }
            match happening {
                Happening::Append(lines) => world.append(*lines),
                Happening::Rename => world.rename(),
                Happening::CopyAndTruncate => world.copy_and_truncate(),
                Happening::Compress => world.compress(),
                Happening::Read if at >= before.len() => read.extend(world.read()),
                Happening::ReadAStep if at >= before.len() => read.extend(world.read_a_step()),
                Happening::Read | Happening::ReadAStep => {}
            }
        }
        read.extend(world.read());
        prop_assert_eq!(read, lines(0..world.written));
    }
}
