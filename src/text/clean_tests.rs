use proptest::prelude::*;

use super::*;
use crate::text::width::width;

fn clean(raw: &str) -> String {
    Clean::new(raw).as_str().to_owned()
}

#[test]
fn what_a_terminal_would_obey_is_shown() {
    for (raw, shown) in [
        ("\u{1b}]52;c;ZXZpbA==\u{7}", "␛]52;c;ZXZpbA==␇"),
        ("\u{1b}]8;;http://evil\u{1b}\\ok\u{1b}]8;;\u{1b}\\", "␛]8;;http://evil␛\\ok␛]8;;␛\\"),
        ("\u{1b}]0;title\u{7}", "␛]0;title␇"),
        ("\u{1b}[2J\u{1b}[1;1H", "␛[2J␛[1;1H"),
        ("\u{1b}P$q\"p\u{1b}\\", "␛P$q\"p␛\\"),
        ("50%\r100%", "50%␍100%"),
        ("a\nb\tc\0d\u{8}\u{7f}", "a␊b␉c␀d␈␡"),
        ("\u{9b}31m\u{9d}0;x\u{9c}\u{85}", "‹U+009B›31m‹U+009D›0;x‹U+009C›‹U+0085›"),
        ("\u{202e}gpj.exe", "‹U+202E›gpj.exe"),
        ("a\u{2066}b\u{2069}\u{200f}\u{61c}", "a‹U+2066›b‹U+2069›‹U+200F›‹U+061C›"),
        ("ap\u{200b}i ap\u{200d}i ap\u{34f}i", "ap‹U+200B›i ap‹U+200D›i ap‹U+034F›i"),
        ("\u{feff}api\u{ad}", "‹U+FEFF›api‹U+00AD›"),
        ("a\u{fe0f}b\u{fe01}", "a‹U+FE0F›b‹U+FE01›"),
        ("x\u{e0001}\u{e0041}", "x‹U+E0001›‹U+E0041›"),
        ("\u{3164}\u{115f}\u{ffa0}\u{fff9}", "‹U+3164›‹U+115F›‹U+FFA0›‹U+FFF9›"),
        ("\u{2028}\u{2029}\u{180e}\u{17b4}\u{ffff}", "‹U+2028›‹U+2029›‹U+180E›‹U+17B4›‹U+FFFF›"),
    ] {
        assert_eq!(clean(raw), shown);
    }
}

#[test]
fn ordinary_text_stays_as_it_is() {
    for text in ["plain", "", "naïve Grüße", "日本語 한국어", "שלום", "● ▲ ✗ …", "e\u{301}"]
    {
        assert_eq!(clean(text), text);
    }
}

#[test]
fn emoji_stand_without_what_terminals_disagree_about() {
    assert_eq!(clean("👨\u{200d}👩\u{200d}👧"), "👨👩👧");
    assert_eq!(clean("⚠\u{fe0f} 👍🏽"), "⚠ 👍");
    assert_eq!(clean("🇩🇪"), "🇩🇪");
}

#[test]
fn half_width_sound_marks_get_a_width_that_everybody_agrees_on() {
    assert_eq!(clean("ｶﾞﾊﾟ"), "ｶ\u{309b}ﾊ\u{309c}");
    assert_eq!(width(&clean("ｶﾞ")), 3);
}

#[test]
fn a_flood_of_combining_marks_is_cut() {
    let raw = format!("a{}b", "\u{301}".repeat(1000));
    assert_eq!(clean(&raw), format!("a{}b", "\u{301}".repeat(MAX_COMBINING)));
}

#[test]
fn a_flood_of_marks_cannot_hide_a_steering_character() {
    let raw = format!("a{}\u{202e}", "\u{301}".repeat(1000));
    assert!(clean(&raw).ends_with("‹U+202E›"));
}

#[test]
fn a_mark_without_a_base_draws_over_nothing_before_it() {
    assert_eq!(clean("\u{301}x"), "◌\u{301}x");
}

#[test]
fn bytes_that_are_no_text_show_as_such() {
    assert_eq!(Clean::from_bytes(b"a\xff\x9bb\xe2\x82").as_str(), "a\u{fffd}\u{fffd}b\u{fffd}");
}

#[test]
fn deserialising_cleans() {
    let clean: Clean = serde_json::from_str(r#""a\u001b[2J\u202e""#).unwrap();
    assert_eq!(clean.as_str(), "a␛[2J‹U+202E›");
}

#[test]
fn lines_are_cleaned_each_on_its_own() {
    let lines = Clean::lines("a\r\nb\rc\n");
    assert_eq!(lines, [Clean::new("a"), Clean::new("b\rc")]);
}

/// Text as an attacker writes it: ordinary characters are rare.
pub(crate) fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        (0u32..0x2100).prop_map(|c| char::from_u32(c).unwrap_or('x').to_string()),
        (0xe0000u32..0xe0200).prop_map(|c| char::from_u32(c).unwrap_or('x').to_string()),
        "[\u{1b}\u{9b}\u{9d}\u{90}]?[\\[\\]P]?[0-9;:?]{0,6}[a-zA-Z\u{7}\\\\]?",
        "[\u{300}-\u{36f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{fe0e}\u{fe0f}]{0,8}",
        "[👨👩🏽⚠日가ﾞก\u{e33}\u{1100}\u{200d}\u{fe0f}\t\r\n]{0,5}",
        "\u{1b}\\[(0|1|31|38;5;[0-9]{1,3}|48;2;1;2;3|4:3)?m",
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Whether a terminal would obey, or hide, this character.
pub(crate) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}')
}

proptest! {
    #[test]
    fn nothing_that_steers_is_left(raw in hostile()) {
        let clean = clean(&raw);
        prop_assert!(!clean.chars().any(steers), "{clean:?}");
    }

    #[test]
    fn cleaning_twice_is_cleaning_once(raw in hostile()) {
        let once = clean(&raw);
        prop_assert_eq!(clean(&once), once);
    }

    #[test]
    fn the_length_is_bounded(raw in hostile()) {
        prop_assert!(clean(&raw).len() <= 6 * raw.len() + NO_BASE.len_utf8());
    }

    #[test]
    fn any_bytes_become_text(raw in proptest::collection::vec(any::<u8>(), 0..64)) {
        let clean = Clean::from_bytes(&raw);
        prop_assert!(!clean.as_str().chars().any(steers));
        prop_assert!(clean.as_str().len() <= 6 * raw.len() + NO_BASE.len_utf8());
    }

    #[test]
    fn deserialised_text_is_what_cleaning_gives(raw in hostile()) {
        let json = serde_json::to_string(&raw).unwrap();
        let clean: Clean = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&clean, &Clean::new(&raw));
        let again: Clean = serde_json::from_str(&serde_json::to_string(&clean).unwrap()).unwrap();
        prop_assert_eq!(again, clean);
    }

    #[test]
    fn something_shown_takes_room(raw in "[\u{0}-\u{1f}\u{80}-\u{9f}\u{200b}-\u{200f}]{1,20}") {
        prop_assert!(width(&clean(&raw)) >= raw.chars().count());
    }
}
