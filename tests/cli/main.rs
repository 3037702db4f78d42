//! The command line and its configuration, from outside.

mod stack_files;
