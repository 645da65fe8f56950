//! What sessions tell while they run: keys to the key log, milestones to stderr.

use std::sync::Arc;

use handfast::connection::{Choice, Fault, PassedOver};
use handfast::handshake::{AcceptanceProof, Connected, Milestone, Role};

use crate::config::Setup;
use crate::failure::Failure;
use crate::terminal::{printable, tell};

/// What one session tells.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    pub(crate) role: Role,
    pub(crate) setup: Arc<Setup>,
    /// Goes ahead of each line, where there are several sessions.
    pub(crate) label: String,
}

impl Journal {
    /// Takes note of a milestone; gives back what the handshake agreed on.
    pub(crate) fn note(&self, milestone: Milestone) -> Result<Option<Box<Connected>>, Failure> {
        match milestone {
            Milestone::Connected(connected) => return Ok(Some(connected)),
            Milestone::KeyLog(line) => {
                if let Some(key_log) = &self.setup.key_log {
                    key_log.append(&line)?;
                }
            }
            Milestone::ClientAuthConfirmed(proof) => self.say(match proof {
                AcceptanceProof::NewSessionTicket => {
                    "the server has accepted our certificate: it gave a ticket"
                }
                AcceptanceProof::KeyUpdate => {
                    "the server has accepted our certificate: it answered our KeyUpdate"
                }
            }),
            Milestone::CertificateRequestAnswered { signature_scheme } => self.say(match signature_scheme {
                Some(_) => "the server asked who we are: our certificate is shown",
                None => "the server asked who we are: no certificate of ours is shown",
            }),
            Milestone::ClientAuthenticated(client) => self.say(&match client.peer_identity {
                Some(identity) => format!("the client has shown who it is: {identity}"),
                None => "the client was asked who it is, and has shown no certificate".to_owned(),
            }),
            Milestone::KeyUpdated => self.say("the peer has updated its keys"),
            Milestone::NewSessionTicket(ticket) => {
                if let Some(file) = &self.setup.session_file {
                    file.keep(&self.setup.answering, &ticket)?;
                    self.say(&format!("the session is kept in {}", file.path.display()));
                }
            }
            Milestone::EarlyDataAccepted => self.say(match self.role {
                Role::Client => "the server takes our early data",
                Role::Server => "early data comes; it is held until the client has proved that it is there",
            }),
            Milestone::EarlyDataRejected => self.say(match self.role {
                Role::Client => "the server does not take our early data",
                Role::Server => "early data is skipped",
            }),
            // The summary says that our certificate was sent.
            Milestone::ClientAuthPending | _ => {}
        }
        Ok(None)
    }

    /// Tells why certificates of ours do not fit; that another is better is no news.
    pub(crate) fn passed_over(&self, choice: &Choice) {
        for (subject, reason) in &choice.passed_over {
            if !matches!(reason, PassedOver::LaterInConfig | PassedOver::ServerName) {
                self.say(&format!("our certificate {subject} is not shown: {reason}"));
            }
        }
    }

    /// One line on stderr.
    pub(crate) fn say(&self, what: &str) {
        tell(&format!("{}{}\n", self.label, printable(what)));
    }

    /// The failure that a fault is.
    pub(crate) const fn failure(&self, fault: Fault) -> Failure {
        Failure::Session { role: self.role, fault }
    }
}
