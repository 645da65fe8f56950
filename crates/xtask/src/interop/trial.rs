//! One feature with one peer, in one of its roles.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use super::feature::{Feature, PSK, PSK_LABEL, Trial};
use super::ground::{Ground, free_port, wait_until_listening};
use super::peer::{Client, Offer, Server};
use super::pki::{HEADER_FIELDS, request};
use super::process::Process;

/// What is typed into a server that pipes.
const TYPED: &str = "typed at the peer\n";

/// Exit codes of our client after a session that was cut: how a peer ends one is its affair.
const CUT: [i32; 2] = [3, 6];

const LISTENING: &str = "listening on 127.0.0.1:";

/// A trial that is about to be held.
pub(super) struct Meeting<'a> {
    pub(super) ground: &'a Ground,
    /// Where it takes place, and what all programs say is kept, with the records of our end for `handfast replay`.
    pub(super) directory: PathBuf,
    pub(super) trial: &'a Trial,
    pub(super) offer: &'static Offer,
}

impl Meeting<'_> {
    /// Our client with a peer's server.
    ///
    /// # Errors
    /// What went otherwise, in a line.
    pub(super) fn with_server(&self, server: &Server) -> Result<(), String> {
        let port = free_port()?;
        let line = format!("{} {}", server.command, self.offer.options);
        let command = self.ground.command(&line, &self.values(&port.to_string()));
        let mut peer = Process::start(command, "peer", &self.directory)?;
        let outcome = wait_until_listening(port, &mut peer)
            .and_then(|()| {
                sleep(Duration::from_secs(self.offer.settles));
                (1..=self.trial.sessions).try_for_each(|number| self.visit(server, &mut peer, port, number))
            })
            .and_then(
                |()| if self.offer.says.is_empty() { Ok(()) } else { peer.wait_for(self.offer.says, 1) },
            );
        peer.stop();
        peer.keep(&self.directory);
        outcome
    }

    /// One session of our client.
    fn visit(&self, server: &Server, peer: &mut Process, port: u16, number: usize) -> Result<(), String> {
        let shown = if self.trial.certificates {
            "--name localhost --ca ca.pem --cert client.pem --key client.key"
        } else {
            "--sni localhost"
        };
        let record = format!("--record client-{number}.run");
        let line = format!("client 127.0.0.1:{port} {record} {shown} {}", self.trial.client);
        let command = self.ground.tool(&line, &self.values(""));
        let mut client = Process::start(command, &format!("client-{number}"), &self.directory)?;
        let outcome = self.converse(server, peer, &mut client, number);
        client.stop();
        client.keep(&self.directory);
        outcome.map_err(|error| reason(&client).unwrap_or(error))?;
        if number < self.trial.sessions {
            return Ok(());
        }
        let missing = untold(&client.stderr(), self.trial.client_tells);
        missing.map_or(Ok(()), |missing| Err(format!("our client does not tell {missing}")))
    }

    /// Asks, hears the answer, and closes.
    fn converse(
        &self,
        server: &Server,
        peer: &mut Process,
        client: &mut Process,
        number: usize,
    ) -> Result<(), String> {
        if self.trial.feature == Feature::EarlyData {
            client.type_in(HEADER_FIELDS.as_bytes());
        } else {
            client.type_in(request(self.trial.path).as_bytes());
        }
        if server.is_typed {
            peer.wait_for("GET /", number)?;
            peer.type_in(TYPED.as_bytes());
        }
        client.wait_for(if server.is_typed { TYPED } else { server.answer }, 1)?;
        match client.finish()? {
            0 => Ok(()),
            code if CUT.contains(&code) => Ok(()),
            code => Err(format!("our client ended with {code}")),
        }
    }

    /// Our server with a peer's client.
    ///
    /// # Errors
    /// What went otherwise, in a line.
    pub(super) fn with_client(&self, client: &Client) -> Result<(), String> {
        let shown = if self.trial.certificates {
            // With the CA's certificate: curl looks for the issuer among what the server sends.
            "--ca ca.pem --cert server.chain.pem --key server.key"
        } else {
            ""
        };
        let line = format!("server 127.0.0.1:0 --http --record server.run {shown} {}", self.trial.server);
        let command = self.ground.tool(&line, &self.values(""));
        let mut server = Process::start(command, "server", &self.directory)?;
        let outcome = self.visits(client, &server);
        server.stop();
        server.keep(&self.directory);
        outcome.map_err(|error| reason(&server).unwrap_or(error))?;
        let told = server.stderr();
        let sessions: Vec<&str> = told.split(" connected by ").skip(1).collect();
        if sessions.len() < self.trial.sessions {
            return Err(format!("our server had {} sessions, not {}", sessions.len(), self.trial.sessions));
        }
        let missing = untold(sessions.last().unwrap_or(&""), self.trial.server_tells);
        missing.map_or(Ok(()), |missing| Err(format!("our server does not tell {missing}")))
    }

    /// The peer comes; it comes back by itself, or is sent again where the trial takes two sessions.
    fn visits(&self, client: &Client, server: &Process) -> Result<(), String> {
        server.wait_for(LISTENING, 1)?;
        let told = server.stderr();
        let port = told.split_once(LISTENING).map_or("", |(_, rest)| rest.lines().next().unwrap_or_default());
        let again = self.offer.again.filter(|_| self.trial.sessions > 1);
        let visits: Vec<_> = [Some(self.offer.options), again].into_iter().flatten().collect();
        for (number, options) in (1..).zip(&visits) {
            let line = format!("{} {options}", client.command);
            let command = self.ground.command(&line, &self.values(port));
            let mut peer = Process::start(command, &format!("peer-{number}"), &self.directory)?;
            peer.type_in(request(self.trial.path).as_bytes());
            let outcome = peer.wait_for(self.page(), 1).and_then(|()| peer.finish());
            peer.stop();
            peer.keep(&self.directory);
            outcome?;
            if number == visits.len() && !peer.text().contains(self.offer.says) {
                return Err(format!("the peer does not say {:?}", self.offer.says));
            }
        }
        Ok(())
    }

    /// What the end of our server's page has.
    fn page(&self) -> &'static str {
        if self.trial.feature == Feature::KeyUpdate { "KeyUpdate: sent" } else { "our certificate: " }
    }

    fn values<'v>(&self, port: &'v str) -> [(&'static str, &'v str); 5] {
        let file = if self.trial.path == "/" { "request.txt" } else { "keyupdate.txt" };
        [("port", port), ("path", self.trial.path), ("request", file), ("psk", PSK), ("label", PSK_LABEL)]
    }
}

/// The first of these that is not told.
fn untold(told: &str, wanted: &[&str]) -> Option<String> {
    let missing = wanted.iter().find(|wanted| !told.contains(**wanted))?;
    let words: Vec<_> = missing.split_whitespace().collect();
    Some(format!("{:?}", words.join(" ")))
}

/// Why our tool ended a session, if it did.
fn reason(ours: &Process) -> Option<String> {
    let told = ours.stderr();
    let (_, reason) = told.rsplit_once("handfast: ")?;
    Some(format!("our {}: {}", ours.name, reason.lines().next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::untold;

    #[test]
    fn the_first_fact_that_is_not_told_is_named() {
        assert_eq!(untold("group  x25519\npeer  a", &["peer  a", "group  x25519"]), None);
        assert_eq!(untold("peer  a", &["peer  a", "group  x25519"]).as_deref(), Some("\"group x25519\""));
    }
}
