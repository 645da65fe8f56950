//! How the tool's text looks on a terminal. `anstream` takes the colors out where there is none, or NO_COLOR is set.

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

/// The text without what could steer a terminal: peers choose some of what is shown.
pub(crate) fn printable(text: &str) -> String {
    let is_kept = |c: char| !c.is_control() || c == '\n';
    text.chars().map(|c| if is_kept(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_of_a_peer_do_not_reach_the_terminal() {
        assert_eq!(printable("CN=\u{1b}[31mred\u{9b}2J\nO=näme"), "CN=\u{fffd}[31mred\u{fffd}2J\nO=näme");
    }
}
