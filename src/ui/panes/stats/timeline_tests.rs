use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn scope(window: Window, cells: u16) -> Scope {
    Scope { window, cells, dots: 2, now: at(0) }
}

/// Amounts that tell in which second they were used, counted from `at(0)`.
fn seconds(timeline: &Timeline) -> Vec<Option<Amount>> {
    let second = |slot| timeline.span().start_of(slot).duration_since(at(0)).as_secs() as f64;
    (0..timeline.span().slots()).map(|slot| Some(Amount::exactly(second(slot)))).collect()
}

#[test]
fn each_column_has_the_slots_that_it_lies_over() {
    let timeline = scope(Window::Minute, 30).until(at(0));
    let columns = timeline.columns(&seconds(&timeline));
    assert_eq!(columns.len(), 60);
    assert_eq!((columns[0], columns[58], columns[59]), (Some(-59.0), Some(-1.0), Some(0.0)));
    // Fewer columns than slots, and more.
    let timeline = scope(Window::Minute, 5).until(at(3));
    let columns = timeline.columns(&seconds(&timeline));
    assert_eq!(columns.len(), 10);
    assert_eq!(columns[8..], [Some(-1.5), Some(2.5)], "the last one is not over yet");
    let timeline = scope(Window::Minute, 60).until(at(0));
    let columns = timeline.columns(&seconds(&timeline));
    assert_eq!(columns[117..], [Some(-1.0), Some(-1.0), Some(0.0)]);
}

#[test]
fn a_curve_keeps_its_shape_as_time_goes_on() {
    let shape = |end: i64| {
        let timeline = scope(Window::FiveMinutes, 52).until(at(end));
        let amounts = seconds(&timeline);
        let columns = timeline.columns(&amounts);
        (timeline.start(), columns)
    };
    let (start, columns) = shape(0);
    let (later, moved) = shape(7);
    let micros = later.as_microsecond() - start.as_microsecond();
    let width = 300 * MICROS / 104;
    assert_eq!(micros % width, 0, "it moves on by whole columns");
    let by = usize::try_from(micros / width).unwrap();
    // The first columns may reach back over what is asked for, the last are not over yet.
    assert_eq!(columns[by + 2..102], moved[2..102 - by]);
}

#[test]
fn what_is_not_known_is_in_no_column() {
    let timeline = scope(Window::Minute, 30).until(at(0));
    let mut amounts = seconds(&timeline);
    amounts[10..20].fill(None);
    let columns = timeline.columns(&amounts);
    let known: Vec<usize> = (0..60).filter(|column| columns[*column].is_some()).collect();
    assert_eq!(known.len(), 50);
    assert!(!known.contains(&10) && !known.contains(&19) && known.contains(&20));
    assert!(timeline.columns(&[]).iter().all(Option::is_none));
    assert_eq!(timeline.value(&[], 3), None);
}

#[test]
fn a_moment_is_in_the_cell_that_begins_before_it() {
    let timeline = scope(Window::Minute, 30).until(at(0));
    assert_eq!(timeline.cell_of(at(0)), Some(29));
    assert_eq!(timeline.cell_of(at(1)), None, "it is not there yet");
    assert_eq!(timeline.cell_of(timeline.start()), Some(0));
    assert_eq!(timeline.cell_of(at(-60)), None);
    for cell in 0..30 {
        assert_eq!(timeline.cell_of(timeline.start_of(i64::from(cell))), Some(cell));
        assert_eq!(timeline.cell_of(timeline.middle_of(i64::from(cell))), Some(cell));
    }
    let until = |end| scope(Window::Minute, 30).until(end);
    let moved = until(timeline.end_showing(at(-200)));
    assert_eq!((moved.cell_of(at(-200)), moved.cell_of(at(-198))), (Some(0), Some(1)));
    assert_eq!(until(moved.end_showing(at(-100))).cell_of(at(-100)), Some(29));
    assert_eq!(until(timeline.end_showing(at(-9))), timeline);
}

#[test]
fn what_is_no_longer_kept_by_the_second_is_read_by_ten() {
    let now = scope(Window::FiveMinutes, 30);
    assert!(!now.until(at(0)).is_thinned() && !now.until(at(-600)).is_thinned());
    let thinned = now.until(at(-700));
    assert!(thinned.is_thinned());
    // The slots in front of what is shown count for nothing.
    let amounts = vec![Some(Amount::exactly(1.0)); thinned.span().slots()];
    assert!((30..=32).contains(&thinned.shown(&amounts).len()));
    assert!(thinned.columns(&amounts).iter().all(Option::is_some));
    assert!(!scope(Window::Quarter, 30).until(at(0)).is_thinned());
    assert!(!scope(Window::Hour, 30).until(at(-700)).is_thinned());
}

#[test]
fn no_room_and_all_the_room_there_can_be_are_fine() {
    for cells in [0, 1, u16::MAX] {
        let timeline = scope(Window::Minute, cells).until(at(0));
        let amounts = seconds(&timeline);
        assert_eq!(timeline.columns(&amounts).len(), usize::from(cells) * 2);
    }
}
