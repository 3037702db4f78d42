//! nginx with TLS.

use std::{path::PathBuf, time::Duration};

use midwatch::{
    model::{
        Bound, ProbeFaultKind, ProbeTarget,
        probe::{Expectation, HttpTarget, TlsTarget, TlsVersion},
    },
    probes::Means,
};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::{
    asking::{ask, ask_by, expecting, fails, get, means, passes, secret},
    real::{
        certificates::{Authority, Pair, self_signed},
        nginx::{Nginx, Site},
    },
};

const DAY: Duration = Duration::from_hours(24);
const BOTH: &str = "TLSv1.2 TLSv1.3";

/// An nginx before it starts, and an authority for its certificates.
struct Stage {
    authority: Authority,
    folder: Option<TempDir>,
    path: PathBuf,
}

impl Stage {
    fn new() -> Self {
        let folder = Nginx::folder();
        let path = folder.path().to_owned();
        Self { authority: Authority::new(), folder: Some(folder), path }
    }

    /// A certificate for this host that is valid for so many days.
    fn pair(&self, file: &str, days: i64) -> Pair {
        self.authority.issue(&self.path, file, &["localhost", "127.0.0.1"], days)
    }

    fn start(&mut self, sites: &[&Site]) -> Nginx {
        Nginx::start(self.folder.take().unwrap(), sites)
    }

    fn means(&self) -> Means {
        self.authority.trusted_by(means())
    }
}

fn tls(site: &Site) -> TlsTarget {
    TlsTarget {
        address: format!("localhost:{}", site.port),
        server_name: None,
        min: TlsVersion::V1_2,
        warn: 30 * DAY,
        critical: 7 * DAY,
        certificate_file: None,
        key_file: None,
        self_signed: false,
    }
}

fn https(site: &Site) -> String {
    format!("https://localhost:{}/", site.port)
}

async fn is_bad(target: TlsTarget, means: &Means) -> String {
    let (kind, words) = fails(&ProbeTarget::Tls(target), means).await;
    assert_eq!(kind, ProbeFaultKind::Tls, "{words}");
    words
}

#[tokio::test]
async fn versions_are_as_asked_for_or_told() {
    let mut stage = Stage::new();
    let pair = stage.pair("good", 90);
    let both = Site::encrypted(&pair, BOTH);
    let old = Site::encrypted(&pair, "TLSv1.1 TLSv1.2");
    let oldest = Site::encrypted(&pair, "TLSv1 TLSv1.1");
    let newest = Site::encrypted(&pair, "TLSv1.3");
    let nginx = stage.start(&[&both, &old, &oldest, &newest]);
    let means = stage.means();
    let words = passes(&ProbeTarget::Tls(tls(&both)), &means).await;
    assert_eq!(words, "TLS 1.3, certificate valid for 90d");
    let strict = |site| TlsTarget { min: TlsVersion::V1_3, ..tls(site) };
    passes(&ProbeTarget::Tls(strict(&newest)), &means).await;
    let by_address = TlsTarget { server_name: Some("127.0.0.1".into()), ..tls(&both) };
    passes(&ProbeTarget::Tls(by_address), &means).await;
    for (target, words) in [
        (tls(&old), "TLS 1.1 is accepted, which is older than 1.2"),
        (tls(&oldest), "speaks neither TLS 1.2 nor 1.3"),
        (strict(&both), "TLS 1.2 is accepted, which is older than 1.3"),
        (strict(&old), "TLS 1.3 is not offered, only 1.2"),
    ] {
        assert_eq!(is_bad(target, &means).await, words, "{}", nginx.said());
    }
}

#[tokio::test]
async fn a_certificate_near_its_end_is_told_before_and_after() {
    let mut stage = Stage::new();
    let [expired, last, soon] =
        [-3, 5, 20].map(|days| Site::encrypted(&stage.pair(&format!("for{days}"), days), BOTH));
    let _nginx = stage.start(&[&expired, &last, &soon]);
    let means = stage.means();
    let over = "certificate expired 3d ago: renew it";
    assert_eq!(is_bad(tls(&expired), &means).await, over);
    assert_eq!(fails(&expecting(&https(&expired), vec![]), &means).await.1, over);
    assert_eq!(is_bad(tls(&last), &means).await, "certificate expires in 5d: renew it");
    let answer = ask_by(&ProbeTarget::Tls(tls(&soon)), &means).await.unwrap();
    assert_eq!(answer.warning.unwrap().as_str(), "certificate expires in 20d: renew it");
    let answer = ask_by(&expecting(&https(&last), vec![]), &means).await.unwrap();
    assert_eq!(answer.words.as_str(), "200 OK");
    assert_eq!(answer.warning.unwrap().as_str(), "certificate expires in 5d");
    let longer = vec![Expectation::Certificate(Bound::parse("> 14d").unwrap())];
    let (kind, words) = fails(&expecting(&https(&last), longer.clone()), &means).await;
    assert_eq!(kind, ProbeFaultKind::Answer);
    assert_eq!(words, "certificate valid for 5d, expected > 14d");
    assert_eq!(passes(&expecting(&https(&soon), longer), &means).await, "200 OK");
}

