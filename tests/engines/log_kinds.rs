//! Logs as real services write them, on a real Docker engine: what is told of each line.

mod docker {
    use std::{collections::BTreeMap, sync::Arc};

    use futures_util::StreamExt as _;
    use jiff::{SignedDuration, Timestamp};
    use midwatch::{
        engines::{Engine, LogRequest},
        model::{Format, Instance, InstanceId, LogLine, Severity, Stack, State, Stream, Told},
        sources::Understood,
        watch::{Heard, Resume, Tail},
    };

    use crate::{
        containers::{Containers, unique_name},
        contract::{Harness as _, described_when, soon},
        docker::harness,
    };

    const PAST: LogRequest = LogRequest { tail: None, since: None, until: None, follow: false };

    /// A service that writes JSON with a trace, and what is no JSON between.
    const API: &str = r#"
        echo '{"ts":"2026-11-20T03:12:41.120Z","level":"info","msg":"GET /orders","trace_id":"4bf92f3577b34da6","status":200}'
        echo '{"time":1763608362.5,"severity":"ERROR","message":"redis timed out","user":{"id":42}}'
        echo 'listening on :8000'
    "#;

    /// nginx: the access log on standard output, the error log on standard error, where
    /// times name no zone.
    const PROXY: &str = r#"
        echo '10.0.0.7 - bob [20/Nov/2026:03:12:41 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8"'
        echo '10.0.0.7 - - [20/Nov/2026:03:12:42 +0000] "POST /b HTTP/1.1" 502 7 "-" "curl/8"'
        export TZ=EST5
        now=$(date '+%Y/%m/%d %H:%M:%S')
        echo "$now [error] 29#29: *7 upstream timed out (110: Operation timed out), client: 10.0.0.7, server: shop" >&2
        echo "$now [warn] 29#29: *8 an upstream response is buffered" >&2
    "#;

    /// PostgreSQL, whose statements take several lines.
    const DB: &str = r#"
        exec >&2
        echo '2026-11-20 03:12:41.100 UTC [1] LOG:  database system is ready to accept connections'
        echo '2026-11-20 03:12:42.200 UTC [71] ERROR:  duplicate key value violates unique constraint "orders_pkey"'
        echo '2026-11-20 03:12:42.200 UTC [71] DETAIL:  Key (id)=(7) already exists.'
        echo '2026-11-20 03:12:42.200 UTC [71] STATEMENT:  insert into orders'
        printf '\tvalues (7)\n'
        echo '2026-11-20 03:12:43.300 UTC [1] LOG:  checkpoint starting: time'
    "#;

    /// Python's logging, with a traceback; its times name no zone.
    const WORKER: &str = r#"
        export TZ=JST-9
        now=$(date '+%Y-%m-%d %H:%M:%S')
        echo "$now,123 INFO worker: job 6 done" >&2
        echo "$now,456 ERROR worker: job 7 failed" >&2
        echo 'Traceback (most recent call last):' >&2
        echo '  File "/app/worker.py", line 31, in run' >&2
        echo '    raise TimeoutError("redis timed out")' >&2
        echo 'TimeoutError: redis timed out' >&2
        echo 'job 8'
        echo "$now,000 WARNING worker: queue is long" >&2
    "#;

    /// A time that is no further from when its line was taken is the right one: what is
    /// wrong with a zone is a quarter of an hour at least.
    const NOW: SignedDuration = SignedDuration::from_secs(60);

    /// Some of a line, and what is told of it.
    type Seen<'a> = (&'a str, Format, Option<Severity>, bool, bool, Option<&'a str>);

    fn seen(line: &LogLine) -> (String, Format, Option<Severity>, bool, bool, Option<String>) {
        let Told { format, at, level, is_guess, continues } = line.told;
        assert!(line.at.is_some_and(|at| at > "2026-01-01T00:00:00Z".parse().unwrap()));
        let is_now =
            |at: Timestamp| line.at.is_some_and(|taken| taken.duration_since(at).abs() < NOW);
        let at = at.map(|at| if is_now(at) { "now".to_owned() } else { at.to_string() });
        // A line that begins with a time that changes is known by what comes behind it.
        let begin = if at.as_deref() == Some("now") { 20 } else { 0 };
        let text = line.as_str().trim_start().chars().skip(begin).take(12).collect();
        (text, format, level, is_guess && level.is_some(), continues, at)
    }

    fn owned(
        (begin, format, level, guess, continues, at): &Seen<'_>,
    ) -> (String, Format, Option<Severity>, bool, bool, Option<String>) {
        ((*begin).to_owned(), *format, *level, *guess, *continues, at.map(Into::into))
    }

