//! The facts of a session, as the client prints them and the server's page shows them.

use std::fmt::{Display, Write};
use std::time::Duration;

use handfast::handshake::{Authentication, CertificatesCompressed, Connected, EchStatus, PeerChain, Role};
use handfast::identity::PeerIdentity;
use handfast::pki::certificate::Certificate;
use handfast::time::Time;

use crate::clock::readable;
use crate::config::Setup;
use crate::hex;
use crate::session::Shown;
use crate::terminal::{BAD, QUIET, TITLE, paint, printable};

/// What a completed handshake agreed on, with what the tool knows beside it.
pub(crate) struct Summary<'a> {
    /// The peer's address.
    pub(crate) peer: &'a str,
    /// Whom we expected.
    pub(crate) expected: &'a str,
    pub(crate) connected: &'a Connected,
    pub(crate) shown: &'a Shown,
    /// `tls-exporter` (RFC 9266).
    pub(crate) channel_binding: Option<[u8; 32]>,
    pub(crate) setup: &'a Setup,
    /// How many bytes of early data were taken.
    pub(crate) early_data: usize,
    /// How long the transport took, if it was ours to make.
    pub(crate) transport: Option<Duration>,
    /// How long the handshake took.
    pub(crate) handshake: Duration,
}

/// How much a fact should strike the eye.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Plain,
    Danger,
}

/// One line: what, and how it is.
type Fact = (Weight, String, String);

const LABEL_WIDTH: usize = 18;

