use proptest::prelude::*;

use super::*;
use crate::text::clean::tests::{hostile, steers};

fn pieces(raw: &str) -> Vec<(String, Attributes)> {
    parse_log(raw).pieces().map(|(text, look)| (text.to_owned(), look)).collect()
}

fn plain(text: &str) -> (String, Attributes) {
    (text.to_owned(), Attributes::default())
}

fn red(text: &str) -> (String, Attributes) {
    (text.to_owned(), Attributes { fg: Some(Colour::Indexed(1)), ..Attributes::default() })
}

#[test]
fn colours_become_data() {
    assert_eq!(pieces("a \u{1b}[31mred\u{1b}[0m z"), [plain("a "), red("red"), plain(" z")],);
}

#[test]
fn a_style_that_is_never_ended_ends_with_the_line() {
    assert_eq!(pieces("\u{1b}[31mred"), [red("red")]);
    assert_eq!(pieces("next"), [plain("next")]);
}

#[test]
fn a_style_that_changes_nothing_makes_no_piece() {
    assert_eq!(pieces("\u{1b}[31ma\u{1b}[31mb\u{1b}[8mc"), [red("abc")]);
    assert_eq!(pieces("\u{1b}[31m\u{1b}[0m"), []);
}

#[test]
fn every_other_sequence_shows() {
    for (raw, shown) in [
        ("\u{1b}]52;c;ZXZpbA==\u{7}x", "␛]52;c;ZXZpbA==␇x"),
        ("\u{1b}[2Jx\u{1b}[1;1H", "␛[2Jx␛[1;1H"),
        ("10%\r20%\u{1b}[K", "10%␍20%␛[K"),
        ("\u{1b}[31", "␛[31"),
        ("\u{1b}", "␛"),
        ("\u{1b}P1$r0m\u{1b}\\", "␛P1$r0m␛\\"),
        ("\u{9b}31m", "‹U+009B›31m"),
    ] {
        assert_eq!(parse_log(raw).text().as_str(), shown);
    }
}

#[test]
fn a_colour_inside_another_sequence_does_not_revive_it() {
    let styled = parse_log("\u{1b}]0;a\u{1b}[31mb\u{7}");
    assert_eq!(styled.text().as_str(), "␛]0;ab␇");
}

#[test]
fn tabs_go_to_the_next_stop_by_columns() {
    assert_eq!(parse_log("a\tb\tc").text().as_str(), "a       b       c");
    assert_eq!(parse_log("日本\tx").text().as_str(), "日本    x");
    assert_eq!(parse_log("\u{1b}[1m12345678\u{1b}[m\tx").text().as_str(), "12345678        x");
}

#[test]
fn marks_in_pieces_are_counted_together() {
    let raw = format!("a{}", "\u{301}\u{1b}[1m\u{301}\u{1b}[m".repeat(100));
    assert_eq!(parse_log(&raw).text(), &Clean::new(&format!("a{}", "\u{301}".repeat(100))));
}

#[test]
fn the_number_of_pieces_is_bounded() {
    let raw = "\u{1b}[31ma\u{1b}[32mb".repeat(MAX_RUNS);
    assert!(parse_log(&raw).pieces().count() <= MAX_RUNS + 1);
}

#[test]
fn pieces_that_do_not_fit_the_text_are_dropped_when_read() {
    let json = r#"{"text":"aä","runs":[
        {"start":0,"end":1,"attributes":{"fg":{"indexed":1}}},
        {"start":0,"end":1,"attributes":{}},
        {"start":2,"end":3,"attributes":{}},
        {"start":3,"end":2,"attributes":{}},
        {"start":1,"end":99,"attributes":{}}]}"#;
    let styled: Styled = serde_json::from_str(json).unwrap();
    let pieces: Vec<_> = styled.pieces().map(|(text, look)| (text.to_owned(), look)).collect();
    assert_eq!(pieces, [red("a"), plain("ä")]);
}

proptest! {
    #[test]
    fn nothing_that_steers_is_left(raw in hostile()) {
        let styled = parse_log(&raw);
        prop_assert!(!styled.text().as_str().chars().any(steers));
        prop_assert_eq!(&Clean::new(styled.text().as_str()), styled.text());
    }

    #[test]
    fn the_pieces_are_the_text(raw in hostile()) {
        let styled = parse_log(&raw);
        let joined: String = styled.pieces().map(|(piece, _)| piece).collect();
        prop_assert_eq!(joined.as_str(), styled.text().as_str());
    }

    #[test]
    fn the_length_is_bounded(raw in hostile()) {
        prop_assert!(parse_log(&raw).text().as_str().len() <= 8 * raw.len() + 3);
    }

    #[test]
    fn a_styled_line_survives_being_written_down(raw in hostile()) {
        let styled = parse_log(&raw);
        let json = serde_json::to_string(&styled).unwrap();
        prop_assert_eq!(serde_json::from_str::<Styled>(&json).unwrap(), styled);
    }
}
