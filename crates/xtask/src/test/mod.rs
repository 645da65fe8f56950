//! `cargo xtask test`: every check of the project in one run, with a table of what ran at the end.

use std::process::ExitCode;
use std::time::Instant;

mod fuzz;
mod gate;
mod parts;
mod summary;
mod wasm;

use crate::peers;
use summary::Row;

/// What was asked for on the command line.
#[derive(Default)]
struct Options {
    /// Also the parts that take more than three minutes.
    all: bool,
    /// Go on where a peer is missing.
    without_peers: bool,
    /// Only these parts; all if empty.
    only: Vec<String>,
}

/// A check with a name of its own.
struct Part {
    name: &'static str,
    /// What has been shown when it passes.
    shows: &'static str,
    run: fn(&Options) -> Verdict,
}

/// How a part ended; an error is the reason why it failed.
type Verdict = Result<Done, String>;

/// A part that did not fail.
enum Done {
    Passed,
    /// It did not run, and why.
    LeftOut(String),
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let options = match parse(arguments) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{}", help());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("xtask test: {error}\n\n{}", help());
            return ExitCode::FAILURE;
        }
    };
    if !options.without_peers
        && let Err(error) = peers::provide()
    {
        eprintln!("xtask test: {error}");
        return ExitCode::FAILURE;
    }
    let rows = run_parts(&options);
    print!("{}", summary::table(&rows));
    if rows.iter().any(Row::failed) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn run_parts(options: &Options) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut compiles = true;
    for part in parts::PARTS {
        let started = Instant::now();
        let verdict = if !options.only.is_empty() && !options.only.iter().any(|name| name == part.name) {
            Ok(Done::LeftOut("not asked for".into()))
        } else if !compiles {
            Ok(Done::LeftOut("the workspace does not compile".into()))
        } else {
            println!("\n=== {}: {}", part.name, part.shows);
            (part.run)(options)
        };
        if let Err(reason) = &verdict {
            println!("--- {} FAILED: {reason}", part.name);
            compiles &= part.name != parts::BUILD;
        }
        rows.push(Row { name: part.name, time: started.elapsed(), verdict });
    }
    rows
}

/// Nothing if help was asked for.
fn parse(arguments: &[String]) -> Result<Option<Options>, String> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--all" => options.all = true,
            "--without-peers" => options.without_peers = true,
            "--part" => match rest.next() {
                Some(name) if parts::PARTS.iter().any(|part| part.name == name) => {
                    options.only.push(name.clone());
                }
                Some(name) => return Err(format!("there is no part `{name}`")),
                None => return Err("--part wants the name of a part".into()),
            },
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    Ok(Some(options))
}

fn help() -> String {
    let mut text = String::from(
        "usage: cargo xtask test [--all] [--without-peers] [--part NAME]…\n\n  \
         --all            also the parts that take more than three minutes\n  \
         --without-peers  leave out the tests that need programs of others (openssl …)\n  \
         --part NAME      only this part; may be repeated\n\nparts, in order:\n",
    );
    for Part { name, shows, .. } in parts::PARTS {
        text.push_str(&format!("  {name:<12} {shows}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(words: &[&str]) -> Result<Option<Options>, String> {
        parse(&words.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn the_options_are_read() {
        let options = parse_words(&["--all", "--without-peers", "--part", "docs"]).unwrap().unwrap();
        assert!(options.all && options.without_peers);
        assert_eq!(options.only, ["docs"]);
    }

    #[test]
    fn an_unknown_option_or_part_is_refused_by_name() {
        assert!(parse_words(&["--fast"]).err().unwrap().contains("--fast"));
        assert!(parse_words(&["--part", "magic"]).err().unwrap().contains("magic"));
    }

    #[test]
    fn the_names_of_the_parts_are_distinct_and_one_of_them_builds() {
        let mut names: Vec<_> = parts::PARTS.iter().map(|part| part.name).collect();
        assert!(names.contains(&parts::BUILD));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), parts::PARTS.len());
    }
}