#[tokio::test]
async fn whom_nobody_vouches_for_is_told() {
    let mut stage = Stage::new();
    let names = ["localhost"];
    let own = Site::encrypted(&self_signed(&stage.path, "self", &names, false), BOTH);
    let as_openssl = Site::encrypted(&self_signed(&stage.path, "ca", &names, true), BOTH);
    let stranger = Authority::new().issue(&stage.path, "stranger", &names, 90);
    let stranger = Site::encrypted(&stranger, BOTH);
    let other = stage.authority.issue(&stage.path, "other", &["api.example"], 90);
    let other = Site::encrypted(&other, BOTH);
    let _nginx = stage.start(&[&own, &as_openssl, &stranger, &other]);
    let means = stage.means();
    for site in [&own, &as_openssl] {
        let words = "certificate is self-signed: nobody vouches for it";
        assert_eq!(is_bad(tls(site), &means).await, words);
        assert_eq!(fails(&expecting(&https(site), vec![]), &means).await.1, words);
        let wanted = TlsTarget { self_signed: true, ..tls(site) };
        passes(&ProbeTarget::Tls(wanted.clone()), &means).await;
        let elsewhere = TlsTarget { server_name: Some("elsewhere.example".into()), ..wanted };
        let words = is_bad(elsewhere, &means).await;
        assert_eq!(words, "certificate is for localhost, not for elsewhere.example");
    }
    let words = is_bad(tls(&stranger), &means).await;
    assert!(words.starts_with("certificate is by CN=Test Authority, whom this host"), "{words}");
    let words = is_bad(tls(&other), &means).await;
    assert_eq!(words, "certificate is for api.example, not for localhost");
    let insecure = HttpTarget { insecure: true, ..get(&https(&stranger)) };
    assert_eq!(passes(&ProbeTarget::Http(Box::new(insecure)), &means).await, "200 OK");
}

#[tokio::test]
async fn whom_nobody_vouches_for_is_asked_nothing() {
    let mut stage = Stage::new();
    let pair = self_signed(&stage.path, "self", &["localhost"], false);
    let site = Site::logged(&pair);
    let nginx = stage.start(&[&site]);
    let asked = HttpTarget { auth: Some(secret("bob:hunter2")), ..get(&https(&site)) };
    let target = ProbeTarget::Http(Box::new(asked.clone()));
    assert_eq!(fails(&target, &stage.means()).await.0, ProbeFaultKind::Tls);
    let insecure = ProbeTarget::Http(Box::new(HttpTarget { insecure: true, ..asked }));
    passes(&insecure, &stage.means()).await;
    // It is written down after it was answered.
    while !nginx.said().contains("asked by bob") {
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(nginx.said().matches("asked by").count(), 1, "{}", nginx.said());
}

#[tokio::test]
async fn a_root_of_this_host_may_be_the_server_itself() {
    let mut stage = Stage::new();
    let pair = self_signed(&stage.path, "own", &["localhost"], true);
    let site = Site::encrypted(&pair, BOTH);
    let _nginx = stage.start(&[&site]);
    let means = means().with_roots(vec![pair.der()]);
    assert_eq!(passes(&expecting(&https(&site), vec![]), &means).await, "200 OK");
}

#[tokio::test]
async fn the_served_certificate_is_compared_with_the_files() {
    let mut stage = Stage::new();
    let served = stage.pair("served", 90);
    let renewed = stage.pair("renewed", 180);
    let site = Site::encrypted(&served, BOTH);
    let _nginx = stage.start(&[&site]);
    let means = stage.means();
    let files = |cert: &Pair, key: &Pair| TlsTarget {
        certificate_file: Some(cert.cert.clone()),
        key_file: Some(key.key.clone()),
        ..tls(&site)
    };
    passes(&ProbeTarget::Tls(files(&served, &served)), &means).await;
    let answer = ask_by(&ProbeTarget::Tls(files(&renewed, &renewed)), &means).await.unwrap();
    let file = renewed.cert.display();
    let words = format!("served certificate is not the one in {file}: reload needed");
    assert_eq!(answer.warning.unwrap().as_str(), words);
    let words = is_bad(files(&renewed, &served), &means).await;
    assert_eq!(
        words,
        format!("{} is not the key of {file}: the next reload will fail", served.key.display())
    );
    let nowhere = TlsTarget { certificate_file: Some("/nowhere".into()), ..tls(&site) };
    let answer = ask_by(&ProbeTarget::Tls(nowhere), &means).await.unwrap();
    assert!(answer.warning.unwrap().as_str().starts_with("cannot look into /nowhere: "));
}

#[tokio::test]
async fn a_page_is_asked_for_as_it_says() {
    let mut stage = Stage::new();
    let site = Site::plain(
        "default_type text/plain; \
         location /auth { if ($http_authorization != 'Bearer hun ter2') { return 401; } \
                          return 200 in; } \
         location /method { return 200 '$request_method $http_x_trace $host'; } \
         location /gone { return 410; }",
    );
    let _nginx = stage.start(&[&site]);
    let url = |path: &str| format!("http://127.0.0.1:{}{path}", site.port);
    let target = |target| ProbeTarget::Http(Box::new(target));
    let (kind, words) = fails(&target(get(&url("/auth"))), &means()).await;
    assert_eq!((kind, words.as_str()), (ProbeFaultKind::Answer, "401 Unauthorized"));
    let known = HttpTarget { auth: Some(secret("Bearer hun ter2")), ..get(&url("/auth")) };
    assert_eq!(ask(&target(known)).await.unwrap().words.as_str(), "200 OK");
    let headers = [("X-Trace", "7"), ("Host", "shop")];
    let posted = HttpTarget {
        method: "POST".into(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: Some("{}".into()),
        expect: vec![Expectation::Body { matches: "^POST 7 shop$".into(), wanted: true }],
        ..get(&url("/method"))
    };
    assert_eq!(ask(&target(posted)).await.unwrap().words.as_str(), "200 OK");
    assert_eq!(fails(&target(get(&url("/gone"))), &means()).await.1, "410 Gone");
}
