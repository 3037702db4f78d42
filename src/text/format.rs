//! stub
pub fn bytes(b:u64)->String{format!("{b}")}
pub fn percent(r:f64)->String{format!("{:.0}%",r*100.)}
pub fn age(d:std::time::Duration)->String{format!("{}s",d.as_secs())}
