//! PSKs that subjects and peers know.

use std::sync::Arc;

use handfast::crypto::Secret;
use handfast::message::CipherSuite;
use handfast::resumption::{Psk, PskOffer, Session, SessionSecret};

use crate::pair::now;

/// A PSK that a subject knows.
#[derive(Clone)]
pub enum KnownPsk {
    External(Psk),
    /// A server resumes it.
    Session(Arc<Session>),
    /// A server finds it, and does not resume it.
    Declined(Arc<Session>),
}

impl KnownPsk {
    /// As a peer knows it.
    pub fn psk(&self) -> Psk {
        match self {
            Self::External(psk) => psk.clone(),
            Self::Session(session) | Self::Declined(session) => Psk::of_session(session).unwrap(),
        }
    }

    pub(super) fn offer(&self, identity: &[u8]) -> PskOffer {
        match self {
            Self::External(psk) => PskOffer::external(identity.to_vec(), psk.clone()),
            Self::Session(session) | Self::Declined(session) => {
                PskOffer::resume(Arc::clone(session), identity.to_vec(), now()).unwrap()
            }
        }
    }
}

/// The identity of the PSK that subjects and peers know.
pub const PSK_IDENTITY: &[u8] = b"psk of the tests";

/// A session that has just begun, without an identity of the client.
pub fn session() -> Session {
    Session {
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        psk: SessionSecret(Secret::from([9; 32])),
        issued_at: now(),
        lifetime: 7200,
        age_add: 0,
        authenticated_at: now(),
        server_name: Some("server.test".into()),
        application_protocol: None,
        peer_identity: None,
        local_certificate: None,
        max_early_data_size: 0,
        application_data: Vec::new(),
        peer_chain: Vec::new(),
    }
}
