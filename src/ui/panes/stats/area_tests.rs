use super::*;
use crate::ui::glyphs::{ASCII, UNICODE};
use ratatui::style::Color;

const RED: Style = Style::new().fg(Color::Red);
const BLUE: Style = Style::new().fg(Color::Blue);

fn layer(style: Style, sign: &'static str, columns: &[f64]) -> Layer {
    let known = |value: &f64| value.is_finite().then_some(*value);
    Layer { ink: Ink { style, sign }, columns: columns.iter().map(known).collect() }
}

fn drawn(layers: &[Layer], size: (u16, u16), base: Base, glyphs: &Glyphs) -> Buffer {
    let place = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(place);
    let past = |value: f64| (value > 8.5).then_some(Style::new().fg(Color::Yellow));
    Area { layers, top: 8.0, base, past: &past }.draw(place, &mut buffer, glyphs);
    buffer
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width).max(1);
    let rows = buffer.content.chunks(width);
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
}

const GAP: f64 = f64::NAN;

#[test]
fn an_area_is_filled_to_its_base() {
    let one = [layer(RED, "⣿", &[8.0, 4.0, 1.0, 0.0, 6.0, 6.0])];
    assert_eq!(lines(&drawn(&one, (3, 2), Base::Bottom, &UNICODE)), ["⡇ ⣤", "⣿⣀⣿"]);
    assert_eq!(lines(&drawn(&one, (3, 2), Base::Top, &UNICODE)), ["⣿⠉⣿", "⡇ ⠛"]);
}

#[test]
fn nothing_used_is_a_line_and_nothing_known_is_nothing() {
    let one = [layer(RED, "⣿", &[0.0, 0.0, GAP, GAP, GAP, 0.0])];
    assert_eq!(lines(&drawn(&one, (3, 1), Base::Bottom, &UNICODE)), ["⣀ ⢀"]);
    assert_eq!(lines(&drawn(&[], (3, 1), Base::Bottom, &UNICODE)), ["   "]);
}

#[test]
fn layers_lie_upon_each_other_each_in_its_look() {
    let two = [layer(RED, "⣿", &[4.0; 4]), layer(BLUE, "⣿", &[4.0, 4.0, GAP, GAP])];
    let buffer = drawn(&two, (2, 2), Base::Bottom, &UNICODE);
    assert_eq!(lines(&buffer), ["⣿ ", "⣿⣿"]);
    assert_eq!((buffer[(0, 0)].fg, buffer[(0, 1)].fg), (Color::Blue, Color::Red));
    // Where only the upper one is known it lies at the base.
    let upper = [layer(RED, "⣿", &[GAP; 2]), layer(BLUE, "⣿", &[4.0, 4.0])];
    assert_eq!(drawn(&upper, (1, 2), Base::Bottom, &UNICODE)[(0, 1)].fg, Color::Blue);
}

#[test]
fn a_layer_can_be_told_by_its_dots_and_keeps_its_edge() {
    let dotted = [layer(RED, "⢕", &[8.0; 2])];
    assert_eq!(lines(&drawn(&dotted, (1, 2), Base::Bottom, &UNICODE)), ["⢝", "⢕"]);
}

#[test]
fn in_ascii_a_cell_is_full_or_half_full() {
    let one = [layer(RED, "#", &[8.0, 6.0, 2.0, 0.0, GAP])];
    assert_eq!(lines(&drawn(&one, (5, 2), Base::Bottom, &ASCII)), ["#.   ", "##.. "]);
    assert_eq!(lines(&drawn(&one, (5, 2), Base::Top, &ASCII)), ["##'' ", "#'   "]);
}

#[test]
fn what_reaches_past_a_value_looks_so_from_there_on() {
    let place = Rect::new(0, 0, 1, 4);
    let mut buffer = Buffer::empty(place);
    let past = |value: f64| (value > 6.0).then_some(BLUE);
    let layers = [layer(RED, "⣿", &[8.0, 8.0])];
    Area { layers: &layers, top: 8.0, base: Base::Bottom, past: &past }.draw(
        place,
        &mut buffer,
        &UNICODE,
    );
    let colours: Vec<Color> = buffer.content.iter().map(|cell| cell.fg).collect();
    assert_eq!(colours, [Color::Blue, Color::Red, Color::Red, Color::Red]);
}

#[test]
fn no_value_is_too_wild_to_be_drawn() {
    let wild = [layer(RED, "⣿", &[1e300, -5.0]), layer(BLUE, "⣿", &[1e300, 1e300])];
    assert_eq!(lines(&drawn(&wild, (1, 2), Base::Bottom, &UNICODE)), ["⣿", "⣿"]);
    let one = [layer(RED, "⣿", &[1.0])];
    assert_eq!(lines(&drawn(&one, (3, 0), Base::Bottom, &UNICODE)), Vec::<String>::new());
}
