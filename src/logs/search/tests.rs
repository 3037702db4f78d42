use proptest::prelude::*;

use super::*;

const NONE: [usize; 0] = [];

fn search(pattern: &str) -> Search {
    Search::new(pattern).unwrap()
}

fn error(pattern: &str) -> (Range<usize>, String) {
    let error = Search::new(pattern).unwrap_err();
    (error.at, error.message)
}

/// The lines of a block that are found at once, by number.
fn found_in(search: &Search, block: &str) -> Vec<usize> {
    let mut found = Vec::new();
    search.lines_in(block, |place| {
        assert!(block.is_char_boundary(place));
        found.push(block[..place].matches('\n').count());
    });
    found
}

/// The lines of a block that are found one at a time, by number.
fn found_apart(search: &Search, block: &str) -> Vec<usize> {
    let lines = block.split_terminator('\n').enumerate();
    lines.filter(|(_, line)| search.is_match(line)).map(|(number, _)| number).collect()
}

#[test]
fn capitals_matter_when_there_are_some() {
    assert!(search("timed out").is_match("Redis TIMED OUT"));
    assert!(!search("Timed out").is_match("redis timed out"));
    assert!(search(r"\Wtimed\S").is_match(" TIMED:"), "these capitals mean `not`");
    assert!(!search(r"[A-Z]{3}").is_match("abc"));
    assert!(!search(r"\p{Lu}").is_match("abc"));
    assert!(search("(?i)Timed").is_match("timed"));
    assert!(!search("(?-i)timed").is_match("TIMED"));
    assert!(search("größe").is_match("GRÖSSE GRÖßE"));
    assert!(!Search::with_case("timed", Case::Exact).unwrap().is_match("TIMED"));
    assert!(Search::with_case("Timed", Case::Ignore).unwrap().is_match("TIMED"));
}

#[test]
fn a_text_is_looked_for_as_it_stands() {
    let search = Search::literal("a.b(c").unwrap();
    assert_eq!(search.pattern(), "a.b(c");
    assert!(search.is_match("xA.B(Cx"));
    assert!(!search.is_match("aXb(c"));
}

#[test]
fn all_places_in_a_line_are_given_from_left_to_right() {
    let places = |pattern: &str, line: &str| search(pattern).find_in(line).collect::<Vec<_>>();
    assert_eq!(places("o+", "foo bot"), [1..3, 5..6]);
    assert_eq!(places("x*", "axxbx"), [1..3, 4..5], "nothing has no place");
    assert!(places("^$", "").is_empty());
    assert_eq!(places("ö", "föö"), [1..3, 3..5]);
}

#[test]
fn each_line_of_a_block_is_given_once() {
    let block = "one two two\nthree\n\ntwo";
    assert_eq!(found_in(&search("two"), block), [0, 3]);
    assert_eq!(found_in(&search("^$"), block), [2]);
    assert_eq!(found_in(&search("x*"), block), [0, 1, 2, 3]);
    assert_eq!(found_in(&search("$"), "one\n"), [0], "no line is after the last line feed");
    assert_eq!(found_in(&search(""), ""), NONE);
    assert_eq!(found_in(&search(""), "\n"), [0]);
}

#[test]
fn a_place_is_in_the_line() {
    let block = "one\ntwo\n";
    let mut places = Vec::new();
    search("$").lines_in(block, |place| places.push(place));
    assert_eq!(places, [3, 7]);
}

#[test]
fn no_match_goes_over_a_line_break() {
    let block = "a \n b\nab\n";
    assert_eq!(found_in(&search(r"a\s+b"), block), NONE);
    assert_eq!(found_in(&search("a[^x]*b"), block), [2]);
    assert_eq!(found_in(&search("(?s)a.+b"), block), NONE);
    assert_eq!(found_in(&search(r"a(\n|$| )"), block), [0]);
    assert_eq!(found_in(&search(r"\Aab\z"), block), [2]);
    assert_eq!(found_in(&search(r"(?-m)^ab$"), block), [2]);
    assert_eq!(found_in(&search(r"(?R)^a?b$"), "a\rb\nb"), [1]);
}

