use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::{
    model::{
        AlertId, AlertSeverity, Notice, Observation, Phase, Transition,
        alert::{Evidence, Overlay, OverlayKind, Patience, Telling},
    },
    text::Clean,
};
use jiff::Timestamp;

const CRITICAL: AlertSeverity = AlertSeverity::Critical;
const WARNING: AlertSeverity = AlertSeverity::Warning;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn evidence(words: &str) -> Evidence {
    Evidence { value: Some(1.0), words: Clean::new(words) }
}

fn good() -> Observation {
    Observation::Good(evidence("1%"))
}

fn breach(severity: AlertSeverity) -> Observation {
    Observation::Breach(severity, evidence("7%"))
}

fn nothing() -> Observation {
    Observation::Nothing(Clean::new("no answer"))
}

/// Two minutes to fire, one to resolve, five without data.
fn rule() -> Rule {
    let rule = Rule::of_probe("api/health", Some(&Clean::new("api")));
    let patience = Patience {
        hold: SignedDuration::from_mins(2),
        keep: SignedDuration::from_mins(1),
        nodata: SignedDuration::from_mins(5),
    };
    let alert = crate::model::AlertRule { patience, ..rule.alert };
    Rule { alert, tells_nodata: true, ..rule }
}

fn id() -> AlertId {
    rule().alert.id
}

/// A board that is looked at by the second, with all that was told.
#[derive(Default)]
struct Case {
    board: Board,
    told: Vec<(i64, Telling)>,
    moves: Vec<Transition>,
}

impl Case {
    fn look(&mut self, second: i64, seen: Observation) -> Phase {
        self.moves.extend(self.board.observe(&rule(), seen, at(second)));
        let due = self.board.take_due(at(second));
        self.told.extend(due.iter().map(|notice: &Notice| (second, notice.what)));
        self.phase()
    }

    /// Looks every ten seconds, from a moment until before another.
    fn look_from(&mut self, from: i64, to: i64, seen: &Observation) -> Phase {
        for second in (from..to).step_by(10) {
            self.look(second, seen.clone());
        }
        self.phase()
    }

    fn view(&self) -> &AlertView {
        self.board.alert(&id()).unwrap()
    }

    fn phase(&self) -> Phase {
        self.view().state.phase
    }

    /// Ends and starts again: only what is written down is known.
    fn restart(&mut self) {
        let saved = self.board.saved(&id()).unwrap();
        let written = serde_json::to_string(&saved).unwrap();
        self.board = Board::default();
        self.board.restore([serde_json::from_str(&written).unwrap()]);
    }

    /// Fires since second 120.
    fn firing() -> Self {
        let mut case = Self::default();
        case.look_from(0, 130, &breach(CRITICAL));
        assert_eq!(
            (case.phase(), &*case.told),
            (Phase::Firing, &[(120, Telling::Firing(CRITICAL))][..])
        );
        case.told.clear();
        case
    }
}

fn overlay(kind: OverlayKind, until: Option<i64>) -> Overlay {
    let (who, why) = (Clean::new("ann"), Clean::new("on it"));
    Overlay { kind, who, why, since: at(0), until: until.map(at) }
}

#[test]
fn a_breach_fires_once_it_has_lasted_and_resolves_once_it_is_over_for_long_enough() {
    let mut case = Case::default();
    assert_eq!(case.look(0, good()), Phase::Ok);
    assert_eq!(case.look_from(10, 130, &breach(CRITICAL)), Phase::Pending);
    assert_eq!(case.look(130, breach(CRITICAL)), Phase::Firing);
    assert_eq!(case.view().since(), at(130));
    assert_eq!(case.look_from(140, 200, &good()), Phase::Resolving);
    assert_eq!(case.view().since(), at(130), "it fires until it has resolved");
    assert_eq!(case.look(200, good()), Phase::Ok);
    assert_eq!(case.told, [(130, Telling::Firing(CRITICAL)), (200, Telling::Resolved)]);
    let phases: Vec<_> = case.moves.iter().map(|it| (it.from, it.to)).collect();
    assert_eq!(
        phases,
        [
            (Phase::Ok, Phase::Pending),
            (Phase::Pending, Phase::Firing),
            (Phase::Firing, Phase::Resolving),
            (Phase::Resolving, Phase::Ok),
        ]
    );
}

