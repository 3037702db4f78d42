//! Moving, marking and ordering: the selection is a service, never a row.

use midwatch::app::Effect;

use crate::console::{
    Console, Setup,
    facts::{described, ended, key, removed, running},
    now, world,
};
use midwatch::model::ServiceId;

fn shop(name: &str) -> ServiceId {
    ServiceId::in_stack("shop", name)
}

#[test]
fn moving_steps_over_names_of_stacks_and_stops_at_the_ends() {
    let mut console = Console::fresh((120, 36));
    assert_eq!(console.selected(), "shop/api");
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push(console.selected());
        console.press("j");
    }
    let all =
        ["shop/api", "shop/cache", "shop/db", "shop/migrate", "shop/worker", "registry-mirror"];
    assert_eq!(seen[..6], all);
    assert_eq!(seen[6], "registry-mirror");
    console.press("k");
    assert_eq!(console.selected(), "shop/worker");
    console.press("g");
    assert_eq!(console.selected(), "shop/api");
    console.press("k Up C-u PgUp");
    assert_eq!(console.selected(), "shop/api");
    console.press("G");
    assert_eq!(console.selected(), "registry-mirror");
}

#[test]
fn the_selection_stays_on_its_service_when_others_come_and_go() {
    let mut console = Console::fresh((120, 36));
    console.press("j j");
    assert_eq!(console.selected(), "shop/db");
    console.hear([described(now(), &running("admin", shop("admin"), None))]);
    assert_eq!(console.selected(), "shop/db");
    console.hear(["api-1", "api-2", "api-3", "cache-1"].map(|id| removed(now(), id)));
    assert_eq!(console.selected(), "shop/db");
    console.press("k");
    assert_eq!(console.selected(), "shop/admin");
}

#[test]
fn a_selected_service_that_goes_gives_its_place_to_its_neighbour() {
    let mut console = Console::fresh((120, 36));
    console.press("j j");
    console.hear([removed(now(), "db-1")]);
    assert_eq!(console.selected(), "shop/migrate");
    let all = world::instances();
    console.hear(all.iter().map(|instance| removed(now(), instance.id.as_str())));
    assert_eq!(console.selected(), "");
    console.hear([described(now(), &running("db-1", shop("db"), Some(1)))]);
    assert_eq!(console.selected(), "shop/db");
}

#[test]
fn the_selection_stays_when_the_order_changes_under_it() {
    let mut console = Console::fresh((120, 36));
    console.press("j");
    assert_eq!(console.selected(), "shop/cache");
    for _ in 0..7 {
        console.press("o");
        assert_eq!(console.selected(), "shop/cache");
    }
    console.press("o");
    assert!(console.draw().contains("by state"), "{}", console.draw());
    let broken = ended(running("cache-1", shop("cache"), Some(1)), 1, false);
    console.hear([described(now(), &broken)]);
    assert_eq!(console.selected(), "shop/cache");
}

#[test]
fn a_resize_keeps_selection_marks_and_what_is_open() {
    let mut console = Console::fresh((200, 50));
    console.press("j j Space j Enter");
    let before = console.app.selection().clone();
    for size in [(60, 16), (1, 1), (80, 24), (200, 50)] {
        console.resize(size.0, size.1);
        assert_eq!(*console.app.selection(), before);
    }
    assert!(console.draw().contains("shop/migrate"), "{}", console.draw());
}

#[test]
fn marks_show_the_logs_of_several_services_and_are_forgotten_with_them() {
    let mut console = Console::fresh((120, 36));
    console.press("Space");
    console.press("G k Space");
    assert_eq!(console.selected(), "shop/worker");
    let shown = console.draw();
    assert!(shown.contains("2 Logs 2 services"), "{shown}");
    assert!(shown.contains("cannot reach ledger"), "{shown}");
    let logs = console.demand().logs;
    let ids: Vec<&str> = logs.keys().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["api-1", "api-2", "api-3", "worker-1", "worker-2"]);
    console.hear([removed(now(), "worker-1"), removed(now(), "worker-2")]);
    assert_eq!(console.app.selection().marks.len(), 1);
    console.press("u");
    assert_eq!(console.app.selection().marks.len(), 0);
    assert!(!console.draw().contains("services ─"), "{}", console.draw());
}

