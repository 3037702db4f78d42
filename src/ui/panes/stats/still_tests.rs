use super::*;
use crate::ui::panes::stats::window::Window;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

/// A minute in 30 cells of two seconds, looked at later.
fn scope(later: i64) -> Scope {
    Scope { window: Window::Minute, cells: 30, dots: 2, now: at(later) }
}

fn cell(still: &Still, scope: Scope) -> Option<u16> {
    scope.until(still.end()).cell_of(still.cursor())
}

#[test]
fn it_begins_at_the_newest_moment_and_follows_again_behind_it() {
    let mut still = Still::new(at(0), at(0));
    assert_eq!(cell(&still, scope(0)), Some(29));
    assert!(still.step(-3, scope(0)));
    assert_eq!(cell(&still, scope(0)), Some(26));
    assert!(still.step(9, scope(0)), "as far as there is something");
    assert_eq!((cell(&still, scope(0)), still.end()), (Some(29), at(0)));
    assert!(!still.step(1, scope(0)));
}

#[test]
fn what_is_read_stays_in_sight() {
    let mut still = Still::new(at(0), at(0));
    still.step(-100, scope(0));
    assert_eq!(cell(&still, scope(0)), Some(0));
    assert_eq!(still.cursor(), at(-200), "the middle of its cell");
    assert!(still.end() < at(-130), "{}", still.end());
    still.step(-1, scope(0));
    assert_eq!((cell(&still, scope(0)), still.cursor()), (Some(0), at(-202)));
    still.step(29, scope(0));
    let end = still.end();
    still.step(1, scope(0));
    assert_eq!(cell(&still, scope(0)), Some(29));
    assert!(still.end() > end);
}

#[test]
fn nobody_looks_further_back_than_readings_are_kept() {
    let mut still = Still::new(at(0), at(0));
    still.step(-1_000_000, scope(0));
    assert_eq!(still.cursor(), at(-3600));
    // However long it stands still.
    still.go_to(Timestamp::UNIX_EPOCH, scope(100_000));
    assert_eq!(still.cursor(), at(0));
    assert_eq!(cell(&still, scope(100_000)), Some(29));
}

#[test]
fn another_window_is_laid_around_what_is_read() {
    let mut still = Still::new(at(0), at(0));
    still.go_to(at(-200), scope(0));
    let longer = Scope { window: Window::FiveMinutes, ..scope(0) };
    still.zoom(longer);
    assert_eq!(still.end(), at(-50));
    assert_eq!(longer.until(still.end()).cell_of(at(-200)), Some(14));
    still.zoom(Scope { window: Window::Hour, ..scope(0) });
    assert_eq!(still.end(), at(0), "there is nothing newer");
    still.zoom(scope(0));
    assert_eq!(still.end(), at(-170));
}

#[test]
fn what_is_lost_meanwhile_is_counted() {
    let still = Still::new(at(0), at(0));
    let lost = |now: i64| still.lost(&scope(now).until(still.end()), at(now)).as_secs();
    assert_eq!((lost(0), lost(3600 - 60)), (0, 0));
    assert_eq!((lost(3600 - 30), lost(9000)), (29, 59));
}
