//! Two ends that carry handshake bytes to each other without records, and answer what they are asked.

#![allow(dead_code, reason = "not every test looks at everything")]

use std::sync::Arc;

use handfast::crypto::{self, PrivateKeyInfo, PublicKey};
use handfast::handshake::{
    Ask, Connected, Credential, Fault, Handshake, Keys, Milestone, Output, ReceivedTicket,
};
use handfast::identity::PeerIdentity;
use handfast::resumption::{Psk, Session};
use handfast::time::Time;

pub(crate) const NOW: Time = Time::from_secs_since_1970(1_795_392_000);

/// A self-signed credential and its public key: this floor does not look into certificates.
pub(crate) fn credential() -> (Arc<Credential>, PublicKey) {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["peer.test".into()]).unwrap().self_signed(&key).unwrap();
    let info = PrivateKeyInfo::from_der(key.serialized_der()).unwrap();
    let signing_key = crypto::ring::provider().load_signing_key(&info).unwrap();
    let public_key = signing_key.public_key().clone();
    let chain = vec![Arc::from(certificate.der().as_ref())];
    (Arc::new(Credential::local(chain, signing_key)), public_key)
}

pub(crate) struct End {
    pub(crate) machine: Handshake,
    pub(crate) now: Time,
    pub(crate) credential: Arc<Credential>,
    pub(crate) peer_key: PublicKey,
    pub(crate) keys: Vec<Keys>,
    pub(crate) connected: Option<Connected>,
    /// Tickets that came.
    pub(crate) tickets: Vec<ReceivedTicket>,
    /// A server's tickets, in plain sight: what they open to.
    pub(crate) store: Vec<(Vec<u8>, Arc<Session>)>,
    /// A server's external PSKs, by label.
    pub(crate) external_psks: Vec<(Vec<u8>, Psk)>,
    /// Has it no certificate to show?
    pub(crate) shows_nothing: bool,
    /// What to say to a session that was found.
    pub(crate) resumes: bool,
}

impl End {
    pub(crate) fn new(machine: Handshake, credential: Arc<Credential>, peer_key: PublicKey) -> Self {
        Self {
            machine,
            now: NOW,
            credential,
            peer_key,
            keys: vec![],
            connected: None,
            tickets: vec![],
            store: vec![],
            external_psks: vec![],
            shows_nothing: false,
            resumes: true,
        }
    }

    /// Takes outputs and answers asks until nothing is left to do.
    pub(crate) fn work(&mut self) -> Result<(), Fault> {
        loop {
            match self.machine.next(self.now)? {
                Some(Output::Keys(keys)) => self.keys.push(keys),
                Some(Output::Milestone(Milestone::Connected(connected))) => self.connected = Some(*connected),
                Some(Output::Milestone(Milestone::NewSessionTicket(ticket))) => self.tickets.push(*ticket),
                Some(_) => {}
                None => {
                    let answer = match self.machine.pending() {
                        Some(Ask::ChooseCredential(ask)) if self.shows_nothing => ask.none(),
                        Some(Ask::ChooseCredential(ask)) => ask.choose(Arc::clone(&self.credential)),
                        Some(Ask::JudgePeer(ask)) => {
                            ask.accept(self.peer_key.clone(), Arc::new(PeerIdentity::default()))
                        }
                        Some(Ask::SealTicket(ask)) => {
                            let ticket = format!("ticket {}", self.store.len()).into_bytes();
                            self.store.push((ticket.clone(), Arc::new((*ask.session).clone())));
                            ask.sealed(ticket)
                        }
                        Some(Ask::FindPsk(ask)) => {
                            let known =
                                |identity: &Vec<u8>| self.store.iter().find(|(ticket, _)| ticket == identity);
                            let found = ask.identities.iter().enumerate().find_map(|(index, identity)| {
                                known(identity).map(|(_, session)| ask.session(index, Arc::clone(session)))
                            });
                            let external = ask.identities.iter().enumerate().find_map(|(index, identity)| {
                                let (_, psk) =
                                    self.external_psks.iter().find(|(label, _)| label == identity)?;
                                Some(ask.external(index, psk.clone()))
                            });
                            found.or(external).unwrap_or_else(|| ask.none())
                        }
                        Some(Ask::JudgeResumed(ask)) if self.resumes => ask.accept(),
                        Some(Ask::JudgeResumed(ask)) => ask.decline("revoked since".into()),
                        Some(other) => panic!("not expected: {other:?}"),
                        None => return Ok(()),
                    };
                    self.machine.answer(answer).unwrap();
                }
            }
        }
    }

    /// Carries what is owed to the other end.
    pub(crate) fn carry(&mut self, to: &mut Self) -> Result<usize, Fault> {
        let mut carried = 0;
        self.work()?;
        while let Some((epoch, bytes)) = self.machine.owed() {
            let count = bytes.len();
            to.machine.receive(epoch, bytes);
            to.work()?;
            self.machine.sent(count);
            carried += count;
        }
        Ok(carried)
    }
}

/// Carries bytes both ways until nobody has any.
pub(crate) fn connect(client: &mut End, server: &mut End) {
    while client.carry(server).unwrap() + server.carry(client).unwrap() > 0 {}
}
