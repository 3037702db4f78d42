//! The layer of the environment.

use std::{path::Path, str::FromStr as _};

use super::{Ascii, Origin, Settings, Valued, name_problem};
use crate::{
    config::{ConfigError, Variables},
    model::TimeStyle,
};

impl Settings {
    /// Lays the variables over, and gives what is wrong with them.
    pub(super) fn overlay_variables(&mut self, variables: &Variables) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        let mut cx = Cx { variables, errors: &mut errors };
        cx.set("MIDWATCH_THEME", &mut self.theme, name);
        cx.set("MIDWATCH_KEYMAP", &mut self.keymap, name);
        cx.set("MIDWATCH_ASCII", &mut self.ascii, ascii);
        cx.set("MIDWATCH_MOUSE", &mut self.mouse, switch);
        cx.set("MIDWATCH_TIME", &mut self.time, |text| {
            TimeStyle::from_str(text).map_err(|_| "one of local, utc, age, none".into())
        });
        errors
    }
}

struct Cx<'a> {
    variables: &'a Variables,
    errors: &'a mut Vec<ConfigError>,
}

impl Cx<'_> {
    fn set<T>(
        &mut self,
        variable: &'static str,
        field: &mut Valued<T>,
        read: impl Fn(&str) -> Result<T, String>,
    ) {
        let Some(value) = self.variables.value(variable) else { return };
        let text = value.to_string_lossy();
        match read(&text) {
            Ok(value) => *field = Valued::new(value, Origin::Variable(variable)),
            Err(hint) => {
                let message = format!("cannot be \"{text}\"");
                let error = ConfigError::of_file(Path::new(&format!("${variable}")), &message);
                self.errors.push(error.with_hint(&hint));
            }
        }
    }
}

fn name(text: &str) -> Result<String, String> {
    match name_problem(text) {
        Some(hint) => Err(hint.into()),
        None => Ok(text.into()),
    }
}

fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("write 1 or 0".into()),
    }
}

fn ascii(text: &str) -> Result<Ascii, String> {
    if text == "auto" {
        return Ok(Ascii::Auto);
    }
    let on = switch(text).map_err(|_| "write 1, 0 or auto")?;
    Ok(if on { Ascii::Yes } else { Ascii::No })
}
