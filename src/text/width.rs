//! stub
pub fn width(t:&str)->usize{unicode_width::UnicodeWidthStr::width(t)}
pub fn truncate<'a>(t:&'a str,c:usize,e:&str)->std::borrow::Cow<'a,str>{ if width(t)<=c {t.into()} else { let mut s:String=t.chars().take(c.saturating_sub(1)).collect(); s.push_str(e); s.into()} }
pub fn slice_columns<'a>(t:&'a str,f:usize,c:usize)->std::borrow::Cow<'a,str>{ t.chars().skip(f).take(c).collect::<String>().into() }
