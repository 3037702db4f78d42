use jiff::SignedDuration;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A reading that says how many cores were busy since the one so many seconds before.
fn cpu(cores: f64, since: u64) -> Sample {
    Sample {
        cpu_cores: Some(cores),
        interval: Some(Duration::from_secs(since)),
        ..Sample::empty(Timestamp::UNIX_EPOCH)
    }
}

fn series(readings: &[(i64, Sample)]) -> Series {
    let mut series = Series::default();
    for (second, sample) in readings {
        series.push(sample, at(*second));
    }
    series
}

fn means(series: &Series, end: i64, seconds: i64) -> Vec<Option<f64>> {
    let span = Span::until(at(end), SignedDuration::from_secs(seconds));
    let amounts = series.amounts(Metric::Cpu, &span);
    amounts.into_iter().map(|amount| amount.map(|amount| amount.mean)).collect()
}

#[test]
fn a_reading_tells_of_the_time_since_the_one_before() {
    let series = series(&[(2, cpu(1.0, 1)), (5, cpu(2.0, 3))]);
    let two = Some(2.0);
    assert_eq!(means(&series, 6, 6), [None, Some(1.0), two, two, two, None]);
}

#[test]
fn where_nobody_looked_is_a_gap() {
    let series = series(&[(1, cpu(1.0, 1)), (4, cpu(2.0, 1))]);
    assert_eq!(means(&series, 4, 4), [Some(1.0), None, None, Some(2.0)]);
}

#[test]
fn a_reading_that_came_a_little_late_does_not_paint_over_one_that_is_missing() {
    let late = |millis| Sample { interval: Some(Duration::from_millis(millis)), ..cpu(2.0, 1) };
    let series = series(&[(1, cpu(1.0, 1)), (3, late(1010))]);
    assert_eq!(means(&series, 3, 3), [Some(1.0), None, Some(2.0)]);
    let mut seldom = Series::default();
    seldom.push(&cpu(1.0, 1), at(100));
    seldom.push(&late(10_010), at(120));
    let hour = Span::until(at(129), SignedDuration::from_hours(1));
    let known = seldom.amounts(Metric::Cpu, &hour).iter().flatten().count();
    assert_eq!(known, 2);
}

#[test]
fn a_long_silence_is_a_gap_although_its_average_is_known() {
    let series = series(&[(100, cpu(1.0, 99))]);
    let known = means(&series, 100, 100).iter().flatten().count();
    assert_eq!(known as u64, COVERS.as_secs());
}

#[test]
fn readings_that_come_a_little_early_or_late_leave_no_hole() {
    let mut series = Series::default();
    for (millis, cores) in [(1000, 1.0), (2900, 2.0), (3000, 3.0), (4100, 4.0)] {
        let heard = Timestamp::from_millisecond(millis).unwrap();
        let sample = Sample { interval: Some(Duration::from_millis(1900)), ..cpu(cores, 1) };
        series.push(&sample, heard);
    }
    assert!(means(&series, 4, 4).iter().all(Option::is_some), "{:?}", means(&series, 4, 4));
}

#[test]
fn what_is_known_of_a_second_itself_goes_before_what_a_later_reading_tells_of_it() {
    let series = series(&[(1, cpu(1.0, 1)), (2, cpu(2.0, 2))]);
    assert_eq!(means(&series, 2, 2), [Some(1.0), Some(2.0)]);
}

#[test]
fn a_number_that_cannot_be_one_is_unknown() {
    for cores in [f64::NAN, f64::INFINITY, -1.0] {
        assert_eq!(means(&series(&[(1, cpu(cores, 1))]), 1, 1), [None]);
    }
}

#[test]
fn when_the_clock_goes_back_what_is_still_to_come_is_let_go() {
    let series = series(&[(10, cpu(1.0, 1)), (100, cpu(2.0, 1)), (20, cpu(3.0, 1))]);
    let known: Vec<_> = means(&series, 100, 100).into_iter().flatten().collect();
    assert_eq!(known, [1.0, 3.0]);
}

#[test]
fn when_the_clock_goes_forward_there_is_a_gap() {
    let series = series(&[(10, cpu(1.0, 1)), (70, cpu(2.0, 1))]);
    assert_eq!(means(&series, 70, 61).iter().flatten().count(), 2);
}

#[test]
fn an_hour_is_kept_in_averages_that_remember_the_most() {
    let mut series = Series::default();
    for second in 0..3600 {
        let cores = if second == 15 { 10.0 } else { 0.0 };
        series.push(&cpu(cores, 1), at(second));
    }
    let span = Span::until(at(3599), SignedDuration::from_hours(1));
    let amounts = series.amounts(Metric::Cpu, &span);
    assert_eq!(amounts.len(), 360);
    assert!(amounts.iter().all(Option::is_some), "also the newest, which is not over");
    assert_eq!(amounts[1], Some(Amount { mean: 1.0, most: 10.0 }));
    assert_eq!(amounts[2], Some(Amount::exactly(0.0)));
}