#[test]
fn a_short_breach_is_told_to_nobody() {
    let mut case = Case::default();
    case.look_from(0, 120, &breach(CRITICAL));
    assert_eq!(case.look(120, good()), Phase::Ok);
    assert_eq!(case.look_from(130, 250, &breach(CRITICAL)), Phase::Pending, "it counts anew");
    assert_eq!(case.told, []);
}

#[test]
fn what_goes_to_and_fro_faster_than_it_can_resolve_is_told_once() {
    let mut case = Case::firing();
    for round in 0..20 {
        case.look_from(130 + round * 100, 180 + round * 100, &good());
        case.look_from(180 + round * 100, 230 + round * 100, &breach(CRITICAL));
    }
    assert_eq!((case.phase(), case.told.len()), (Phase::Firing, 0));
    assert_eq!(case.view().since(), at(120), "a short recovery is none");
}

#[test]
fn it_is_told_again_only_when_it_is_worse() {
    let mut case = Case::default();
    case.look_from(0, 130, &breach(WARNING));
    case.look(130, breach(CRITICAL));
    case.look(140, breach(WARNING));
    case.look(150, breach(CRITICAL));
    assert_eq!(case.told, [(120, Telling::Firing(WARNING)), (130, Telling::Firing(CRITICAL))]);
    assert_eq!(case.moves.len(), 5, "each change of severity is a move: {:?}", case.moves);
}

#[test]
fn a_firing_alert_without_data_goes_on_firing_and_says_so() {
    let mut case = Case::firing();
    assert_eq!(case.look_from(130, 4000, &nothing()), Phase::Firing);
    assert_eq!(case.view().words(), "7%; no data since then: no answer");
    assert_eq!(case.view().state.blind.as_ref().unwrap().since, at(130));
    assert_eq!(case.look_from(4000, 4060, &good()), Phase::Resolving);
    case.look(4060, good());
    assert_eq!(case.told, [(4060, Telling::Resolved)]);
}

#[test]
fn what_begins_to_resolve_fires_again_when_nobody_knows_how_it_goes_on() {
    let mut case = Case::firing();
    assert_eq!(case.look(130, good()), Phase::Resolving);
    assert_eq!(case.look_from(140, 440, &nothing()), Phase::Resolving);
    assert_eq!(case.look(440, nothing()), Phase::Firing);
    assert_eq!(case.told, []);
}

#[test]
fn no_data_is_said_after_its_time_and_is_never_well() {
    let mut case = Case::default();
    case.look(0, good());
    assert_eq!(case.look_from(10, 310, &nothing()), Phase::Ok, "a gap is no news");
    assert_eq!(case.look(310, nothing()), Phase::Nodata);
    assert_eq!(case.view().words(), "no data: no answer; last 1%");
    assert_eq!(case.look(320, breach(CRITICAL)), Phase::Pending);
    case.look(330, good());
    assert_eq!(case.told, [(310, Telling::NoData), (330, Telling::Resolved)]);
}

#[test]
fn what_was_never_seen_is_not_well_and_told_only_after_its_time() {
    let mut case = Case::default();
    assert_eq!(case.look_from(0, 300, &nothing()), Phase::Nodata);
    assert_eq!((case.view().words(), case.told.len()), ("no data: no answer".into(), 0));
    case.look(300, nothing());
    assert_eq!(case.told, [(300, Telling::NoData)]);
}