#[test]
fn open_leads_to_the_detail_and_from_there_to_logs_shell_and_inspection() {
    let mut console = Console::fresh((120, 36));
    let all = ["api-1", "api-2", "api-3"].map(key).to_vec();
    assert_eq!(console.press("Enter"), [Effect::Describe(all)], "it is asked how they are now");
    assert!(console.draw().contains("redis: i/o timeout"), "the worst one's check is shown");
    assert_eq!(console.press("i"), [Effect::Inspect(key("api-2"))]);
    console.press("q");
    assert!(matches!(&console.press("g x")[..], [Effect::Shell(of, _)] if *of == key("api-1")));
    assert!(!console.draw().contains("┏ shop/api"), "a shell closes the dialog");
    console.press("Enter l");
    assert!(console.draw().contains("┏ 2 Logs api"), "{}", console.draw());
}

#[test]
fn a_shell_is_opened_only_in_what_is_up() {
    let mut console = Console::fresh((120, 36));
    console.press("j j");
    assert_eq!(console.press("x"), []);
    assert!(console.draw().contains("no instance is up"), "{}", console.draw());
    console.press("G");
    assert!(matches!(&console.press("x")[..], [Effect::Shell(of, _)] if *of == key("lonely")));
}

#[test]
fn q_goes_back_and_at_the_root_quits() {
    let mut console = Console::fresh((120, 36));
    console.press("Enter i");
    assert_eq!(console.press("q q"), []);
    assert_eq!(console.press("3 z q q"), []);
    assert_eq!(console.press("q"), [Effect::Quit]);
    assert_eq!(console.press("? C-c"), [Effect::Quit]);
}

#[test]
fn the_panes_are_reached_by_number_tab_and_name() {
    let mut console = Console::fresh((80, 24));
    console.press("2");
    assert!(console.draw().contains("┏ 2 Logs api"));
    console.press("Tab");
    assert!(console.draw().contains("┏ 3 Stats api"));
    console.press("S-Tab S-Tab");
    assert!(console.draw().contains("┏ 1 Services"));
    console.press("3 z 0");
    assert!(console.draw().contains("┏ 1 Services"));
    console.press(":");
    console.type_text("show-stats");
    console.press("Enter");
    assert!(console.draw().contains("┏ 3 Stats api"), "{}", console.draw());
}

#[test]
fn a_theme_is_previewed_and_comes_back_with_esc() {
    let mut console = Console::fresh((120, 36));
    let before = console.styles();
    console.press("T");
    console.press("j j");
    console.press("Esc");
    assert_eq!(console.styles(), before);
    console.press("T j j Enter");
    assert_ne!(console.styles(), before, "a theme that was chosen stays");
}

#[test]
fn the_demos_faults_are_switched_by_name() {
    let setup = Setup { faults: true, ..Setup::default() };
    let mut console = Console::of(&setup, world::fresh());
    assert_eq!(console.press("F Space"), [Effect::Faults(vec!["api-errors"])]);
    assert_eq!(console.press("j Enter"), [Effect::Faults(vec!["api-errors", "crash-loop"])]);
    assert_eq!(console.press("Space"), [Effect::Faults(vec!["api-errors"])]);
    assert_eq!(Console::fresh((120, 36)).press("F"), []);
}

#[test]
fn a_read_only_console_opens_no_shell_from_anywhere() {
    let setup = Setup { read_only: true, ..Setup::default() };
    for keys in ["G", "G 2", "G 3", "G Enter"] {
        let mut console = Console::of(&setup, world::fresh());
        console.press(keys);
        let effects = console.press("x");
        assert!(effects.is_empty(), "`{keys} x`: {effects:?}");
    }
}

#[test]
fn a_click_goes_to_a_pane_and_the_wheel_moves_what_is_below_it() {
    let mut console = Console::fresh((120, 36));
    console.click(100, 5);
    assert!(console.draw().contains("┏ 2 Logs"), "{}", console.draw());
    console.wheel_down(5, 5);
    assert!(console.draw().contains("┏ 1 Services"), "{}", console.draw());
    assert_eq!(console.selected(), "shop/cache");
    console.press("?");
    console.click(100, 5);
    console.press("Esc");
    assert!(console.draw().contains("┏ 1 Services"), "a dialog is not reached through");
}
