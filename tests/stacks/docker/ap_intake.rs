//! The AP Intake stack by its shipped stack file: well, then broken in one way after the
//! other, and well again after each.

use super::{
    look::{Look, Wrong},
    project::{Project, STACK_FILE},
};

/// What the guide names.
const SERVICES: [&str; 12] = [
    "api",
    "flower",
    "frontend",
    "grafana",
    "minio",
    "nginx",
    "postgres",
    "prometheus",
    "redis",
    "redis-replica",
    "validation-worker",
    "worker",
];

/// One way to be broken.
struct Fault {
    name: &'static str,
    begin: fn(&Project),
    end: fn(&Project),
    /// What is to be seen of it, and nothing else.
    wrong: &'static [Wrong],
    /// Whether it takes more than one look.
    takes_time: bool,
}

const FAULTS: [Fault; 11] = [
    Fault {
        name: "API returns 500",
        begin: |stack| stack.write("faults/api", "500"),
        end: |stack| stack.remove("faults/api"),
        wrong: &[("api", "bad", "health: 500 Internal Server Error")],
        takes_time: false,
    },
    Fault {
        name: "API slow",
        begin: |stack| stack.write("faults/api", "slow"),
        end: |stack| stack.remove("faults/api"),
        wrong: &[("api", "bad", "ms, expected < 500ms")],
        takes_time: false,
    },
    Fault {
        name: "API flapping",
        begin: |stack| {
            stack.write("faults/api", "flapping");
            // As often as the file says, it would take minutes.
            stack.change(STACK_FILE, "ok_after = 2 }", "ok_after = 2, every = \"1s\" }");
        },
        end: |stack| {
            stack.remove("faults/api");
            stack.change(STACK_FILE, "ok_after = 2, every = \"1s\" }", "ok_after = 2 }");
        },
        wrong: &[("api", "warn", "health: goes to and fro, last ")],
        takes_time: true,
    },
    Fault {
        name: "database refuses",
        begin: |stack| {
            stack.write("faults/postgres", "");
            let end = "kill -INT $(head -n 1 /var/lib/postgresql/data/postmaster.pid)";
            stack.exec("postgres", end);
        },
        end: |stack| stack.remove("faults/postgres"),
        wrong: &[("postgres", "bad", "postgres: connection refused at ")],
        takes_time: false,
    },
    Fault {
        name: "database stopped",
        begin: |stack| stack.compose(&["stop", "postgres"]),
        end: |stack| stack.compose(&["start", "postgres"]),
        wrong: &[("postgres", "bad", "not running: exit 0")],
        takes_time: false,
    },
    Fault {
        name: "wrong database password",
        begin: |stack| stack.change(".env.production", "PASSWORD=of-the-database", "PASSWORD=old"),
        end: |stack| stack.change(".env.production", "PASSWORD=old", "PASSWORD=of-the-database"),
        wrong: &[("postgres", "bad", "postgres: password refused for ap_user")],
        takes_time: false,
    },
    Fault {
        name: "Redis loading",
        begin: |stack| {
            // Half a minute, at a millisecond for each key.
            stack.exec("redis", &redis("DEBUG POPULATE 30000 key 100"));
            stack.exec("redis", &redis("CONFIG SET key-load-delay 1000"));
            stack.exec("redis", &format!("{} >/dev/null 2>&1 &", redis("DEBUG RELOAD")));
        },
        end: |stack| stack.exec("redis", &redis("CONFIG SET key-load-delay 0")),
        wrong: &[("redis", "warn", "redis: loading its data into memory")],
        takes_time: false,
    },
    Fault {
        name: "certificate expiring",
        begin: |stack| serve_certificate(stack, 10),
        end: |stack| serve_certificate(stack, 90),
        wrong: &[
            // It is asked over the same certificate, and nothing is said of how long it must last.
            ("frontend", "warn", "http: certificate expires in 10d"),
            ("nginx", "bad", "https: certificate valid for 10d, expected > 14d"),
        ],
        takes_time: false,
    },
    Fault {
        name: "worker stopped",
        begin: |stack| stack.compose(&["stop", "worker"]),
        end: |stack| stack.compose(&["start", "worker"]),
        wrong: &[("worker", "bad", "not running: exit 0")],
        takes_time: false,
    },
    Fault {
        name: "worker gone",
        begin: |stack| stack.compose(&["rm", "--force", "--stop", "validation-worker"]),
        end: |stack| stack.compose(&["up", "--detach", "--no-deps", "validation-worker"]),
        wrong: &[("validation-worker", "bad", "no instances")],
        takes_time: false,
    },
    Fault {
        name: "Prometheus gone",
        begin: |stack| stack.compose(&["stop", "prometheus"]),
        end: |stack| stack.compose(&["start", "prometheus"]),
        // The stack works without it.
        wrong: &[("prometheus", "warn", "not running: exit 0")],
        takes_time: false,
    },
];

impl Fault {
    /// Brings it about, looks, mends it, and looks again.
    fn seen(&self, stack: &Project) -> Result<(), String> {
        (self.begin)(stack);
        let broken = if self.takes_time {
            Look::on(stack, self.wrong)
        } else {
            Look::until(stack, self.wrong)
        };
        (self.end)(stack);
        let well = Look::until(stack, &[]);
        broken.map_err(|error| format!("{}: {error}", self.name))?;
        well.map_err(|error| format!("{}, mended: {error}", self.name))?;
        Ok(())
    }
}

#[test]
fn it_is_well_or_what_is_broken_is_said() {
    let stack = Project::up();
    let well = Look::until(&stack, &[]).unwrap();
    let services: Vec<_> = well.services().map(|(service, ..)| service).collect();
    assert_eq!(services, SERVICES);
    let unseen: Vec<_> = FAULTS.iter().filter_map(|fault| fault.seen(&stack).err()).collect();
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
}

fn redis(command: &str) -> String {
    format!("redis-cli -e --no-auth-warning -a of-the-cache {command}")
}

fn serve_certificate(stack: &Project, days: i64) {
    stack.certify(days);
    stack.exec("nginx", "nginx -c /srv/nginx/nginx.conf -s reload");
}