#[test]
fn a_restart_neither_begins_to_wait_anew_nor_repeats_a_notice() {
    let mut case = Case::default();
    case.look_from(0, 100, &breach(CRITICAL));
    case.restart();
    case.look_from(100, 120, &breach(CRITICAL));
    assert_eq!(case.look(120, breach(CRITICAL)), Phase::Firing);
    assert_eq!(case.told.len(), 1);
    case.restart();
    assert_eq!(case.look(130, breach(CRITICAL)), Phase::Firing);
    assert_eq!(case.view().since(), at(120));
    case.look(140, good());
    case.restart();
    assert_eq!(case.look_from(150, 200, &good()), Phase::Resolving);
    case.look(200, good());
    assert_eq!(case.told, [(120, Telling::Firing(CRITICAL)), (200, Telling::Resolved)]);
}

#[test]
fn a_time_in_which_nobody_looked_is_no_breach() {
    let mut case = Case::default();
    case.look_from(0, 20, &breach(CRITICAL));
    case.restart();
    // An hour later: of it one minute counts.
    assert_eq!(case.look(3610, breach(CRITICAL)), Phase::Pending);
    assert_eq!(case.look_from(3620, 3660, &breach(CRITICAL)), Phase::Pending);
    assert_eq!(case.look(3660, breach(CRITICAL)), Phase::Firing);
}

#[test]
fn a_clock_that_is_put_back_changes_nothing() {
    let mut case = Case::default();
    case.look_from(0, 100, &breach(CRITICAL));
    case.look(-3600, breach(CRITICAL));
    assert_eq!(case.look_from(-3590, -3570, &breach(CRITICAL)), Phase::Pending);
    assert_eq!(case.look(-3570, breach(CRITICAL)), Phase::Firing, "it has lasted 120 s");
}

#[test]
fn an_acknowledgement_is_for_one_time_that_it_fires() {
    let mut case = Case::default();
    let acknowledged = || overlay(OverlayKind::Acknowledged, None);
    case.look(0, good());
    assert!(!case.board.lay(&id(), acknowledged()), "there is nothing to acknowledge");
    case = Case::firing();
    assert!(case.board.lay(&id(), acknowledged()));
    assert_eq!(case.view().overlay_words().as_deref(), Some("acknowledged by ann: on it"));
    case.look_from(130, 200, &good());
    assert_eq!((case.phase(), case.view().overlay_words()), (Phase::Ok, None));
    case.look_from(200, 330, &breach(CRITICAL));
    assert_eq!(case.told, [(190, Telling::Resolved), (320, Telling::Firing(CRITICAL))]);
}

#[test]
fn a_silence_ends_at_its_time_and_what_still_fires_is_told_then() {
    let mut case = Case::default();
    case.look(0, good());
    assert!(case.board.lay(&id(), overlay(OverlayKind::Silenced, Some(1000))));
    case.look_from(10, 1000, &breach(CRITICAL));
    assert_eq!((case.phase(), case.told.len()), (Phase::Firing, 0));
    case.restart();
    case.look(1000, breach(CRITICAL));
    assert_eq!(case.told, [(1000, Telling::Firing(CRITICAL))]);
}

#[test]
fn what_is_born_in_maintenance_is_told_when_the_window_ends_if_it_still_fires() {
    let window = |second: i64| {
        move |_: &AlertView| {
            (100..1000).contains(&second).then(|| overlay(OverlayKind::Maintenance, Some(1000)))
        }
    };
    for (still, told) in [(true, vec![(1000, Telling::Firing(CRITICAL))]), (false, vec![])] {
        let mut case = Case::default();
        for second in (0..1010).step_by(10) {
            case.board.overlay_windows(at(second), window(second));
            let breaks = second >= 200 && (still || second < 800);
            case.look(second, if breaks { breach(CRITICAL) } else { good() });
        }
        assert_eq!(case.told, told);
    }
}