#[test]
fn a_gap_of_minutes_is_one_in_the_hour_too() {
    let early = (0..100).map(|second| (second, cpu(1.0, 1)));
    let late = (200..300).map(|second| (second, cpu(1.0, 1)));
    let series = series(&early.chain(late).collect::<Vec<_>>());
    let span = Span::until(at(299), SignedDuration::from_hours(1));
    let known = series.amounts(Metric::Cpu, &span).iter().flatten().count();
    assert_eq!(known, 20);
}

#[test]
fn what_is_kept_is_bounded() {
    let mut series = Series::default();
    for second in 0..10_000 {
        series.push(&cpu(1.0, 1), at(second));
    }
    assert_eq!(series.readings(), usize::from(Resolution::Fine.kept()));
    assert_eq!(series.coarse.len(), usize::from(Resolution::Coarse.kept()));
    assert_eq!(series.heard_at(), Some(at(9999)));
}

/// What it takes, in bytes.
fn taken(series: &Series) -> usize {
    series.fine.capacity() * FINE_BYTES + series.coarse.capacity() * COARSE_BYTES
}

#[test]
fn it_takes_the_room_that_it_needs_and_no_more() {
    let seconds = |count| series(&(0..count).map(|s| (s, cpu(1.0, 1))).collect::<Vec<_>>());
    assert!(taken(&seconds(10)) <= 16 * (FINE_BYTES + COARSE_BYTES));
    let all = Kept::ALL.fine * FINE_BYTES + Kept::ALL.coarse * COARSE_BYTES;
    assert_eq!(taken(&seconds(4000)), all);
}

#[test]
fn with_less_room_the_oldest_are_let_go_and_their_room_with_them() {
    let mut series = series(&(0..4000).map(|s| (s, cpu(1.0, 1))).collect::<Vec<_>>());
    let kept = Kept { fine: 60, coarse: 90 };
    series.keep(kept);
    for second in 4000..4100 {
        series.push(&cpu(1.0, 1), at(second));
    }
    assert_eq!((series.fine.len(), series.coarse.len()), (kept.fine, kept.coarse));
    assert_eq!(taken(&series), kept.fine * FINE_BYTES + kept.coarse * COARSE_BYTES);
}

#[test]
fn where_the_seconds_had_to_give_way_ten_of_them_are_told_together() {
    let cores = |second: i64| f64::from(u8::from(second % 10 == 9));
    let mut series = series(&(0..300).map(|s| (s, cpu(cores(s), 1))).collect::<Vec<_>>());
    series.keep(Kept { fine: 65, ..Kept::ALL });
    let span = Span::until(at(299), SignedDuration::from_mins(5));
    let amounts = series.amounts(Metric::Cpu, &span);
    let ten = Amount { mean: f64::from(0.1_f32), most: 1.0 };
    assert_eq!(amounts[..235], [Some(ten); 235]);
    let seconds: Vec<_> = (235..300).map(|second| Some(Amount::exactly(cores(second)))).collect();
    assert_eq!(amounts[235..], seconds);
}

#[test]
fn where_nobody_looked_is_a_gap_also_where_the_seconds_had_to_give_way() {
    let early = (0..96).map(|second| (second, cpu(1.0, 1)));
    let late = (200..300).map(|second| (second, cpu(1.0, 1)));
    let mut series = series(&early.chain(late).collect::<Vec<_>>());
    series.keep(Kept { fine: 10, ..Kept::ALL });
    assert!(means(&series, 299, 300)[96..200].iter().all(Option::is_none));
    assert!(means(&series, 299, 300)[..96].iter().all(Option::is_some));
}

#[test]
fn every_quantity_is_taken_from_its_own_number() {
    let sample = Sample {
        cpu_cores: Some(1.0),
        cpu_limit_cores: Some(2.0),
        throttled_share: Some(3.0),
        memory_bytes: Some(4),
        memory_limit_bytes: Some(5),
        swap_bytes: Some(6),
        received_per_second: Some(7.0),
        sent_per_second: Some(8.0),
        disk_read_per_second: Some(9.0),
        disk_written_per_second: Some(10.0),
        processes: Some(11),
        ..Sample::empty(Timestamp::UNIX_EPOCH)
    };
    let series = series(&[(1, sample)]);
    let span = Span::until(at(1), SignedDuration::from_secs(1));
    let told = Metric::iter().map(|metric| series.amounts(metric, &span)[0].unwrap().mean);
    assert!(told.eq((1..=11).map(f64::from)));
}

#[test]
fn before_the_first_reading_nothing_is_known_whatever_the_ten_seconds_tell() {
    let series = series(&(5..40).map(|s| (s, cpu(1.0, 1))).collect::<Vec<_>>());
    assert!(means(&series, 39, 40)[..5].iter().all(Option::is_none));
}
