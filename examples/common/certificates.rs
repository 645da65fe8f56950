//! A certificate authority of the examples' own, made anew in each run.
#![allow(dead_code, unreachable_pub, reason = "each example uses a part of it")]

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, Error, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};

/// A root certificate with its key.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its private key in PEM.
pub struct Issued {
    pub chain: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> Result<Self, Error> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Ok(Self(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?))
    }

    /// What the other side trusts.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a service with this DNS name, which is a server to some and a client to others.
    pub fn issue(&self, dns_name: &str) -> Result<Issued, Error> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new([dns_name.to_owned()])?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        Ok(Issued { chain: params.signed_by(&key, &self.0)?.pem(), key: key.serialize_pem() })
    }
}
