//! What the good stack files under tests/config say, as facts about the stack.

use std::{fs, path::Path, time::Duration};

use midwatch::{
    config::{Origin, Settings, Source, StackFile, settings::Ascii, stack_file::RuntimeKind},
    model::{
        AlertSeverity, Bound, Dimension, Expectation, MetricSource, NoData, ProbeSpec, ProbeTarget,
        SecretRef, ServiceMatch, ServiceRole, TlsVersion,
        metric::{ProbeField, UseField},
        people::{NotifierKind, Occasion},
        probe::{ProbeOrigin, ProbeRole},
        spec::CheckTarget,
    },
    text::Clean,
};

fn read(name: &str) -> StackFile {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/valid").join(name);
    let source = Source::new(Path::new(name), &fs::read_to_string(file).unwrap());
    StackFile::parse(&source, Path::new("/srv/ap")).unwrap()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_runtime_names_its_engine_and_its_files() {
    let file = read("services.toml");
    assert_eq!(file.runtime.kind, RuntimeKind::Docker);
    let files: Vec<_> = file.runtime.files.iter().map(|file| file.to_string_lossy()).collect();
    assert_eq!(files, ["/srv/ap/docker-compose.prod.yml", "/etc/more.yml"]);
    assert_eq!(file.runtime.env_files, [Path::new("/srv/ap/.env.production")]);
    assert_eq!(file.runtime.profiles, ["full"]);
    assert_eq!(file.stack.timezone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(file.stack.links.len(), 1);
}

#[test]
fn services_say_which_instances_they_are_and_what_they_are_for() {
    let stack = read("services.toml").stack;
    let service = |id: &str| stack.services.iter().find(|it| it.id.as_str() == id).unwrap();
    let label = ServiceMatch::Label("tier".into(), Some("edge".into()));
    assert_eq!(service("nginx").matches, label);
    assert_eq!(service("postgres").matches, ServiceMatch::Image("postgres".into()));
    assert_eq!(service("redis").matches, ServiceMatch::Container("ap-redis-1".into()));
    assert_eq!(service("api").matches, ServiceMatch::Service("api".into()));
    assert_eq!(service("flower").matches, ServiceMatch::Service("celery-flower".into()));
    assert_eq!(service("postgres").role, Some(ServiceRole::Db));
    let critical = ["api", "grafana", "flower"].map(|id| service(id).critical);
    assert_eq!(critical, [true, false, true], "monitoring is not critical unless it says so");
    let unprobed = ["flower", "own", "api"].map(|id| service(id).unprobed);
    assert_eq!(unprobed, [true, false, false]);
    let needs: Vec<_> = service("api").depends_on.iter().map(Clean::as_str).collect();
    assert_eq!(needs, ["postgres", "somewhere-else"]);
}

#[test]
fn probes_are_called_by_their_kind_and_keep_the_pace_of_the_stack() {
    let stack = read("services.toml").stack;
    let probes = |id: &str| -> Vec<ProbeSpec> {
        stack.services.iter().find(|it| it.id.as_str() == id).unwrap().probes.clone()
    };
    let nginx = probes("nginx");
    let names: Vec<_> = nginx.iter().map(|probe| probe.name.as_str()).collect();
    assert_eq!(names, ["https", "redirect", "tls", "tcp", "tcp-2"]);
    let tls = &nginx[2];
    assert_eq!((tls.every, tls.timeout), (seconds(10), seconds(2)));
    assert_eq!((tls.fail_after, tls.ok_after, tls.from), (2, 1, ProbeOrigin::StackFile));
    let api = &probes("api")[0];
    assert_eq!((api.every, api.timeout, api.grace), (seconds(5), seconds(1), Some(seconds(20))));
    assert_eq!((api.fail_after, api.ok_after, api.role), (4, 3, ProbeRole::Slo));
    let ProbeTarget::Http(http) = &api.target else { panic!("{api:?}") };
    assert_eq!((http.method.as_str(), http.body.as_deref()), ("POST", Some("{}")));
    assert_eq!(http.auth, Some(SecretRef::Env("API_TOKEN".into())));
    assert_eq!(http.headers["Accept"], "application/json");
    assert_eq!(http.expect[0], Expectation::Time(Bound::parse("< 500ms").unwrap()));
    assert!(http.insecure && http.expect.len() == 3);
}

#[test]
fn databases_are_asked_as_somebody_and_only_with_a_password_fully() {
    let stack = read("services.toml").stack;
    let targets: Vec<_> = stack
        .services
        .iter()
        .flat_map(|service| &service.probes)
        .map(|probe| &probe.target)
        .collect();
    let ProbeTarget::Postgres(pg) = targets[6] else { panic!("{targets:?}") };
    assert_eq!((pg.user.as_str(), pg.database.as_str()), ("ap_user", "ap_intake"));
    assert_eq!(pg.password, Some(SecretRef::Dotenv("POSTGRES_PASSWORD".into())));
    assert!(!pg.answers_are_enough);
    let ProbeTarget::Redis(open) = targets[7] else { panic!("{targets:?}") };
    assert!(open.answers_are_enough && open.password.is_none());
    let ProbeTarget::Redis(closed) = targets[8] else { panic!("{targets:?}") };
    assert!(matches!(closed.password, Some(SecretRef::Inline(_))) && !closed.answers_are_enough);
}

#[test]
fn the_first_plain_probe_of_an_own_port_is_the_processs_health_check() {
    let file = read("services.toml");
    let check = file.own_services[0].health_check.as_ref().unwrap();
    let health = CheckTarget::Http("http://127.0.0.1:{port}/health".into());
    assert_eq!((&check.target, check.every), (&health, seconds(3)));
    let own = file.stack.services.last().unwrap();
    let names: Vec<_> = own.probes.iter().map(|probe| probe.name.as_str()).collect();
    assert_eq!(names, ["http", "postgres"], "readiness is not health");
}

#[test]
fn metrics_have_a_source_a_unit_and_bounds() {
    let stack = read("metrics.toml").stack;
    let metric = |id: &str| stack.metrics.iter().find(|it| it.id.as_str() == id).unwrap();
    let errors = metric("error_rate");
    assert!(matches!(&errors.source, MetricSource::Prometheus { query } if query.len() > 80));
    assert_eq!((errors.unit.dimension, errors.unit.factor), (Dimension::Ratio, 1.0));
    assert_eq!(errors.critical, Some(Bound::parse("> 5%").unwrap()));
    assert_eq!((errors.hold, errors.keep), (seconds(300), seconds(60)));
    assert_eq!((errors.min_events, errors.nodata), (Some(100), NoData::Ok));
    assert_eq!(errors.advice.runbook.as_ref().unwrap().as_str(), "errors.md#5xx");
    let latency = metric("latency_p99");
    assert_eq!((latency.unit.dimension, latency.unit.factor), (Dimension::Time, 1e-3));
    assert_eq!(latency.range, Some(0.1..=0.5));
    let probe =
        MetricSource::Probe { probe: "nginx.tls".into(), field: ProbeField::CertificateLeft };
    assert_eq!(metric("cert").source, probe);
    assert_eq!(metric("cert").service.as_ref().unwrap().as_str(), "nginx");
    assert_eq!(metric("memory").source, MetricSource::Docker { field: UseField::MemoryPercent });
    assert_eq!(metric("invoices").unit.suffix.as_str(), "per minute");
    assert_eq!(metric("invoices").nodata, NoData::Hold);
}

#[test]
fn alerts_say_whose_count_and_who_is_told() {
    let stack = read("metrics.toml").stack;
    assert_eq!(stack.monitors.prometheus.as_deref(), Some("http://localhost:9090"));
    assert_eq!(stack.monitors.rules, ["/srv/ap/monitoring/rules/*.yml"]);
    assert_eq!(stack.monitors.auth, Some(SecretRef::File("/srv/ap/prometheus.auth".into())));
    assert_eq!(stack.monitors.route[&AlertSeverity::Critical], ["ops".into(), "bell".into()]);
    let alert = stack.patterns[1].alert.unwrap();
    assert_eq!(
        (alert.over, alert.within, alert.severity),
        (20, seconds(300), AlertSeverity::Critical)
    );
    assert_eq!(stack.patterns[0].alert.unwrap().severity, AlertSeverity::Warning);
    let [ops, bell] = &stack.notifiers[..] else { panic!("{:?}", stack.notifiers) };
    assert_eq!(ops.on, [Occasion::Firing, Occasion::Resolved, Occasion::Escalation]);
    assert_eq!(ops.min_severity, AlertSeverity::Critical);
    assert_eq!(bell.kind, NotifierKind::Bell);
    assert_eq!(bell.on, [Occasion::Firing, Occasion::Resolved]);
}

#[test]
fn people_windows_and_certificates_are_read() {
    let stack = read("people.toml").stack;
    assert_eq!(stack.contacts[0].chat.as_ref().unwrap().as_str(), "#incidents");
    assert!(!stack.escalation.ack_stops);
    assert_eq!(stack.escalation.levels[1].after, seconds(900));
    let patching = &stack.maintenance[0];
    assert_eq!((patching.cron.as_str(), patching.duration), ("0 4 1 * *", seconds(3600)));
    assert!(!patching.suppress && stack.maintenance[1].suppress);
    assert_eq!(patching.tasks[1].todo.as_str(), "certbot renew --dry-run");
    let [local, api] = &stack.certificates[..] else { panic!("{:?}", stack.certificates) };
    let ProbeTarget::Tls(tls) = &local.target else { panic!("{local:?}") };
    assert_eq!(
        (tls.min, tls.warn, tls.critical),
        (TlsVersion::V1_3, seconds(20 * 86_400), seconds(5 * 86_400))
    );
    assert_eq!(tls.certificate_file.as_deref(), Some(Path::new("/srv/ap/ssl/cert.pem")));
    assert_eq!(tls.key_file.as_deref(), Some(Path::new("/etc/key.pem")));
    assert!(tls.self_signed);
    assert_eq!((api.name.as_str(), api.every), ("api.example.com:8443", seconds(300)));
}

#[test]
fn the_look_of_a_stack_lies_under_the_persons_settings() {
    let look = read("people.toml").look;
    let settings = Settings::of_stack(&look);
    assert_eq!((settings.theme.value.as_str(), settings.ascii.value), ("gruvbox", Ascii::Auto));
    assert!(
        matches!(&settings.theme.origin, Origin::File { line: 48, .. }),
        "{:?}",
        settings.theme
    );
    let own = Source::new(Path::new("config.toml"), "theme = \"mono\"\n");
    let own = settings.overlaid(&own).unwrap();
    assert_eq!((own.theme.value.as_str(), own.keymap.value.as_str()), ("mono", "k9s"));
}