    fn assert_seen(lines: &[LogLine], stream: Stream, expected: &[Seen<'_>]) {
        let lines: Vec<_> = lines.iter().filter(|line| line.stream == stream).map(seen).collect();
        assert_eq!(lines, expected.iter().map(owned).collect::<Vec<_>>());
    }

    /// The engine as a session has it.
    fn understood(docker: &Containers) -> Arc<dyn Engine> {
        Arc::new(Understood::new(docker.engine(), &Stack::default()))
    }

    /// Starts a service of a Compose project; gives its container once it has ended.
    async fn ended(
        docker: &Containers,
        project: &str,
        service: &str,
        options: &[&str],
        script: &str,
    ) -> InstanceId {
        let labels = [
            format!("--label=com.docker.compose.project={project}"),
            format!("--label=com.docker.compose.service={service}"),
            "--label=com.docker.compose.container-number=1".into(),
        ];
        let options: Vec<&str> =
            labels.iter().map(String::as_str).chain(options.iter().copied()).collect();
        let id = docker.run(&format!("{project}-{service}-1"), &options, script).await;
        described_when(docker, &id, |instance| instance.state == State::Exited).await;
        id
    }

    async fn all(engine: &dyn Engine, id: &InstanceId, request: LogRequest) -> Vec<LogLine> {
        let lines = engine.logs(id, request).await.unwrap();
        let lines: Vec<_> = soon("the end of the log", lines.collect::<Vec<_>>()).await;
        lines.into_iter().map(Result::unwrap).collect()
    }

    #[tokio::test]
    async fn a_compose_project_of_four_kinds_of_logs_is_understood() {
        let (docker, project) = (harness(), unique_name());
        let services = [("api", API), ("proxy", PROXY), ("db", DB), ("worker", WORKER)];
        for (service, script) in services {
            ended(&docker, &project, service, &[], script).await;
        }
        let engine = understood(&docker);
        let mut lines = BTreeMap::new();
        for instance in engine.list().await.unwrap() {
            let is_ours = instance.service.stack.as_ref().is_some_and(|it| it.as_str() == project);
            if is_ours {
                let said = all(engine.as_ref(), &instance.id, PAST).await;
                lines.insert(instance.service.name.to_string(), said);
            }
        }
        let (out, err) = (Stream::Stdout, Stream::Stderr);
        let (info, warn) = (Some(Severity::Info), Some(Severity::Warn));
        let error = Some(Severity::Error);
        let time = "2026-11-20T03:12:41.12Z";
        let api = [
            ("{\"ts\":\"2026-", Format::Json, info, false, false, Some(time)),
            ("{\"time\":1763", Format::Json, error, false, false, Some("2025-11-20T03:12:42.5Z")),
            ("listening on", Format::Plain, None, false, false, None),
        ];
        assert_seen(&lines["api"], out, &api);
        let format = Format::Access;
        let access = [
            ("10.0.0.7 - b", format, info, false, false, Some("2026-11-20T03:12:41Z")),
            ("10.0.0.7 - -", format, error, false, false, Some("2026-11-20T03:12:42Z")),
        ];
        assert_seen(&lines["proxy"], out, &access);
        let format = Format::NginxError;
        let errors = [
            ("[error] 29#2", format, error, false, false, Some("now")),
            ("[warn] 29#29", format, warn, false, false, Some("now")),
        ];
        assert_seen(&lines["proxy"], err, &errors);
        // What is of no form itself, but of the line before it.
        let (format, plain) = (Format::Postgres, Format::Plain);
        let failed = Some("2026-11-20T03:12:42.2Z");
        let db = [
            ("2026-11-20 0", format, info, false, false, Some("2026-11-20T03:12:41.1Z")),
            ("2026-11-20 0", format, error, false, false, failed),
            ("2026-11-20 0", format, error, false, true, failed),
            ("2026-11-20 0", format, error, false, true, failed),
            ("values (7)", plain, error, false, true, None),
            ("2026-11-20 0", format, info, false, false, Some("2026-11-20T03:12:43.3Z")),
        ];
        assert_seen(&lines["db"], err, &db);
        let (format, now) = (Format::Python, Some("now"));
        let worker = [
            ("123 INFO wor", format, info, false, false, now),
            ("456 ERROR wo", format, error, false, false, now),
            ("Traceback (m", plain, error, false, true, None),
            ("File \"/app/w", plain, error, false, true, None),
            ("raise Timeou", plain, error, false, true, None),
            ("TimeoutError", plain, error, false, true, None),
            ("000 WARNING ", format, warn, false, false, now),
        ];
        assert_seen(&lines["worker"], err, &worker);
        assert_seen(&lines["worker"], out, &[("job 8", Format::Plain, None, false, false, None)]);
        assert!(lines["db"].iter().all(|line| line.stream == err), "it says all on one pipe");
    }

    #[tokio::test]
    async fn a_terminal_has_one_pipe_and_its_lines_are_understood_too() {
        let (docker, project) = (harness(), unique_name());
        let id = ended(&docker, &project, "worker", &["--tty"], WORKER).await;
        let engine = understood(&docker);
        let lines = all(engine.as_ref(), &id, PAST).await;
        assert!(lines.iter().all(|line| line.stream == Stream::Stdout), "{lines:?}");
        let told: Vec<_> =
            lines.iter().map(|line| (line.told.level, line.told.continues)).collect();
        let error = Some(Severity::Error);
        assert_eq!(told[..2], [(Some(Severity::Info), false), (error, false)]);
        assert_eq!(told[2..6], [(error, true); 4]);
        assert_eq!(told[7], (Some(Severity::Warn), false));
        assert!(lines.iter().all(|line| !line.as_str().ends_with(['\r', '␍'])), "{lines:?}");
    }

    /// What a container said in two runs, and when the second began. The second is silent
    /// for a moment: Docker takes a run for started a little after its first lines.
    async fn restarted(docker: &Containers, options: &[&str]) -> (InstanceId, Timestamp) {
        let script = "if [ -e /second ]; then sleep 0.2; echo second 1; echo second 2; exec sleep 600; fi; \
                      touch /second; echo first 1; echo first 2 >&2; echo first 3; exit 1";
        let options = [options, &["--restart=on-failure"]].concat();
        let id = docker.run(&unique_name(), &options, script).await;
        let is_second = |instance: &Instance| {
            instance.is_up() && instance.detail.as_ref().is_some_and(|it| it.restarts == 1)
        };
        let instance = described_when(docker, &id, is_second).await;
        let request = LogRequest { follow: true, ..PAST };
        let lines = docker.engine().logs(&id, request).await.unwrap();
        soon("both runs", lines.take(5).collect::<Vec<_>>()).await;
        (id, instance.detail.unwrap().started_at.unwrap())
    }

    #[tokio::test]
    async fn before_its_start_are_the_lines_of_the_run_before_and_no_others() {
        let docker = harness();
        for options in [&[][..], &["--tty"]] {
            let (id, started) = restarted(&docker, options).await;
            let engine = docker.engine();
            let said = async |request| {
                let lines = all(engine.as_ref(), &id, request).await;
                lines.iter().map(|line| line.as_str().to_owned()).collect::<Vec<_>>()
            };
            let mut first = said(LogRequest::before(started, 100)).await;
            // Two pipes are two: neither waits for the other.
            first.sort();
            assert_eq!(first, ["first 1", "first 2", "first 3"], "{options:?}");
            assert_eq!(said(LogRequest::before(started, 2)).await.len(), 2, "{options:?}");
            let second = LogRequest { since: Some(started), ..PAST };
            assert_eq!(said(second).await, ["second 1", "second 2"], "{options:?}");
        }
    }

    #[tokio::test]
    async fn a_stream_that_goes_on_in_the_middle_of_equal_lines_loses_and_doubles_none() {
        let docker = harness();
        // In one write: the engine stamps what it reads at once with times that are close,
        // and the same line comes again and again.
        let script = "i=0; while [ $i -lt 40 ]; do printf 'same\\nsame\\nother\\nsame\\n'; \
                      i=$((i+1)); done; exec sleep 600";
        let id = docker.run(&unique_name(), &[], script).await;
        let follow = LogRequest { follow: true, ..PAST };
        let lines = docker.engine().logs(&id, follow).await.unwrap();
        let whole: Vec<_> = soon("all lines", lines.take(160).collect::<Vec<_>>()).await;
        let whole: Vec<_> = whole.into_iter().map(|line| line.unwrap()).collect();
        let (mut resume, mut heard) = (Resume::default(), vec![]);
        // Cut after each few lines, wherever that is.
        for cut in [1, 2, 3, 5, 8, 13, 21, 34, 55, 18] {
            let mut tail = Tail::new(docker.engine(), id.clone(), follow, resume);
            let until = heard.len() + cut;
            while heard.len() < until {
                match soon("a line", tail.next()).await {
                    Heard::Line(line) => heard.push(line),
                    Heard::Opened => {}
                    other => panic!("{other:?}"),
                }
            }
            resume = tail.into_resume();
        }
        assert_eq!(heard, whole);
    }
}
