//! The judges: each answers with acceptance or its own reason.

use std::time::Duration;

use handfast::crypto::CryptoProvider;
use handfast::identity::ExpectedPeer;
use handfast::pki::{Judgement, Profile, Purpose, TrustAnchor, TrustAnchors, judge};
use handfast::time::Time;
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509CheckFlags, X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509PurposeId, X509StoreContext, X509VerifyResult};
use rustls_pki_types::{
    CertificateDer, ServerName, SignatureVerificationAlgorithm, TrustAnchor as WebpkiAnchor, UnixTime,
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::certificate::NOW;
use crate::chain::Chain;

/// How a judge ends: nothing if it accepts, or a reason that is the same for every chain refused for it.
pub(crate) type Verdict = Result<(), String>;

/// Ourselves, under one profile.
pub(crate) struct Handfast {
    provider: CryptoProvider,
    profile: Profile,
}

impl Handfast {
    pub(crate) fn new(profile: Profile) -> Self {
        Self { provider: handfast::crypto::ring::provider(), profile }
    }

    /// The reason is the code of the finding that decided; with it the whole report, for people.
    pub(crate) fn judge(&self, chain: &Chain) -> Result<(), (String, String)> {
        // As with the others, an anchor that cannot be read is no anchor.
        let anchors: TrustAnchors =
            chain.anchors.iter().filter_map(|der| TrustAnchor::from_certificate_der(der).ok()).collect();
        let expected = match &chain.question.dns {
            Some(name) => ExpectedPeer::dns(name).map_err(|error| (error.to_string(), String::new()))?,
            None => ExpectedPeer::any_under_anchors(),
        };
        let purpose = if chain.question.server { Purpose::Server } else { Purpose::Client };
        let now = Time::from_secs_since_1970(NOW);
        let mut judgement = Judgement::new(&anchors, &expected, purpose, now, &self.provider);
        judgement.profile = &self.profile;
        let certificates: Vec<&[u8]> = chain.certificates.iter().map(Vec::as_slice).collect();
        match judge(&certificates, &judgement) {
            Ok(_) => Ok(()),
            Err(refusal) => Err((refusal.code().to_string(), refusal.report().to_string())),
        }
    }
}

/// OpenSSL as `openssl verify -partial_chain -policy_check` has it, with or without `-x509_strict`.
pub(crate) fn openssl(chain: &Chain, strict: bool) -> Verdict {
    let own = chain.certificates.first().map(Vec::as_slice).unwrap_or_default();
    let Ok(own) = X509::from_der(own) else { return Err("unreadable".into()) };
    openssl_store(chain, strict)
        .and_then(|store| {
            let mut others = Stack::new()?;
            for certificate in chain.certificates.iter().skip(1).filter_map(|der| X509::from_der(der).ok()) {
                others.push(certificate)?;
            }
            let verify = |context: &mut openssl::x509::X509StoreContextRef| {
                Ok((context.verify_cert()?, context.error()))
            };
            X509StoreContext::new()?.init(&store, &own, &others, verify)
        })
        .map_err(|_| "cannot verify".to_string())
        .and_then(|(is_valid, error)| match is_valid && error == X509VerifyResult::OK {
            true => Ok(()),
            false => Err(error.error_string().to_string()),
        })
}

fn openssl_store(chain: &Chain, strict: bool) -> Result<X509Store, openssl::error::ErrorStack> {
    let mut parameters = X509VerifyParam::new()?;
    let mut flags = X509VerifyFlags::PARTIAL_CHAIN | X509VerifyFlags::POLICY_CHECK;
    if strict {
        flags |= X509VerifyFlags::X509_STRICT;
    }
    parameters.set_flags(flags)?;
    parameters.set_time(NOW);
    parameters.set_purpose(match chain.question.server {
        true => X509PurposeId::SSL_SERVER,
        false => X509PurposeId::SSL_CLIENT,
    })?;
    if let Some(name) = &chain.question.dns {
        // The common name is nobody's name of a host any more.
        parameters.set_hostflags(X509CheckFlags::NEVER_CHECK_SUBJECT | X509CheckFlags::NO_PARTIAL_WILDCARDS);
        parameters.set_host(name)?;
    }
    let mut store = X509StoreBuilder::new()?;
    store.set_param(&parameters)?;
    for anchor in chain.anchors.iter().filter_map(|der| X509::from_der(der).ok()) {
        store.add_cert(anchor)?;
    }
    Ok(store.build())
}

/// The algorithms that rustls gives it with ring.
const ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] =
    &[webpki::ring::ECDSA_P256_SHA256, webpki::ring::ED25519];

/// rustls-webpki as rustls calls it.
pub(crate) fn webpki(chain: &Chain) -> Verdict {
    let anchors: Vec<CertificateDer<'_>> = chain.anchors.iter().map(|der| der.as_slice().into()).collect();
    let anchors: Vec<WebpkiAnchor<'_>> =
        anchors.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect();
    let mut certificates = chain.certificates.iter().map(|der| CertificateDer::from(der.as_slice()));
    let own = certificates.next().unwrap_or_else(|| (&[] as &[u8]).into());
    let others: Vec<_> = certificates.collect();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(NOW.unsigned_abs()));
    let usage = if chain.question.server { KeyUsage::server_auth() } else { KeyUsage::client_auth() };
    let own = EndEntityCert::try_from(&own).map_err(reason)?;
    own.verify_for_usage(ALGORITHMS, &anchors, &others, now, usage, None, None).map_err(reason)?;
    if let Some(name) = &chain.question.dns {
        let name = ServerName::try_from(name.as_str()).map_err(|error| error.to_string())?;
        own.verify_is_valid_for_subject_name(&name).map_err(reason)?;
    }
    Ok(())
}

/// The name of the error without what it says of this one chain.
fn reason(error: webpki::Error) -> String {
    let text = format!("{error:?}");
    text.chars().take_while(char::is_ascii_alphanumeric).collect()
}
