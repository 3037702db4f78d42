//! stub
use ratatui::{buffer::Buffer, layout::Rect};
use crate::{text::Clean, ui::theme::Theme};
pub fn paint(_a:Rect,_f:usize,_b:&mut Buffer,_t:&Theme,_s:&Clean){}
