//! Makes the certificates of both sides: root, intermediate, leaf.

use std::fs;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize,
};
use side_by_side_meter::{Key, Papers, Problem, SERVER_NAME};

/// For each kind of key its own directory.
///
/// # Errors
/// What went wrong.
pub(crate) fn make(all: &Path) -> Result<(), Problem> {
    Key::ALL.iter().try_for_each(|&key| make_for(key, &Papers::of(key, all)))
}

fn make_for(key: Key, papers: &Papers) -> Result<(), Problem> {
    papers.create()?;
    let root = CertifiedIssuer::self_signed(ca("root"), pair(key)?)?;
    fs::write(papers.root(), root.pem())?;
    let intermediate = CertifiedIssuer::signed_by(ca("intermediate"), pair(key)?, &root)?;
    for (side, name, usage) in [
        ("client", "client.test", ExtendedKeyUsagePurpose::ClientAuth),
        ("server", SERVER_NAME, ExtendedKeyUsagePurpose::ServerAuth),
    ] {
        let own = pair(key)?;
        let mut params = CertificateParams::new([name.to_owned()])?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&own, &intermediate)?;
        fs::write(papers.chain(side), leaf.pem() + &intermediate.pem())?;
        fs::write(papers.key(side), own.serialize_pem())?;
    }
    Ok(())
}

fn ca(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.use_authority_key_identifier_extension = true;
    params
}

fn pair(key: Key) -> Result<KeyPair, Problem> {
    Ok(match key {
        Key::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
        Key::Ed25519 => KeyPair::generate_for(&PKCS_ED25519)?,
        Key::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?,
    })
}
