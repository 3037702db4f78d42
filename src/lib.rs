//! midwatch: a terminal operations console for whoever has the middle watch.
//!
//! It shows what runs (services, logs, stats) on Docker, on Podman and as local
//! processes, live, on one screen; the same answers come from the command line.
//!
//! # The picture
//!
//! ```text
//!  engines · probes · metrics                            keys, resize, paste      signals
//!      │ (only these know a client library)                     │                    │
//!      ▼                                                        ▼                    ▼
//!  watch: tasks that keep streams alive ── Event ──►  app::update(&mut App, Msg, now) ──► Outcome
//!      ▲                                  (bounded)      │  Store::apply(Event) → Topics      │
//!      │ Demand: what visible panes and alerts need      │  Pane::on(Command) → Wishes        ▼
//!      └─────────────────────────────────────────────────┘                          run: Effect → task
//!                                                        │ topics ∩ interest
//!                                                        ▼
//!                                               terminal: one coalesced frame
//! ```
//!
//! - **Facts are [`Event`](model::Event)s, wishes are [`Command`](input::Command)s,
//!   consequences are [`Effect`](app::Effect)s.** They are never mixed.
//! - **One owner.** [`App`](app::App) owns the [`Store`](store::Store) and the screen;
//!   tasks send it messages. Its `update` does no I/O and is given the time.
//! - **Drawing borrows** what is known, and builds only the rows that are visible.
//! - **Text from outside is data.** It becomes [`Clean`](text::Clean) where it comes in,
//!   and nothing else can be drawn.
//! - **Unknown is a state.** [`Fetch`](model::Fetch) is never, fresh, stale or failed;
//!   an engine that is lost is not an engine with nothing on it.
//!
//! # Words
//!
//! A **stack** has **services**; a service has **instances** (containers, processes);
//! an **engine** runs instances. A **probe** is a check that midwatch runs itself, a
//! **metric** a number over time, an **alert** a rule about them with a state.
//! They mean the same in code, on the screen and in the documentation.
//!
//! # The modules, in reading order
//!
//! Each may use those above it, as `tests/layers.rs` says in detail and enforces.

pub mod text;

pub mod model;

pub mod logs;

pub mod kernel;

pub mod guarded;

pub mod secrets;

pub mod alerts;
pub mod history;
pub mod notify;

pub mod store;

pub mod engines;
pub mod metrics;
pub mod probes;
pub mod sources;

pub mod watch;

pub mod input;
pub mod ui;

pub mod terminal;

pub mod app;

pub mod config;

pub mod demo;

pub mod cli;

pub mod wire;
