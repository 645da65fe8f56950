//! Random and altered certificate chains, judged by Handfast, by OpenSSL and by rustls-webpki.
//!
//! A disagreement whose class no table of the README explains makes the run fail. Every number comes from the
//! seed, so that a run is the same everywhere; `--case N` shows one chain and what each judge says of it.

mod alterations;
mod certificate;
mod chain;
mod classes;
mod der;
mod judges;
mod key;
mod random;
mod report;

use std::process::ExitCode;

use handfast::pki::Profile;

use chain::generate;
use judges::Handfast;
use report::{Opinions, Tally};

/// The tables.
const README: &str = include_str!("../README.md");

/// Those with whom we are compared, as the tables name them.
const JUDGES: &[&str] = &["openssl", "openssl strict", "webpki"];

/// Keys of the pool; more than the longest chain uses.
const KEYS: usize = 32;

/// What was asked for on the command line.
struct Options {
    seed: u64,
    count: u64,
    /// Show only this one.
    case: Option<u64>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match parse(&arguments).and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("differential: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options { seed: 1, count: 20_000, case: None };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let number = || -> Result<u64, String> {
            let text = rest.clone().next().ok_or(format!("{argument} wants a number"))?;
            text.parse().map_err(|_| format!("{argument} wants a number, not {text:?}"))
        };
        match argument.as_str() {
            "--seed" => options.seed = number()?,
            "--count" => options.count = number()?,
            "--case" => options.case = Some(number()?),
            _ => {
                return Err(format!(
                    "unknown argument `{argument}`; known are --seed, --count and --case, each with a number"
                ));
            }
        }
        rest.next();
    }
    Ok(options)
}

fn run(options: &Options) -> Result<bool, String> {
    let keys = key::pool(KEYS)?;
    let ours = [Profile::internal(), Profile::strict_rfc5280()].map(Handfast::new);
    let cases = options.case.map_or(0..options.count, |case| case..case.saturating_add(1));
    let mut tally = Tally::new(classes::explained(README, JUDGES));
    for case in cases {
        let chain = generate(options.seed, case, &keys)?;
        let opinions = Opinions::of(&chain, &ours);
        if options.case.is_some() {
            print!("{}", report::whole(&chain, &opinions));
        }
        tally.count(case, &chain, &opinions);
    }
    print!("{tally}");
    Ok(tally.is_explained())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_case_is_the_same_chain() {
        let keys = key::pool(KEYS).unwrap();
        for case in 0..20 {
            let certificates = || generate(7, case, &keys).unwrap().certificates;
            assert_eq!(certificates(), certificates());
        }
    }

    #[test]
    fn options_are_read_and_others_refused() {
        let words = |words: &[&str]| parse(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
        let options = words(&["--seed", "3", "--count", "5"]).unwrap();
        assert_eq!((options.seed, options.count, options.case), (3, 5, None));
        assert!(words(&["--count"]).is_err());
        assert!(words(&["--fast", "1"]).err().unwrap().contains("--fast"));
    }
}
