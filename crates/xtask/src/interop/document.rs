//! `docs/interop.md`: both tables, with what a reader has to know.

use std::fs;

use super::table::{Fresh, Table};

/// Its place.
pub(super) const DOCUMENT: &str = "docs/interop.md";

const INTRODUCTION: &str = "\
# Interop

Each row is a program of others, and each cell a feature that the tool `handfast` was seen to use with it, over
loopback: `handfast client` with the peer's server, `handfast server` with the peer's client. Both ends show
certificates and judge them, but for the columns PSK and RPK (raw public keys; GnuTLS and BoringSSL show and take such a
key, and judge none). Our end tells of the session what the column says, the peer says so too where it says anything of
it, and application data goes both ways. *PQ* is the hybrid of ML-KEM with that curve: X25519MLKEM768, SecP256r1MLKEM768,
SecP384r1MLKEM1024. *DC*: the server proves itself by a delegated credential; tstclnt alone among these programs takes
one, and none has a way to show one.

`yes`: it works. `no`: it does not, for the reason below the table. `–`: the peer does not have it, or its program has
no way to ask for it.

`cargo xtask interop --all --keep` writes this file. A run fails where it finds less than stands here.
";

const STACKS: &str = "## TLS stacks";

const APPLICATIONS: &str = "\
## Applications

Servers that judge our client's certificate: a *good* one, a *revoked* one that the application's CRL names, one that is
*another's* (of the same CA, with a name that the application does not let in), and *none*. What becomes of the client is
seen behind the handshake, which some complete with a client that they refuse. PostgreSQL is asked for TLS by its
SSLRequest, and takes the name of its user from the certificate; Envoy lets in the SPIFFE ids of a trust domain. `–`: the
application has, or is given here, no such rule.
";

/// What a run has found.
pub(super) struct Found {
    pub(super) stacks: Fresh,
    pub(super) applications: Fresh,
}

impl Found {
    /// For the last line of a run.
    pub(super) fn count(&self) -> String {
        let ((good, bad), (more_good, more_bad)) = (self.stacks.count(), self.applications.count());
        format!("{} cells are as they should be, {} are not", good + more_good, bad + more_bad)
    }
}

/// What the document has.
pub(super) struct Kept {
    stacks: Table,
    applications: Table,
}

impl Kept {
    /// Of the repository; empty if there is none.
    pub(super) fn read() -> Self {
        let document = fs::read_to_string(DOCUMENT).unwrap_or_default();
        let heading = APPLICATIONS.lines().next().unwrap_or_default();
        Self { stacks: Table::read(&document, STACKS), applications: Table::read(&document, heading) }
    }

    /// Brought up to date.
    pub(super) fn with(&self, found: &Found) -> Self {
        Self {
            stacks: self.stacks.with(&found.stacks),
            applications: self.applications.with(&found.applications),
        }
    }

    /// What works no longer, or not for a reason that is known.
    pub(super) fn falls(&self, found: &Found) -> Vec<String> {
        [self.stacks.falls(&found.stacks), self.applications.falls(&found.applications)].concat()
    }

    /// For a terminal.
    pub(super) fn tables(&self) -> String {
        format!("{}\n{}", self.stacks.markdown(), self.applications.markdown())
    }

    pub(super) fn write(&self) -> Result<(), String> {
        let (stacks, applications) = (self.stacks.markdown(), self.applications.markdown());
        let text = format!("{INTRODUCTION}\n{STACKS}\n\n{stacks}\n{APPLICATIONS}\n{applications}");
        fs::write(DOCUMENT, text).map_err(|error| format!("{DOCUMENT}: {error}"))
    }
}
