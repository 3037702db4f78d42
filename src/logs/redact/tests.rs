//! What goes and what stays.

use proptest::prelude::*;

use super::*;

fn mask(line: &str) -> String {
    Redactor::default().mask(line).into_owned()
}

/// Each line with the parts that must go between `«` and `»`.
fn assert_masks(lines: &[&str]) {
    for line in lines {
        let raw = line.replace(['«', '»'], "");
        let mut expected = String::new();
        let mut parts = line.split('«');
        expected.push_str(parts.next().unwrap());
        for part in parts {
            expected.push_str(MASK);
            expected.push_str(part.split_once('»').unwrap().1);
        }
        assert_eq!(mask(&raw), expected, "{raw}");
        assert_eq!(mask(&expected), expected, "a second time: {raw}");
    }
}

#[test]
fn values_with_a_secret_name_go() {
    assert_masks(&[
        "login user=bob password=«hunter2» ok",
        "DB_PASSWORD=«hunter2»",
        "password: «hunter2»",
        "--password «hunter2» --token=«abc» -v",
        "Server=db;Uid=bob;Pwd=«hun;ter&2»;Database=x",
        "GET /login?user=bob&token=«abc»&page=2 HTTP/1.1",
        "POST /?user%5Bpassword%5D=«x1» user[password]=«x2»",
        "redirect=%2Fa%3Ftoken%3D«abc» next",
        "config{password=«hunter2», user=bob}",
        "Key (api_key)=«(abc)» already exists.",
        "ALTER USER bob WITH PASSWORD '«it''s»' VALID",
        "<password>«hunter2»</password> <user>bob</user>",
        "password=\"«two \\\" words»\" user=bob",
        "secret='«x y»', other='z'",
        "token=>«abc» x:=1",
        "client_secret==«abc»",
        "passwort=1 passwd=\"«cut off»",
    ]);
}

