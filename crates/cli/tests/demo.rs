//! What `handfast demo` shows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use support::{Run, tool};

fn demo() -> Run {
    let mut command = tool();
    command.arg("demo");
    Run::of(command, b"")
}

#[test]
fn the_demo_shows_every_record_and_message_in_order_with_its_section() {
    let run = demo();
    run.told(0, &[]);
    let shown: Vec<_> = run
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter_map(|words| match words.as_slice() {
            [from @ ("client" | "server"), "──▶", ..] => Some((*from).to_owned()),
            ["record", content_type, bytes, ..] => {
                assert!(bytes.parse::<usize>().is_ok(), "{words:?}");
                Some(format!("  {content_type}"))
            }
            [name, bytes, section, ..] if section.starts_with('§') => {
                assert!(bytes.parse::<usize>().is_ok(), "{words:?}");
                Some(format!("    {name} {section}"))
            }
            _ => None,
        })
        .collect();
    let expected = "\
client
  handshake
    ClientHello §4.2.2
server
  handshake
    ServerHello §4.2.3
  change_cipher_spec
  handshake
    EncryptedExtensions §4.4.1
    CertificateRequest §4.4.2
    Certificate §4.5.1
    CertificateVerify §4.5.2
    Finished §4.5.3
client
  change_cipher_spec
  handshake
    Certificate §4.5.1
    CertificateVerify §4.5.2
    Finished §4.5.3
client
  application_data
server
  application_data
server
  handshake
    KeyUpdate §4.7.3
client
  handshake
    KeyUpdate §4.7.3
client
  application_data
client
  alert
server
  alert";
    assert_eq!(shown.join("\n"), expected, "{}", run.stdout);
}

#[test]
fn the_demo_ends_with_one_line_that_says_how_it_went() {
    let run = demo();
    let last = run.stdout.lines().next_back().unwrap();
    assert!(last.starts_with("ok: TLS_AES_128_GCM_SHA256, X25519MLKEM768, "), "{last}");
    assert!(last.ends_with(", mutual"), "{last}");
    for known in
        ["client knows that it speaks with spiffe://demo.example/server", "“hello, server; it is me”"]
    {
        assert!(run.stdout.contains(known), "{known:?} is missing: {}", run.stdout);
    }
}

#[test]
fn the_demo_resumes_a_session_and_declines_one_behind_a_change_of_trust() {
    let run = demo();
    let (_, visits) = run.stdout.split_once("The client comes back with a ticket\n").unwrap();
    let visits: Vec<_> = visits.lines().take(3).collect();
    for (visit, phrases) in visits.iter().zip([
        ["for the first time", "full handshake"],
        ["to the same server", "resumed"],
        ["to one that trusts one CA more", "full handshake"],
    ]) {
        assert!(phrases.iter().all(|phrase| visit.contains(phrase)), "{visit}");
    }
    assert_eq!(visits.len(), 3);
}

#[test]
fn the_demo_fits_into_100_columns_and_has_no_colors_in_a_pipe() {
    let run = demo();
    assert!(run.stdout.lines().count() > 40);
    for line in run.stdout.lines() {
        assert!(line.chars().count() <= 100, "{} columns: {line}", line.chars().count());
        assert!(!line.contains('\u{1b}'), "{line}");
    }
}

#[test]
fn the_demo_is_colored_where_colors_are_asked_for_and_not_where_no_color_is_set() {
    let with = |variable: &str| {
        let mut command = tool();
        command.arg("demo").env(variable, "1");
        Run::of(command, b"").stdout
    };
    assert!(with("CLICOLOR_FORCE").contains('\u{1b}'));
    assert!(!with("NO_COLOR").contains('\u{1b}'));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut command = tool();
    command.arg("demo");
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let Run { code, stderr, .. } = Run::of_child(child);
    assert_eq!((code, stderr.as_str()), (0, ""));
}
