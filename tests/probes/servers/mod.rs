//! Against the real thing.

mod cost;
mod nginx;
mod postgres;
mod prometheus;
mod redis;
