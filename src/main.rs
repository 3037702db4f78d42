//! The program: hands over to what was asked for, and gives its exit code.

use std::{env, process::ExitCode};

use midwatch::{
    demo,
    engines::process::{EXEC_CHILD, exec_child_main},
    wire,
};

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    // Before anything else: a guardian must not carry threads and terminals of its own.
    match args.next() {
        Some(first) if first == EXEC_CHILD => return exec_child_main(args),
        Some(first) if first == demo::SUBCOMMAND => {
            let name = args.next().unwrap_or_default();
            return demo::service_main(&name.to_string_lossy());
        }
        _ => {}
    }
    wire::try_demo()
}
