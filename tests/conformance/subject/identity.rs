//! The certificates of all tests.

use std::sync::{Arc, LazyLock};

use handfast::connection::{Config, ConfigBuilder};
use handfast::crypto::{CryptoProvider, HashAlgorithm, PrivateKeyInfo, Sign, ring};
use handfast::handshake;
use handfast::identity::Sha256Digest;
use handfast::message::SignatureScheme;
use rcgen::{CertificateParams, KeyPair};

use crate::authority::{self, Authority};
use crate::peer::Credential;

/// One end's certificate and key, in the forms that both sides need.
pub struct Identity {
    pub credential: Credential,
    chain_pem: String,
    key_pem: String,
}

impl Identity {
    /// A certificate of `issuer` with a fresh key.
    pub fn issue(params: CertificateParams, issuer: &Authority) -> Self {
        Self::of_key(params, issuer, &KeyPair::generate().unwrap())
    }

    /// A certificate of `issuer` for this key.
    pub fn of_key(params: CertificateParams, issuer: &Authority, key: &KeyPair) -> Self {
        let certificate = params.signed_by(key, issuer).unwrap();
        let info = PrivateKeyInfo::from_der(key.serialized_der()).unwrap();
        let signing_key = crypto().load_signing_key(&info).unwrap();
        Self {
            credential: Credential { chain: vec![certificate.der().to_vec()], key: signing_key },
            chain_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        }
    }

    /// SHA-256 of the certificate.
    pub fn digest(&self) -> Sha256Digest {
        let crypto = crypto();
        let hash = crypto.hash(HashAlgorithm::Sha256).unwrap();
        Sha256Digest(hash.digest(&self.credential.chain[0])[..].try_into().unwrap())
    }

    /// A config that trusts the CA of all tests and shows this.
    pub fn config(&self) -> ConfigBuilder {
        let builder = Config::builder(crypto()).trust_pem(PKI.ca.pem()).unwrap();
        builder.credential_pem(&self.chain_pem, &self.key_pem).unwrap()
    }

    fn chain(&self) -> Vec<Arc<[u8]>> {
        self.credential.chain.iter().map(|der| Arc::from(der.as_slice())).collect()
    }

    /// As the handshake floor takes it.
    pub fn for_handshake(&self) -> Arc<handshake::Credential> {
        Arc::new(handshake::Credential::local(self.chain(), Arc::clone(&self.credential.key)))
    }

    /// The same, delegating to this key by these bytes.
    pub(super) fn delegating_to(&self, key: &Arc<dyn Sign>, delegated: &[u8]) -> Arc<handshake::Credential> {
        let credential = handshake::Credential::local(self.chain(), Arc::clone(key));
        Arc::new(credential.with_delegated_credential(delegated).unwrap())
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
