//! What the tool says, and how it looks on a terminal. `anstream` takes the colors out where there is none, or where
//! NO_COLOR is set.

use std::io::{self, ErrorKind, Write};

use anstyle::{AnsiColor, Style};

/// What a block is about.
pub(crate) const TITLE: Style = Style::new().bold();
/// What matters less.
pub(crate) const QUIET: Style = Style::new().dimmed();
/// Where the client speaks.
pub(crate) const CLIENT: Style = AnsiColor::Cyan.on_default();
/// Where the server speaks.
pub(crate) const SERVER: Style = AnsiColor::Magenta.on_default();
/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What did not, and what is dangerous.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// The text in this style.
pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Says this on stderr, at once; who has closed it does not want to know.
pub(crate) fn tell(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Shows this on stdout; who has closed it, such as `head`, has seen enough.
///
/// # Errors
/// Those of stdout, but for that.
pub(crate) fn show(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The text without what could steer a terminal, or turn its letters around: peers choose some of what is shown.
pub(crate) fn printable(text: &str) -> String {
    let steers = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_of_a_peer_do_not_reach_the_terminal() {
        assert_eq!(printable("CN=\u{1b}[31mred\u{9b}2J\nO=näme"), "CN=\u{fffd}[31mred\u{fffd}2J\nO=näme");
        assert_eq!(printable("CN=\u{202e}elpmaxe"), "CN=\u{fffd}elpmaxe");
    }
}
