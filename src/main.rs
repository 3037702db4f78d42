//! The program: hands over to what was asked for, and gives its exit code.

use std::{env, process::ExitCode};

use midwatch::engines::process::{EXEC_CHILD, exec_child_main};

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    // Before anything else: a guardian must not carry threads and terminals of its own.
    if args.next().is_some_and(|first| first == EXEC_CHILD) {
        return exec_child_main(args);
    }
    ExitCode::SUCCESS
}