#[test]
fn what_is_no_pattern_says_where_and_why() {
    assert_eq!(error("é(b"), (2..3, "unclosed group, at character 2 of the pattern".into()));
    assert_eq!(
        error(r"a\qb"),
        (1..3, "unrecognized escape sequence, at character 2 of the pattern".into())
    );
    let (_, message) = error(r"a\nb");
    assert_eq!(message, "the pattern is in no line: lines are looked at one at a time");
    assert!(Search::literal("a\nb").is_err());
}

#[test]
fn a_pattern_has_its_bounds() {
    let too_large = [
        r"\w{50}",
        r"\w{1000}",
        r"(\w+\W+){14}Q\w{3,40}Z|formatBalance",
        "((a{100}){100}){100}",
        r"[\s\S]a[\s\S]b[\s\S]",
        r"(?i)\pL\pL\pL",
        r"(?i:[x[y[z[\s\S]]]])",
        r"[\x{0}-\x{10FFFF}]{2}[\S&&\D]",
    ];
    for pattern in too_large {
        let (at, message) = error(pattern);
        assert_eq!(at, 0..pattern.len());
        assert!(message.starts_with("the pattern is too large: "), "{pattern}: {message}");
    }
    assert!(Search::new(&"a".repeat(MAX_PATTERN_BYTES)).is_ok());
    assert!(error(&"a".repeat(MAX_PATTERN_BYTES + 1)).1.starts_with("the pattern is too large"));
    assert!(Search::new(&"(".repeat(2000)).is_err());
    assert!(Search::new(&("(".repeat(1000) + &")".repeat(1000))).is_err());
}

#[test]
fn an_ordinary_pattern_is_within_the_bounds() {
    let ordinary = [
        r"\w+@\w+\.\w+",
        r"[\w.+-]+@[\w-]+\.[\w.]+",
        "time(d )?out",
        r"\w{20}",
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3})\b",
        "timeout|refused|reset|closed|denied|failed|broken|unreachable|aborted|expired",
        r"begin[\s\S]+end[\s\S]*",
        r"\pL+ \pL+ \pL+",
        r"(\S+) (\S+) \[([^\]]+)\] (\D+) (\S+)",
    ];
    for pattern in ordinary {
        assert!(Search::new(pattern).is_ok(), "{pattern}: {:?}", Search::new(pattern));
    }
}

/// Patterns of all that can go wrong at the ends of lines.
fn patterns() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "b",
        "É",
        "é",
        " ",
        ".",
        r"\s",
        r"\S",
        r"\w",
        r"\W",
        r"\d",
        "[^x]",
        "[^a ]",
        r"[\s\S]",
        "^",
        "$",
        r"\A",
        r"\z",
        r"\b",
        r"\B",
        r"\b{start}",
        r"\b{end-half}",
        r"\n",
        r"[\na]",
        r"\r",
        "(?s:.)",
        "(?-m:^)",
        "(?-m:$)",
        "(?R:^)",
        "(?R:$)",
        r"(?-u:\b)",
        r"(?-u:\s)",
        "",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|parts| format!("({})", parts.join("|"))),
            (inner, prop::sample::select(vec!["*", "+", "?", "*?", "{2}", "{0,2}"]))
                .prop_map(|(inner, times)| format!("(?:{inner}){times}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_block_is_searched_as_its_lines_are(pattern in patterns(), block in "[abxé \r\n.1]{0,60}") {
        if let Ok(search) = Search::new(&pattern) {
            prop_assert_eq!(found_in(&search, &block), found_apart(&search, &block));
        }
    }

    /// What a line alone says is what the pattern says of it, as `regex` reads it.
    #[test]
    fn a_line_is_searched_as_text_is(pattern in patterns(), line in "[abxé .1]{0,12}") {
        let Ok(search) = Search::with_case(&pattern, Case::Exact) else { return Ok(()) };
        let plain = Regex::new(&pattern).unwrap();
        prop_assert_eq!(search.is_match(&line), plain.is_match(&line), "{}", pattern);
        for place in search.find_in(&line) {
            prop_assert!(!place.is_empty() && line.get(place).is_some());
        }
    }

    #[test]
    fn no_text_is_too_much_to_read(pattern in "\\PC{0,40}") {
        match Search::new(&pattern) {
            Ok(search) => found_in(&search, "some\nlines\n").into_iter().for_each(drop),
            Err(error) => prop_assert!(
                pattern.get(error.at).is_some() && !error.message.contains('\n')
            ),
        }
    }
}
