//! Early, Handshake and Main Secret, RFC 9846 §7.1 (8446 §7.1).

use zeroize::ZeroizeOnDrop;

use crate::crypto::{Digest, Secret, SharedSecret};

use super::{Kdf, Label, derive_secret};

/// Where a PSK comes from. The binder key's label tells the kinds apart, so that none can stand in for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PskKind {
    /// Provisioned outside of TLS.
    External,
    /// From the resumption secret of a previous handshake.
    Resumption,
    /// External, and bound to protocol and hash by the importer of RFC 9258.
    Imported,
}

impl PskKind {
    const fn binder_label(self) -> Label<'static> {
        match self {
            Self::External => Label::EXT_BINDER,
            Self::Resumption => Label::RES_BINDER,
            Self::Imported => Label::IMP_BINDER,
        }
    }
}

/// The Early Secret: `HKDF-Extract(0, PSK)`.
///
/// A client has one for each PSK that it offers, and keeps the one that the server selects.
#[derive(Debug)]
pub struct EarlySecret {
    kdf: Kdf,
    secret: Secret,
}

impl EarlySecret {
    /// The schedule's start.
    ///
    /// * `psk`: of any length; `None` stands for `Hash.length` zeros, as when no PSK is selected.
    #[must_use]
    pub fn new(kdf: Kdf, psk: Option<&[u8]>) -> Self {
        let secret = match psk {
            Some(psk) => kdf.hkdf().extract(&[], psk),
            None => kdf.hkdf().extract(&[], kdf.zeros().expose()),
        };
        Self { kdf, secret }
    }

    /// The base key of a PSK's binder (§4.3.11.2): the binder is the [`finished_verify_data`] with it.
    ///
    /// [`finished_verify_data`]: super::finished_verify_data
    #[must_use]
    pub fn binder_key(&self, kind: PskKind) -> Secret {
        derive_secret(&self.kdf, &self.secret, kind.binder_label(), &self.kdf.hash_of_nothing())
    }

    /// Protects 0-RTT data and EndOfEarlyData.
    ///
    /// * `client_hello`: the transcript hash of ClientHello.
    #[must_use]
    pub fn client_early_traffic_secret(&self, client_hello: &Digest) -> Secret {
        derive_secret(&self.kdf, &self.secret, Label::C_E_TRAFFIC, client_hello)
    }

    /// What the early exporter [exports](super::export) from.
    ///
    /// * `client_hello`: the transcript hash of ClientHello.
    #[must_use]
    pub fn early_exporter_secret(&self, client_hello: &Digest) -> Secret {
        derive_secret(&self.kdf, &self.secret, Label::E_EXP_MASTER, client_hello)
    }

    /// The next stage; the Early Secret is erased.
    ///
    /// * `shared_secret`: what the key exchange agreed on (§7.4); `None`, for a PSK alone, stands for
    ///   `Hash.length` zeros.
    //= R-7.1-1
    #[must_use]
    pub fn into_handshake_secret(self, shared_secret: Option<&SharedSecret>) -> HandshakeSecret {
        let Self { kdf, secret } = self;
        let secret = match shared_secret {
            Some(shared_secret) => next_stage(&kdf, &secret, shared_secret.expose()),
            None => next_stage(&kdf, &secret, kdf.zeros().expose()),
        };
        HandshakeSecret { kdf, secret }
    }
}

/// The Handshake Secret: `HKDF-Extract(Derive-Secret(Early Secret, "derived", ""), asymmetric shared secret)`.
#[derive(Debug)]
pub struct HandshakeSecret {
    kdf: Kdf,
    secret: Secret,
}

impl HandshakeSecret {
    /// Protects what the client sends until its Finished, that included.
    ///
    /// * `server_hello`: the transcript hash of ClientHello...ServerHello.
    #[must_use]
    pub fn client_handshake_traffic_secret(&self, server_hello: &Digest) -> Secret {
        derive_secret(&self.kdf, &self.secret, Label::C_HS_TRAFFIC, server_hello)
    }

    /// Protects what the server sends until its Finished, that included.
    ///
    /// * `server_hello`: the transcript hash of ClientHello...ServerHello.
    #[must_use]
    pub fn server_handshake_traffic_secret(&self, server_hello: &Digest) -> Secret {
        derive_secret(&self.kdf, &self.secret, Label::S_HS_TRAFFIC, server_hello)
    }

    /// The last stage; the Handshake Secret is erased.
    //= R-7.1-1
    #[must_use]
    pub fn into_main_secret(self) -> MainSecret {
        let Self { kdf, secret } = self;
        let secret = next_stage(&kdf, &secret, kdf.zeros().expose());
        MainSecret { kdf, secret }
    }
}

/// The Main Secret: `HKDF-Extract(Derive-Secret(Handshake Secret, "derived", ""), 0)`.
///
/// Drop it when the last secret that will be wanted of it is derived: with exporters and tickets refused that is
/// directly after the application traffic secrets.
#[doc(alias = "MasterSecret")]
#[derive(Debug)]
pub struct MainSecret {
    kdf: Kdf,
    secret: Secret,
}

impl MainSecret {
    /// The first generation of what protects the client's application data and post-handshake messages.
    ///
    /// * `server_finished`: the transcript hash of ClientHello...server Finished.
    #[must_use]
    pub fn client_application_traffic_secret_0(&self, server_finished: &Digest) -> Secret {
        derive_secret(&self.kdf, &self.secret, Label::C_AP_TRAFFIC, server_finished)
    }

    /// The first generation of what protects the server's application data and post-handshake messages.
    ///
    /// * `server_finished`: the transcript hash of ClientHello...server Finished.
    #[must_use]
    pub fn server_application_traffic_secret_0(&self, server_finished: &Digest) -> Secret {
        derive_secret(&self.kdf, &self.secret, Label::S_AP_TRAFFIC, server_finished)
    }

    /// What the exporter [exports](super::export) from.
    ///
    /// * `server_finished`: the transcript hash of ClientHello...server Finished.
    #[doc(alias = "exporter_master_secret")]
    #[must_use]
    pub fn exporter_secret(&self, server_finished: &Digest) -> Secret {
        derive_secret(&self.kdf, &self.secret, Label::EXP_MASTER, server_finished)
    }

    /// What the PSKs of this connection's tickets [come from](super::resumption_psk).
    ///
    /// * `client_finished`: the transcript hash of ClientHello...client Finished.
    #[doc(alias = "resumption_master_secret")]
    #[must_use]
    pub fn resumption_secret(&self, client_finished: &Digest) -> Secret {
        derive_secret(&self.kdf, &self.secret, Label::RES_MASTER, client_finished)
    }
}

// Each holds one secret, which wipes itself.
impl ZeroizeOnDrop for EarlySecret {}
impl ZeroizeOnDrop for HandshakeSecret {}
impl ZeroizeOnDrop for MainSecret {}

/// `HKDF-Extract(Derive-Secret(., "derived", ""), IKM)`.
//= R-F.1.1-1
fn next_stage(kdf: &Kdf, secret: &Secret, ikm: &[u8]) -> Secret {
    let salt = derive_secret(kdf, secret, Label::DERIVED, &kdf.hash_of_nothing());
    kdf.hkdf().extract(salt.expose(), ikm)
}
