//! The composition root: the only place that builds concrete engines and clients.
use crate::{
    app::{App, Console, Start, run},
    demo,
    engines::{Engine, process::ProcessEngine},
    input::Keymap,
    model::{EngineId, Environment, Stack},
    store::{LogBounds, Store},
    text::Clean,
    ui::{
        TimeStyle,
        cx::DemoFault,
        glyphs::Glyphs,
        theme::{Depth, Library},
    },
};
use ratatui::layout::Size;
use std::{process::ExitCode, sync::Arc};
/// x
pub fn try_demo() -> ExitCode {
    let rt =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    rt.block_on(async {
        let dir = std::env::temp_dir().join("midwatch-demo-x");
        let _ = std::fs::create_dir_all(&dir);
        let program = std::env::current_exe().unwrap();
        let engine = Arc::new(
            ProcessEngine::new(EngineId::new("process"), demo::stack(&dir, &program)).unwrap(),
        );
        engine.start();
        let engines: Vec<Arc<dyn Engine>> = vec![engine.clone()];
        let library = Library::default();
        let depth = Depth::TrueColor;
        let (w, h) = crossterm::terminal::size().unwrap();
        let app = App::new(Start {
            store: Store::new(
                engines.iter().map(|e| (e.id().clone(), e.endpoint())),
                LogBounds::default(),
            ),
            stack: Stack {
                name: Some(Clean::new("demo")),
                title: None,
                environment: Some(Environment::Development),
            },
            faults: vec![
                DemoFault {
                    name: "api-errors",
                    description: "A third of answers are 500",
                    on: false,
                },
                DemoFault { name: "crash-loop", description: "dies", on: false },
            ],
            keymap: Keymap::builtin("default").unwrap(),
            theme: library.load("midwatch", depth).unwrap(),
            library,
            depth,
            glyphs: Glyphs::of(false),
            time: TimeStyle::Local,
            zone: jiff::tz::TimeZone::system(),
            mouse: false,
            size: Size { width: w, height: h },
        });
        let (_t, themes) = tokio::sync::mpsc::channel(1);
        let d2 = dir.clone();
        let faults: Box<dyn FnMut(&[&'static str]) -> std::io::Result<()>> =
            Box::new(move |names| {
                let set = names.iter().filter_map(|n| n.parse().ok()).collect();
                demo::faults::write(&d2, &set).map_err(std::io::Error::other)
            });
        run(Console { app, engines, mouse: false, themes, faults: Some(faults) }).await.unwrap();
        engine.shutdown().await;
        ExitCode::SUCCESS
    })
}
