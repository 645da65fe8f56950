//! What there is to know of a peer: one value of [`Peer`] each, in a file of its own.
//!
//! Commands are written as one types them; words are separated by spaces, and these stand for what differs:
//! `{port}`; `{path}` and `{request}`, what a client asks our server for and the file with the request for it;
//! `{psk}` and `{label}`, the shared secret and its name; `{peers}`, the directory with the sources of small programs
//! of our own; `{built}`, where programs that are built go; `{debian}`, where packages are unpacked, and `{lib}`, their
//! libraries. Commands run in a directory with the files of [`super::pki`].

use super::feature::Feature;
use super::ground::Ground;

/// A TLS stack with programs that speak for it.
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) source: Source,
    /// Prints a line with the version.
    pub(super) version: &'static str,
    /// Commands that turn the certificates into what the peer wants, run once.
    pub(super) prepare: &'static [&'static str],
    pub(super) server: Option<Server>,
    pub(super) client: Option<Client>,
}

/// Makes a peer's programs.
type Make = fn(&Ground) -> Result<(), String>;

/// How a peer's programs get here.
pub(super) struct Source {
    /// Debian packages, unless there is the next.
    pub(super) packages: &'static [&'static str],
    /// A program on the PATH, or a file of the packages by its path.
    pub(super) shown_by: &'static str,
    /// Where no package has them.
    pub(super) make: Option<Make>,
    /// Is it quick to get and to run? Others are met with `--all` only.
    pub(super) is_quick: bool,
}

/// Debian packages, and what shows that they are here.
pub(super) const fn debian(packages: &'static [&'static str], shown_by: &'static str) -> Source {
    Source { packages, shown_by, make: None, is_quick: true }
}

impl Source {
    pub(super) const fn made_by(self, make: Make) -> Self {
        Self { make: Some(make), ..self }
    }

    pub(super) const fn slow(self) -> Self {
        Self { is_quick: false, ..self }
    }
}

/// A peer's program as server.
pub(super) struct Server {
    pub(super) command: &'static str,
    /// Of what it sends our client: a few letters.
    pub(super) answer: &'static str,
    /// It pipes: this answer is to be typed in when the request has come.
    pub(super) is_typed: bool,
    pub(super) offers: &'static [Offer],
    pub(super) lacks: &'static [Lack],
}

/// A peer's program as client. What it sends is typed in; what it gets it prints.
pub(super) struct Client {
    pub(super) command: &'static str,
    pub(super) offers: &'static [Offer],
    pub(super) lacks: &'static [Lack],
}

/// Features that a peer has, and how they are asked for.
pub(super) struct Offer {
    pub(super) features: &'static [Feature],
    /// Added to the command.
    pub(super) options: &'static str,
    /// Of a client that does not come back by itself: the options of its second session in place of those.
    pub(super) again: Option<&'static str>,
    /// What the peer itself says when it has seen the feature.
    pub(super) says: &'static str,
    /// How many seconds a server needs before it does that.
    pub(super) settles: u64,
    /// How often it is tried until it is seen.
    pub(super) tries: usize,
}

/// A feature that does not work with a peer though it should, and why.
pub(super) struct Lack {
    pub(super) feature: Feature,
    pub(super) why: &'static str,
}

/// Features that need no options.
pub(super) const fn offer(features: &'static [Feature]) -> Offer {
    Offer { features, options: "", again: None, says: "", settles: 0, tries: 1 }
}

impl Offer {
    pub(super) const fn with(self, options: &'static str) -> Self {
        Self { options, ..self }
    }

    pub(super) const fn again(self, options: &'static str) -> Self {
        Self { again: Some(options), ..self }
    }

    pub(super) const fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }

    pub(super) const fn after_seconds(self, settles: u64) -> Self {
        Self { settles, ..self }
    }

    pub(super) const fn tries(self, tries: usize) -> Self {
        Self { tries, ..self }
    }
}

/// The offer of a feature, if there is one.
pub(super) fn offered(offers: &'static [Offer], feature: Feature) -> Option<&'static Offer> {
    offers.iter().find(|offer| offer.features.contains(&feature))
}
