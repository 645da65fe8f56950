//! Early, Handshake and Main Secret, RFC 9846 §7.1 (8446 §7.1).

use zeroize::ZeroizeOnDrop;

use crate::crypto::{Digest, Secret, SharedSecret};

use super::label::derive_secrets;
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
    /// `None`: of no PSK.
    secret: Option<Secret>,
}

impl EarlySecret {
    /// The schedule's start.
    ///
    /// * `psk`: of any length; `None` stands for `Hash.length` zeros, as when no PSK is selected.
    #[must_use]
    pub fn new(kdf: Kdf, psk: Option<&[u8]>) -> Self {
        let secret = psk.map(|psk| kdf.hkdf().extract(&[], psk));
        Self { kdf, secret }
    }

    fn derive_secret(&self, label: Label<'_>, transcript_hash: &Digest) -> Secret {
        let of_zeros;
        let secret = match &self.secret {
            Some(secret) => secret,
            None => {
                of_zeros = self.kdf.hkdf().extract(&[], self.kdf.zeros().expose());
                &of_zeros
            }
        };
        derive_secret(&self.kdf, secret, label, transcript_hash)
    }

    /// The base key of a PSK's binder (§4.3.11.2): the binder is the [`finished_verify_data`] with it.
    ///
    /// [`finished_verify_data`]: super::finished_verify_data
    #[must_use]
    pub fn binder_key(&self, kind: PskKind) -> Secret {
        self.derive_secret(kind.binder_label(), &self.kdf.hash_of_nothing())
    }

    /// Protects 0-RTT data and EndOfEarlyData.
    ///
    /// * `client_hello`: the transcript hash of ClientHello.
    #[must_use]
    pub fn client_early_traffic_secret(&self, client_hello: &Digest) -> Secret {
        self.derive_secret(Label::C_E_TRAFFIC, client_hello)
    }

    /// What the early exporter [exports](super::export) from.
    ///
    /// * `client_hello`: the transcript hash of ClientHello.
    #[must_use]
    pub fn early_exporter_secret(&self, client_hello: &Digest) -> Secret {
        self.derive_secret(Label::E_EXP_MASTER, client_hello)
    }

    /// The next stage; the Early Secret is erased.
    ///
    /// * `shared_secret`: what the key exchange agreed on (§7.4); `None`, for a PSK alone, stands for
    ///   `Hash.length` zeros.
    //= R-7.1-1
    //= R-F.1.1-1
    #[must_use]
    pub fn into_handshake_secret(self, shared_secret: Option<&SharedSecret>) -> HandshakeSecret {
        let salt = match (&self.secret, self.kdf.derived_of_no_psk()) {
            (None, Some(salt)) => salt,
            _ => self.derive_secret(Label::DERIVED, &self.kdf.hash_of_nothing()),
        };
        let zeros = self.kdf.zeros();
        let ikm = shared_secret.map_or(zeros.expose(), SharedSecret::expose);
        let secret = self.kdf.hkdf().extract(salt.expose(), ikm);
        HandshakeSecret { kdf: self.kdf, secret }
    }
}

/// The Handshake Secret: `HKDF-Extract(Derive-Secret(Early Secret, "derived", ""), asymmetric shared secret)`.
#[derive(Debug)]
pub struct HandshakeSecret {
    kdf: Kdf,
    secret: Secret,
}

impl HandshakeSecret {
    /// What is derived of ClientHello...ServerHello.
    ///
    /// * `server_hello`: their transcript hash.
    #[must_use]
    pub fn traffic_secrets(&self, server_hello: &Digest) -> HandshakeTrafficSecrets {
        let labels = [Label::C_HS_TRAFFIC, Label::S_HS_TRAFFIC];
        let [client, server] = derive_secrets(&self.kdf, &self.secret, labels, server_hello);
        HandshakeTrafficSecrets {
            client_handshake_traffic_secret: client,
            server_handshake_traffic_secret: server,
        }
    }

    /// The last stage; the Handshake Secret is erased.
    //= R-7.1-1
    #[must_use]
    pub fn into_main_secret(self) -> MainSecret {
        let Self { kdf, secret } = self;
        let salt = derive_secret(&kdf, &secret, Label::DERIVED, &kdf.hash_of_nothing());
        let secret = kdf.hkdf().extract(salt.expose(), kdf.zeros().expose());
        MainSecret { kdf, secret }
    }
}

/// What protects the handshake behind ServerHello (§7.1).
#[derive(Debug)]
pub struct HandshakeTrafficSecrets {
    /// Protects what the client sends until its Finished, that included.
    pub client_handshake_traffic_secret: Secret,
    /// Protects what the server sends until its Finished, that included.
    pub server_handshake_traffic_secret: Secret,
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
    /// What is derived of ClientHello...server Finished.
    ///
    /// * `server_finished`: their transcript hash.
    #[must_use]
    pub fn application_secrets(&self, server_finished: &Digest) -> ApplicationSecrets {
        let labels = [Label::C_AP_TRAFFIC, Label::S_AP_TRAFFIC, Label::EXP_MASTER];
        let [client, server, exporter] = derive_secrets(&self.kdf, &self.secret, labels, server_finished);
        ApplicationSecrets {
            client_application_traffic_secret_0: client,
            server_application_traffic_secret_0: server,
            exporter_secret: exporter,
        }
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

/// What an established connection begins with (§7.1).
#[derive(Debug)]
pub struct ApplicationSecrets {
    /// The first generation of what protects the client's application data and post-handshake messages.
    pub client_application_traffic_secret_0: Secret,
    /// The first generation of what protects the server's application data and post-handshake messages.
    pub server_application_traffic_secret_0: Secret,
    /// What the exporter [exports](super::export) from.
    #[doc(alias = "exporter_master_secret")]
    pub exporter_secret: Secret,
}

// Each holds secrets, which wipe themselves.
impl ZeroizeOnDrop for EarlySecret {}
impl ZeroizeOnDrop for HandshakeSecret {}
impl ZeroizeOnDrop for MainSecret {}
impl ZeroizeOnDrop for HandshakeTrafficSecrets {}
impl ZeroizeOnDrop for ApplicationSecrets {}