#[test]
fn json_stays_json() {
    assert_masks(&[
        r#"{"user":"bob","password":"«hun\"ter2»","n":1}"#,
        r#"{"user":"bob","apiKey" : "«a\\»","n":"x"}"#,
        r"{'password': '«hunter2»', 'user': 'bob'}",
        r#"{"msg":"{\"password\":\"«hun\\\"ter2»\",\"user\":\"bob\"}"}"#,
        r#"{"msg":"login password=«hunter2»\n","user":"bob"}"#,
        r#"{"password":null,"secret":"","has_password":true,"token":false}"#,
        r#"{"tokens":512,"max_tokens":7}"#,
    ]);
    assert_eq!(mask(r#"{"token":12345,"n":1}"#), format!(r#"{{"token":"{MASK}","n":1}}"#));
    assert_eq!(
        mask(r#"{"tokens":["a]","b"],"n":{"credentials":{"a":{"b":1}}},"m":1}"#),
        format!(r#"{{"tokens":"{MASK}","n":{{"credentials":"{MASK}"}},"m":1}}"#)
    );
    assert_eq!(
        mask(r#"{"m":"{\"token\":12345}"}"#),
        format!(r#"{{"m":"{{\"token\":\"{MASK}\"}}"}}"#)
    );
}

#[test]
fn what_only_looks_like_json_goes_whole() {
    for line in ["pass:{\\\"\"é", "pass:[\"\\\"", "token:{'a':[\\'é\\\\'"] {
        assert!(mask(line).ends_with(MASK), "{line}");
    }
}

#[test]
fn headers_go() {
    assert_masks(&[
        "Authorization: «Basic Ym9iOng=», status 200",
        "curl -H 'Authorization: «Bearer abc»' http://x",
        "authorization=«Bearer abc» user=bob",
        "Authorization: «Digest username=\"bob\", response=\"abc\"»",
        "Cookie: «a=b; c=d»",
        r#""Cookie":"«a=b; c=d»","x":1"#,
        "map[Authorization:«[Bearer abc]» Accept:[*/*]]",
        "X-Api-Key: «abc»",
        "sent Bearer «abcdefgh1» and Basic «Ym9iOmh1bnRlcjI=»",
        "header=Bearer%20«abcdefgh1»",
    ]);
}

#[test]
fn what_has_the_form_of_a_secret_goes() {
    assert_masks(&[
        "got «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-9» from x",
        "id «AKIAIOSFODNN7EXAMPLE» used",
        "«ghp_abcdefghijklmnopqrstuvwxyz0123456789» «glpat-abcdefghijklmnopqrst»",
        "postgres://«bob:p@ss»@db:5432/x",
        "failed: -----BEGIN CERTIFICATE-----",
        "cut: «-----BEGIN PRIVATE KEY-----\nMIIE»",
        "x «-----BEGIN RSA PRIVATE KEY-----␊abc␊-----END RSA PRIVATE KEY-----» y",
        "«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj»",
    ]);
}

#[test]
fn text_without_secrets_stays() {
    for line in [
        "FATAL: password authentication failed for user \"bob\"",
        "basic authentication is off, bearer token missing",
        "cache get key=user:42 author=bob monkey=1 passed=12",
        "primary_key=5 bypass=true compass=north sort_key: name",
        "password_file=/run/secrets/db token_type=bearer secretName: db",
        "Unexpected token '<' in JSON",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "GET http://db:5432/users/@me?mail=bob@example.com 200",
        "password= user=bob",
        "no authorization, no cookie; signature is bad",
        "",
        "日本語 🦀 ␛[31m",
    ] {
        assert_eq!(mask(line), line);
        assert!(matches!(Redactor::default().mask(line), Cow::Borrowed(_)), "{line}");
    }
}

#[test]
fn a_key_over_several_lines_goes_whole_and_only_that_of_its_source() {
    let mut masker = Masker::default();
    let lines = [
        ("a", "key is -----BEGIN EC PRIVATE KEY-----", format!("key is {MASK}")),
        ("b", "hello", "hello".into()),
        ("a", "short", MASK.into()),
        ("a", "-----END EC PRIVATE KEY-----", MASK.into()),
        ("a", "hello", "hello".into()),
        ("a", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----".into()),
        ("a", "short", "short".into()),
    ];
    for (source, line, expected) in lines {
        assert_eq!(masker.line(source, line), expected, "{line}");
    }
}

#[test]
fn a_key_without_an_end_does_not_hide_everything() {
    let mut masker = Masker::default();
    masker.line("a", "-----BEGIN PRIVATE KEY-----");
    let hidden = (0..1000).take_while(|_| masker.line("a", "text") == MASK).count();
    assert_eq!(hidden, 256);
}

#[test]
fn the_users_rules_hide_what_they_find() {
    let redactor = Redactor::new(&[r"\b\d{3}-\d{2}-\d{4}\b", "MRN ?[0-9]+", "x*"]).unwrap();
    assert_eq!(
        redactor.mask("patient 123-45-6789 MRN 55, password=p 1"),
        format!("patient {MASK} {MASK}, password={MASK} 1")
    );
}

#[test]
fn a_rule_that_is_none_is_refused() {
    let why = |rule: &str| Redactor::new(&[rule]).unwrap_err().to_string();
    assert_eq!(why("a("), "`a(` is no rule: error: unclosed group");
    assert!(why("(a{1000}){1000}").contains("size"), "{}", why("(a{1000}){1000}"));
    assert_eq!(Redactor::new(&vec!["a"; 65]).unwrap_err(), RedactError::TooMany);
}

#[test]
fn stretches_that_overlap_share_a_mask() {
    let redactor = Redactor::new(&["b password=s", "ret"]).unwrap();
    assert_eq!(redactor.mask("a b password=secret c"), format!("a {MASK} c"));
}

#[test]
fn a_hostile_line_takes_time_in_proportion_to_its_length() {
    for part in
        ["password=(", "a,token=", "http://a:b", "\"secret\\\\\":[", "pass", "Bearer ", "\\"]
    {
        let line = format!("password=[{}", part.repeat(2_000_000 / part.len()));
        let begun = std::time::Instant::now();
        let _ = mask(&line);
        // Far more than it takes; what is quadratic would take minutes.
        assert!(begun.elapsed().as_secs() < 20, "{part}: {:?}", begun.elapsed());
    }
}

/// Ways to say a secret, which stands where `{}` is.
const FORMS: [&str; 24] = [
    "password={}",
    "login password={} user=bob",
    "password: {}",
    "PGPASSWORD={} psql",
    "{\"password\":\"{}\"}",
    "{\"a\":1,\"accessToken\": \"{}\", \"b\":[2]}",
    "{\"m\":\"{\\\"secret\\\":\\\"{}\\\"}\"}",
    "{'api_key': '{}', 'b': 1}",
    "client_secret=\"{}\" x=1",
    "GET /?token={}&x=1 HTTP/1.1",
    "GET /?x=1&api_key={} HTTP/1.1",
    "Authorization: Bearer {}",
    "\"authorization\": \"Basic {}\"",
    "Authorization: Token {}, ok",
    "Cookie: sid={}; theme=dark",
    "postgres://bob:p{}@db/x",
    "redis://:{}@cache:6379",
    "Server=db;Pwd={};Database=x",
    "--token {} --verbose",
    "<secret>{}</secret>",
    "aws_secret_access_key = {}",
    "config(password={}, user=bob)",
    "map[X-Auth-Token:[{}] Accept:[*/*]]",
    "ALTER ROLE bob PASSWORD '{}'",
];

proptest! {
    #[test]
    fn a_secret_never_comes_out(
        form in prop::sample::select(&FORMS[..]),
        secret in "[A-Za-z0-9_.~+/][A-Za-z0-9_.~+/-]{0,24}[0-9#][A-Za-z0-9_.~+-]{5,24}",
        before in "[a-z ]{0,20}",
        after in "[a-z ]{0,20}",
    ) {
        let line = format!("{before} {} {after}", form.replace("{}", &secret));
        let masked = mask(&line);
        prop_assert!(!masked.contains(&secret), "{masked}");
        prop_assert!(masked.contains(MASK));
        prop_assert_eq!(&mask(&masked), &masked);
    }

    #[test]
    fn quotes_within_json_let_nothing_out(parts in prop::collection::vec("[\"\\\\',;&=}{ ]|x[0-9]{6}", 1..8)) {
        let secret = parts.concat();
        let json = serde_json::json!({"user": "bob", "password": secret, "after": "stays"});
        let twice = serde_json::json!({"m": json.to_string(), "after": "stays"}).to_string();
        for line in [json.to_string(), twice] {
            let masked: serde_json::Value = serde_json::from_str(&mask(&line)).unwrap();
            prop_assert_eq!(&masked["after"], "stays");
            for part in parts.iter().filter(|part| part.len() > 1) {
                prop_assert!(!masked.to_string().contains(part), "{}", masked);
            }
        }
    }

    #[test]
    fn any_text_is_masked_without_a_panic_and_twice_is_once(
        line in "(pass|pwd|token|:|=|\"|\\\\|\\[|\\]|\\{|//|@|,|;|&| |é|␊|'|--|Bearer |x){0,40}",
    ) {
        let once = mask(&line);
        prop_assert_eq!(mask(&once), once);
    }

    #[test]
    fn words_stay_as_they_are(line in "[a-z]{1,12}( [a-z0-9]{1,12}){0,12}") {
        prop_assert_eq!(mask(&line), line);
    }
}
