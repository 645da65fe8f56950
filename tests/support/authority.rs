//! Makes certificates for tests: valid from 2025 to 2035 unless a test says otherwise.

#![allow(dead_code, clippy::unwrap_used)]

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};

/// A CA with its key.
pub(crate) type Authority = CertifiedIssuer<'static, KeyPair>;

/// A moment in the middle of the certificates' validity: 2030-01-01T00:00:00Z.
pub(crate) const MID_2030: i64 = 1_893_456_000_000;

/// Parameters with this common name as subject.
pub(crate) fn named(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2035, 1, 1);
    params.use_authority_key_identifier_extension = true;
    params
}

/// Parameters of a CA.
pub(crate) fn ca(common_name: &str) -> CertificateParams {
    let mut params = named(common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Parameters of a server.
pub(crate) fn server(dns_name: &str) -> CertificateParams {
    let mut params = named("server");
    params.subject_alt_names = vec![SanType::DnsName(dns_name.try_into().unwrap())];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// Parameters of a client with a SPIFFE id or another URI.
pub(crate) fn client(uri: &str) -> CertificateParams {
    let mut params = named("client");
    params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// A self-signed CA.
pub(crate) fn root(params: CertificateParams) -> Authority {
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A CA under another.
pub(crate) fn intermediate(params: CertificateParams, issuer: &Authority) -> Authority {
    CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), issuer).unwrap()
}

/// The certificate of an end entity in DER.
pub(crate) fn leaf(params: CertificateParams, issuer: &Authority) -> Vec<u8> {
    params.signed_by(&KeyPair::generate().unwrap(), issuer).unwrap().der().to_vec()
}
