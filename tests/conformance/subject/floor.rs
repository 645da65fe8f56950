//! The subject as the handshake floor.

use std::sync::Arc;

use handfast::crypto::{PublicKey, Sign};
use handfast::handshake::{self, Answer, Ask, Config, Connected, Fault, Handshake, Milestone, Output};
use handfast::identity::PeerIdentity;
use handfast::pki::certificate::Certificate;

use super::KnownPsk;
use crate::pair::now;
use crate::peer::{Numbers, Peer};

/// What a subject has to answer with.
pub struct Answering {
    pub(super) config: Arc<Config>,
    pub(super) credential: Arc<handshake::Credential>,
    pub(super) key: Arc<dyn Sign>,
    pub(super) known_psks: Vec<(&'static [u8], KnownPsk)>,
    /// Do verdicts let certificates delegate?
    pub(super) delegates: bool,
}

impl Answering {
    /// What a good answer is.
    pub fn answer(&self, ask: &Ask) -> Answer {
        match ask {
            Ask::ClientHelloSeen(ask) => ask.use_config(Arc::clone(&self.config)),
            Ask::ChooseCredential(ask) => ask.choose(Arc::clone(&self.credential)),
            Ask::JudgePeer(ask) => {
                let leaf = ask.chain.certificates().next().map(|leaf| Certificate::from_der(leaf).unwrap());
                let spki = leaf.map(|leaf| leaf.subject_public_key_info.der);
                let key = PublicKey::from_spki(spki.or(ask.chain.raw_public_key()).unwrap()).unwrap();
                if self.delegates {
                    return ask.accept_delegating(key, Arc::new(PeerIdentity::default()));
                }
                ask.accept(key, Arc::new(PeerIdentity::default()))
            }
            Ask::SealCookie(ask) => ask.sealed(ask.state.clone()),
            Ask::OpenCookie(ask) => ask.opened(ask.cookie.clone()),
            Ask::Sign(ask) => {
                let algorithm = ask.scheme.algorithm().unwrap();
                ask.signed(self.key.sign(algorithm, &ask.content, &mut Numbers).unwrap())
            }
            Ask::FindPsk(ask) => {
                let known = |identity: &Vec<u8>| {
                    self.known_psks.iter().find(|(known, _)| known == identity).map(|(_, psk)| psk)
                };
                let mut offered = ask.identities.iter().enumerate();
                let found = offered.find_map(|(index, identity)| Some((index, known(identity)?)));
                match found {
                    Some((index, KnownPsk::External(psk))) => ask.external(index, psk.clone()),
                    Some((index, KnownPsk::Session(session) | KnownPsk::Declined(session))) => {
                        ask.session(index, Arc::clone(session))
                    }
                    None => ask.none(),
                }
            }
            Ask::JudgeResumed(ask) => {
                let declines = |(_, psk): &(_, KnownPsk)| matches!(psk, KnownPsk::Declined(_));
                match self.known_psks.iter().any(declines) {
                    true => ask.decline("not any more".into()),
                    false => ask.accept(),
                }
            }
            Ask::SealTicket(ask) => ask.sealed(b"ticket".to_vec()),
            Ask::StoreSession(ask) => ask.stored(),
            Ask::CheckReplay(ask) => ask.fresh(),
            other => panic!("not expected: {other:?}"),
        }
    }
}

/// The handshake floor, with the answers that a connection's config would have.
pub struct Floor {
    pub machine: Handshake,
    pub(super) answering: Answering,
    /// Are asks answered, or left open?
    pub answers: bool,
    pub outputs: Vec<Output>,
}

impl Floor {
    /// Takes outputs and answers asks until there is nothing left to do.
    pub fn work(&mut self) -> Result<(), Fault> {
        loop {
            match self.machine.next(now())? {
                Some(output) => self.outputs.push(output),
                None => match self.machine.pending().filter(|_| self.answers) {
                    Some(ask) => {
                        let answer = self.answer(ask);
                        self.machine.answer(answer).unwrap();
                    }
                    None => return Ok(()),
                },
            }
        }
    }

    /// What a good answer is.
    pub fn answer(&self, ask: &Ask) -> Answer {
        self.answering.answer(ask)
    }

    /// Carries what the machine owes to the peer; was there anything?
    pub fn carry_to(&mut self, peer: &mut Peer) -> bool {
        let mut carried = false;
        while let Some((_, bytes)) = self.machine.owed() {
            let bytes = bytes.to_vec();
            self.machine.sent(bytes.len());
            peer.take_handshake(&bytes);
            carried = true;
        }
        carried
    }

    /// Talks with the peer until both are silent.
    pub fn meet(&mut self, peer: &mut Peer) -> Result<(), Fault> {
        loop {
            self.work()?;
            let carried = self.carry_to(peer);
            peer.go_on();
            let Some((epoch, bytes)) = peer.chunks.pop_front() else {
                if carried {
                    continue;
                }
                return Ok(());
            };
            self.machine.receive(epoch, &bytes);
        }
    }

    /// What the handshake agreed on, if it is complete.
    pub fn connected(&self) -> Option<&Connected> {
        self.outputs.iter().find_map(|output| match output {
            Output::Milestone(Milestone::Connected(connected)) => Some(&**connected),
            Output::Keys(_)
            | Output::PeerRecordSizeLimit(_)
            | Output::MaxFragmentLength(_)
            | Output::KeyUpdate { .. }
            | Output::SkipEarlyData { .. }
            | Output::Milestone(_) => None,
        })
    }
}
