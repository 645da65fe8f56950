//! A small CA and two certificates, in memory.

use handfast::time::Time;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};

use crate::clock;

pub(super) const TRUST_DOMAIN: &str = "demo.example";
pub(super) const SERVER_ID: &str = "spiffe://demo.example/server";
pub(super) const SERVER_NAME: &str = "server.demo.example";
pub(super) const CLIENT_ID: &str = "spiffe://demo.example/client";

/// All in PEM.
pub(super) struct Certificates {
    pub(super) ca: String,
    pub(super) server: Issued,
    pub(super) client: Issued,
}

/// A certificate from the CA, and its key.
pub(super) struct Issued {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Certificates {
    /// Fresh ones, good for this year and the next.
    pub(super) fn new() -> Result<Self, Error> {
        let mut params = named("Handfast demo CA", clock::now());
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

        let server = [SanType::URI(SERVER_ID.try_into()?), SanType::DnsName(SERVER_NAME.try_into()?)];
        let client = [SanType::URI(CLIENT_ID.try_into()?)];
        Ok(Self {
            server: issue(&ca, "server", &server, ExtendedKeyUsagePurpose::ServerAuth)?,
            client: issue(&ca, "client", &client, ExtendedKeyUsagePurpose::ClientAuth)?,
            ca: ca.pem(),
        })
    }
}

fn issue(
    ca: &CertifiedIssuer<'_, KeyPair>,
    name: &str,
    alt_names: &[SanType],
    purpose: ExtendedKeyUsagePurpose,
) -> Result<Issued, Error> {
    let mut params = named(name, clock::now());
    params.subject_alt_names = alt_names.to_vec();
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![purpose];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, ca)?;
    Ok(Issued { certificate: certificate.pem(), key: key.serialize_pem() })
}

fn named(common_name: &str, now: Time) -> CertificateParams {
    let year = i32::from(now.to_utc().year);
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(year, 1, 1);
    params.not_after = date_time_ymd(year + 2, 1, 1);
    params
}
