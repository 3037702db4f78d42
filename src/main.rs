//! The `midwatch` program.

use std::process::ExitCode;

use midwatch::demo;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [demo::SUBCOMMAND, name] => demo::service_main(name),
        _ => ExitCode::from(2),
    }
}
