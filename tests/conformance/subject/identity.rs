//! The certificates of all tests.

use std::sync::{Arc, LazyLock};

use handfast::crypto::{CryptoProvider, PrivateKeyInfo, ring};
use handfast::handshake;
use handfast::message::SignatureScheme;
use rcgen::{CertificateParams, KeyPair};

use crate::authority::{self, Authority};
use crate::peer::Credential;

/// One end's certificate and key, in the forms that both sides need.
pub struct Identity {
    pub credential: Credential,
    pub(super) chain_pem: String,
    pub(super) key_pem: String,
}

impl Identity {
    /// A certificate of `issuer` with a fresh key.
    pub fn issue(params: CertificateParams, issuer: &Authority) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, issuer).unwrap();
        let info = PrivateKeyInfo::from_der(key.serialized_der()).unwrap();
        let signing_key = crypto().load_signing_key(&info).unwrap();
        Self {
            credential: Credential { chain: vec![certificate.der().to_vec()], key: signing_key },
            chain_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        }
    }

    fn chain(&self) -> Vec<Arc<[u8]>> {
        self.credential.chain.iter().map(|der| Arc::from(der.as_slice())).collect()
    }

    /// As the handshake floor takes it.
    pub fn for_handshake(&self) -> Arc<handshake::Credential> {
        Arc::new(handshake::Credential::local(self.chain(), Arc::clone(&self.credential.key)))
    }

    /// The same with its key elsewhere.
    pub(super) fn external(&self) -> Arc<handshake::Credential> {
        let key = &self.credential.key;
        let can = |scheme: &SignatureScheme| {
            scheme.algorithm().is_some_and(|algorithm| key.algorithms().contains(&algorithm))
        };
        let schemes = SignatureScheme::for_certificate_verify().filter(can).collect();
        Arc::new(handshake::Credential::external(self.chain(), key.public_key().clone(), schemes))
    }
}

/// The certificates of all tests: made once.
pub struct Pki {
    pub ca: Authority,
    pub client: Identity,
    pub server: Identity,
}

pub static PKI: LazyLock<Pki> = LazyLock::new(|| {
    let ca = authority::root(authority::ca("ca"));
    Pki {
        client: Identity::issue(authority::client("spiffe://test/client"), &ca),
        server: Identity::issue(authority::server("server.test"), &ca),
        ca,
    }
});

pub fn crypto() -> CryptoProvider {
    ring::provider()
}