#[test]
fn what_is_held_back_is_told_when_it_is_no_more() {
    let mut case = Case::default();
    case.look(0, good());
    case.board.hold_back(|_| Some(Clean::new("our own network")));
    case.look_from(10, 300, &breach(CRITICAL));
    assert_eq!(case.told, []);
    assert_eq!(case.view().overlay_words().as_deref(), Some("our own network"));
    case.board.hold_back(|_| None);
    case.look(300, breach(CRITICAL));
    assert_eq!(case.told.len(), 1);
}

#[test]
fn an_alert_whose_rule_is_gone_ends_and_whoever_was_told_hears_it() {
    let mut case = Case::firing();
    let (moved, notice) = case.board.forget(&id(), &Clean::new("api is gone"), at(200));
    assert_eq!(moved.unwrap().to, Phase::Ok);
    let notice = notice.unwrap();
    assert_eq!((notice.what, notice.evidence.words.as_str()), (Telling::Resolved, "api is gone"));
    assert_eq!(case.board.alerts().count(), 0);
}

#[test]
fn values_are_kept_ten_seconds_apart_and_ten_minutes_long() {
    let mut case = Case::default();
    for second in 0..2000 {
        case.look(second, good());
    }
    let values: Vec<_> = case.view().values().collect();
    assert_eq!(
        (values.len(), values[59].0.duration_since(values[0].0)),
        (60, SignedDuration::from_secs(590))
    );
}

#[derive(Clone, Debug)]
enum Move {
    Look(Observation, i64),
    Lay(OverlayKind, Option<i64>),
    Lift(OverlayKind),
    Hold(bool),
    Restart,
}

fn moves() -> impl Strategy<Value = Move> {
    let seen =
        prop_oneof![Just(good()), Just(breach(WARNING)), Just(breach(CRITICAL)), Just(nothing()),];
    let kind = prop_oneof![
        Just(OverlayKind::Acknowledged),
        Just(OverlayKind::Silenced),
        Just(OverlayKind::Maintenance),
    ];
    let passes = prop_oneof![0..60_i64, 60..400_i64, -100..0_i64, Just(100_000_i64)];
    prop_oneof![
        12 => (seen, passes).prop_map(|(seen, passes)| Move::Look(seen, passes)),
        1 => (kind.clone(), prop::option::of(0..5000_i64)).prop_map(|(kind, until)| Move::Lay(kind, until)),
        1 => kind.prop_map(Move::Lift),
        1 => any::<bool>().prop_map(Move::Hold),
        1 => Just(Move::Restart),
    ]
}

proptest! {
    /// Whatever is seen: no end is told of what nobody was told the beginning of, and
    /// nothing is told twice in a row.
    #[test]
    fn notices_make_sense(moves in prop::collection::vec(moves(), 0..200)) {
        let (mut case, mut now) = (Case::default(), 0);
        case.look(now, nothing());
        for step in moves {
            match step {
                Move::Look(seen, passes) => {
                    now += passes;
                    let wanted = matches!(seen, Observation::Good(_));
                    let was_firing = case.view().is_firing();
                    let phase = case.look(now, seen);
                    // Only what is seen to be well resolves.
                    prop_assert!(wanted || phase != Phase::Ok || !was_firing);
                }
                Move::Lay(kind, until) => {
                    case.board.lay(&id(), overlay(kind, until.map(|until| now + until)));
                }
                Move::Lift(kind) => { case.board.lift(&id(), kind); }
                Move::Hold(held) => {
                    case.board.hold_back(|_| held.then(|| Clean::new("held")));
                }
                Move::Restart => {
                    case.restart();
                    case.look(now, nothing());
                }
            }
        }
        let told: Vec<_> = case.told.iter().map(|(_, what)| *what).collect();
        prop_assert!(told.windows(2).all(|two| two[0] != two[1]), "{told:?}");
        prop_assert!(told.first() != Some(&Telling::Resolved), "{told:?}");
    }
}