impl Summary<'_> {
    /// For a terminal, with a title.
    pub(crate) fn styled(&self) -> String {
        let mut text = format!("{}\n", paint(TITLE, self.title()));
        for (weight, label, value) in self.facts() {
            let value = printable(&value);
            let padded = format!("{label:LABEL_WIDTH$}");
            let line = match weight {
                Weight::Plain => format!("  {} {value}", paint(QUIET, padded)),
                Weight::Danger => format!("  {}", paint(BAD, format_args!("{padded} {value}"))),
            };
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    /// For a page.
    pub(crate) fn plain(&self) -> String {
        let mut text = format!("{}\n", self.title());
        for (_, label, value) in self.facts() {
            let _ = writeln!(text, "{label}: {}", printable(&value));
        }
        text
    }

    fn title(&self) -> String {
        let role = match self.connected.role {
            Role::Client => "connected to",
            Role::Server => "connected by",
        };
        let transport = self.transport.map(|time| format!(", behind {} of TCP", readable(time)));
        let handshake = readable(self.handshake);
        format!("{role} {}: TLS 1.3 handshake in {handshake}{}", self.peer, transport.unwrap_or_default())
    }

    fn facts(&self) -> Vec<Fact> {
        let connected = self.connected;
        let mut facts = Vec::new();
        let mut fact = |label: &str, value: String| facts.push((Weight::Plain, label.to_owned(), value));
        fact("cipher suite", connected.cipher_suite.to_string());
        fact(
            "group",
            connected.group.map_or_else(|| "none: a PSK stands alone".into(), |group| group.to_string()),
        );
        fact("HelloRetryRequest", if connected.hello_retried { "yes" } else { "no" }.to_owned());
        fact("server name", connected.server_name.clone().unwrap_or_else(|| "none sent".to_owned()));
        match connected.encrypted_client_hello {
            EchStatus::NotOffered => {}
            EchStatus::Accepted => fact("ClientHello", "encrypted".to_owned()),
            EchStatus::Rejected => {
                fact(
                    "ClientHello",
                    "in the clear: what it encrypts is under no key of ours, or is nothing".into(),
                );
            }
        }
        let protocol = connected.application_protocol.as_ref().map(|name| name.escape_ascii().to_string());
        fact("ALPN", protocol.unwrap_or_else(|| "none agreed on".to_owned()));
        fact("authentication", self.authentication());
        if self.early_data > 0 {
            fact("early data", format!("{} bytes, ahead of the handshake", self.early_data));
        }
        if let Some(identity) = &connected.external_psk {
            fact("external PSK", identity.escape_ascii().to_string());
        }
        match &connected.peer_identity {
            Some(identity) => self.peer_facts(identity, &mut fact),
            None if connected.authentication == Authentication::ExternalPsk => {
                fact("peer", "whoever else holds the PSK".to_owned());
            }
            None => fact("peer", "anonymous: it showed no certificate".to_owned()),
        }
        fact("our certificate", self.our_certificate());
        if let Some(how) = compressed(connected.certificates_compressed) {
            fact("compressed", how);
        }
        if let Some(binding) = self.channel_binding {
            fact("tls-exporter", hex::encode(&binding));
        }
        self.dangers(&mut facts);
        facts
    }

    /// By what the peer was authenticated, and when.
    fn authentication(&self) -> String {
        match self.connected.authentication {
            Authentication::Certificate => "on this connection".to_owned(),
            Authentication::Resumption => {
                format!("resumed: on the first connection, {}", self.connected.authenticated_at)
            }
            Authentication::ExternalPsk => "by an external PSK".to_owned(),
            Authentication::CertificateWithExternalPsk => {
                "on this connection, whose keys depend on an external PSK too".to_owned()
            }
        }
    }

    /// Who the peer is, and how it proved that.
    fn peer_facts(&self, identity: &PeerIdentity, fact: &mut impl FnMut(&str, String)) {
        let connected = self.connected;
        fact("peer", self.name(identity));
        if identity.is_raw_public_key {
            fact("expected", "a raw public key that we trust (RFC 7250)".to_owned());
        } else if !self.setup.accepts_any_certificate {
            fact("expected", self.expected.to_owned());
        }
        if let Some(scheme) = connected.peer_signature_scheme {
            let until = connected.peer_chain.as_ref().and_then(delegation_end);
            fact("proved by", until.map_or_else(|| scheme.to_string(), |until| delegated(scheme, until)));
        }
        let chain = connected.peer_chain.iter().flat_map(|chain| chain.certificates());
        for (index, der) in chain.enumerate() {
            fact(&format!("certificate {index}"), certificate(der));
            if index == 0 {
                fact("its SHA-256", identity.certificate_digest.to_string());
            }
        }
    }

    fn name(&self, identity: &PeerIdentity) -> String {
        if self.setup.accepts_any_certificate {
            "WHOEVER HOLDS THE KEY OF THIS CERTIFICATE: NONE OF ITS NAMES IS PROVED".to_owned()
        } else {
            identity.to_string()
        }
    }

    fn our_certificate(&self) -> String {
        let subject = match self.shown {
            Shown::NotAsked if self.connected.authentication == Authentication::Resumption => {
                return "shown on the first connection, if it was asked for".to_owned();
            }
            Shown::NotAsked => return "not asked for".to_owned(),
            Shown::Nothing => return "none: the peer asked for one, and none of ours fits".to_owned(),
            Shown::Certificate(subject) => subject,
        };
        let connected = self.connected;
        let scheme = connected.local_signature_scheme.map(|scheme| format!(", proved by {scheme}"));
        let pending = match connected.role {
            Role::Client => "; whether the server accepts it is pending",
            Role::Server => "",
        };
        format!("{subject}{}{pending}", scheme.unwrap_or_default())
    }

    fn dangers(&self, facts: &mut Vec<Fact>) {
        if self.setup.accepts_any_certificate {
            let value =
                "ANY CERTIFICATE IS ACCEPTED: THE PEER COULD BE ANYONE (--danger-accept-any-certificate)";
            facts.push((Weight::Danger, "VERIFICATION OFF".to_owned(), value.to_owned()));
        }
        if let Some(key_log) = &self.setup.key_log {
            let value = format!("THE SECRETS OF THIS SESSION ARE IN {}", key_log.path().display());
            facts.push((Weight::Danger, "KEY LOG".to_owned(), value));
        }
    }
}

/// What is done with a key that a certificate delegates to.
pub(crate) fn delegated(what: impl Display, until: Time) -> String {
    format!("{what} by a delegated credential until {until} (RFC 9345)")
}

/// When the delegation ends that a peer showed with its chain.
fn delegation_end(chain: &PeerChain) -> Option<Time> {
    let credential = chain.delegated_credential()?;
    let leaf = Certificate::from_der(chain.certificates().next()?).ok()?;
    Some(leaf.validity.not_before.saturating_add(Duration::from_secs(credential.valid_time.into())))
}

/// Which certificates came or went compressed, and by what.
fn compressed(CertificatesCompressed { local, peer }: CertificatesCompressed) -> Option<String> {
    let ours = local.map(|algorithm| format!("our certificate by {algorithm}"));
    let theirs = peer.map(|algorithm| format!("the peer's by {algorithm}"));
    let both: Vec<_> = ours.into_iter().chain(theirs).collect();
    (!both.is_empty()).then(|| both.join(", "))
}

/// Subject, issuer and end of validity of a certificate.
fn certificate(der: &[u8]) -> String {
    match Certificate::from_der(der) {
        Ok(certificate) => format!(
            "{}, issued by {}, until {}",
            certificate.subject, certificate.issuer, certificate.validity.not_after
        ),
        Err(error) => format!("cannot be read: {error}"),
    }
}
