//! Lists of extensions to send: the library's own, or exactly those that `danger` scripted.

use alloc::vec::Vec;

use super::certificate_compression;
use super::foreign_extension;
use super::grease::{Grease, ahead};
use super::{Config, ExtensionSlot, ForeignExtension};
use crate::message::{
    CertificateAuthorities, CertificateCompressionAlgorithms, DelegatedCredentialSchemes, ExtensionList,
    ExtensionType, OidFilter, OidFilters, RawExtension, SignatureSchemeList, SignatureSchemeListCert,
    SignedCertificateTimestampRequest, StatusRequestCertificateRequest,
};
use crate::wire::{Encode, Writer};

/// Extensions of one message in the making, in the library's order.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    built: ExtensionList,
}

impl Outgoing {
    pub(crate) const fn new() -> Self {
        Self { built: ExtensionList::new() }
    }

    /// Adds one.
    pub(crate) fn push(&mut self, extension_type: ExtensionType, body: &impl Encode) {
        self.built.push(extension_type, body);
    }

    /// Adds one if there is something to say.
    pub(crate) fn push_some<E: Encode>(&mut self, extension_type: ExtensionType, body: Option<E>) {
        if let Some(body) = body {
            self.push(extension_type, &body);
        }
    }

    /// Adds one with an empty body.
    pub(crate) fn push_empty(&mut self, extension_type: ExtensionType) {
        self.built.push_raw(extension_type, &[]);
    }

    /// Adds one with this body.
    pub(crate) fn push_raw(&mut self, extension_type: ExtensionType, body: &[u8]) {
        self.built.push_raw(extension_type, body);
    }

    /// Adds the embedder's.
    pub(crate) fn push_foreign<'f>(&mut self, foreign: impl Iterator<Item = (ExtensionType, &'f [u8])>) {
        foreign.for_each(|(extension_type, body)| self.built.push_raw(extension_type, body));
    }

    /// Adds GREASE: one that says nothing.
    pub(super) fn push_grease(&mut self, grease: Option<Grease>) {
        if let Some([first, _]) = grease.map(Grease::extensions) {
            self.push_empty(first);
        }
    }

    /// Adds a second one, which says something.
    pub(super) fn push_more_grease(&mut self, grease: Option<Grease>) {
        if let Some([_, second]) = grease.map(Grease::extensions) {
            self.built.push_raw(second, &[0]);
        }
    }

    /// Puts the extensions into an order that the seed decides, by type, so that it is the same of two lists that have
    /// most in common; `pre_shared_key` is the last one.
    //= R-4.3.11-15
    pub(super) fn permute(&mut self, seed: u64) {
        let built = core::mem::take(&mut self.built);
        let mut extensions: Vec<_> = built.as_extensions().iter().collect();
        let is_psk = |extension: &RawExtension<'_>| extension.extension_type == ExtensionType::PRE_SHARED_KEY;
        extensions.sort_by_key(|extension| (is_psk(extension), place(seed, extension.extension_type)));
        for extension in extensions {
            self.built.push_raw(extension.extension_type, extension.extension_data);
        }
    }

    /// The list as it goes out: in the library's order, or as scripted.
    pub(crate) fn finish(self, script: Option<&[ExtensionSlot]>) -> ExtensionList {
        let Some(script) = script else { return self.built };
        let built = self.built.as_extensions();
        let mut out = ExtensionList::new();
        for slot in script {
            match slot {
                ExtensionSlot::Raw(extension_type, body) => out.push_raw(*extension_type, body),
                ExtensionSlot::Built(wanted) => {
                    if let Some(body) = built.find(*wanted) {
                        out.push_raw(*wanted, body);
                    }
                }
            }
        }
        out
    }
}

/// Where an extension stands in an order: numbers without a pattern (the last steps of SplitMix64).
fn place(seed: u64, extension_type: ExtensionType) -> u64 {
    let mut mixed = seed ^ u64::from(extension_type.0).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// `signature_algorithms`, and `signature_algorithms_cert` where it says something else (§4.3.3).
pub(super) fn push_signature_schemes(config: &Config, grease: Option<Grease>, out: &mut Outgoing) {
    //= R8701-3.1-6
    //= R8701-4.1-3
    let schemes = ahead(grease.map(Grease::signature_scheme), &config.signature_schemes);
    out.push(ExtensionType::SIGNATURE_ALGORITHMS, &SignatureSchemeList::from(&*schemes));
    //= R-4.3.3-5
    if config.signature_schemes_cert != config.signature_schemes {
        let schemes = SignatureSchemeListCert::from(config.signature_schemes_cert.as_slice());
        out.push(ExtensionType::SIGNATURE_ALGORITHMS_CERT, &schemes);
    }
}

/// `certificate_authorities`, if the config names any (§4.3.4).
pub(super) fn push_authorities(config: &Config, out: &mut Outgoing) {
    //= R-4.3.4-2
    //= R-4.3.4-3
    if !config.certificate_authorities.is_empty() {
        let authorities = CertificateAuthorities::from(config.certificate_authorities.as_slice());
        out.push(ExtensionType::CERTIFICATE_AUTHORITIES, &authorities);
    }
}

/// `delegated_credential`, if the config takes any (RFC 9345 §4.1).
//= R9345-4.1.1-3
//= R9345-4.1.2-3
pub(super) fn push_delegated_credential_schemes(config: &Config, out: &mut Outgoing) {
    if !config.delegated_credential_schemes.is_empty() {
        let schemes = DelegatedCredentialSchemes::from(config.delegated_credential_schemes.as_slice());
        out.push(ExtensionType::DELEGATED_CREDENTIAL, &schemes);
    }
}

/// `signed_certificate_timestamp`, if the config asks for them.
pub(super) fn push_timestamps(config: &Config, out: &mut Outgoing) {
    let asks = config.request_timestamps.then_some(SignedCertificateTimestampRequest);
    out.push_some(ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP, asks);
}

/// `compress_certificate`, if the config has algorithms (RFC 8879 §3).
//= R8879-3-2
pub(super) fn push_compression(config: &Config, out: &mut Outgoing) {
    let algorithms = certificate_compression::offered(config);
    let algorithms = algorithms.as_deref().map(CertificateCompressionAlgorithms::from);
    out.push_some(ExtensionType::COMPRESS_CERTIFICATE, algorithms);
}

/// The extensions of the CertificateRequest of a handshake (§4.4.2), with those of the connection's own.
pub(super) fn handshake_request_extensions(
    config: &Config,
    own: &[ForeignExtension],
    grease: Option<Grease>,
) -> ExtensionList {
    let mut out = request_extensions(config, own, grease);
    push_compression(config, &mut out);
    out.finish(config.script.certificate_request.as_deref())
}

/// The extensions of a CertificateRequest behind the handshake (§4.7.2), or of an authenticator request (RFC 9261).
pub(crate) fn post_handshake_request_extensions(config: &Config) -> ExtensionList {
    request_extensions(config, &[], None).finish(config.script.certificate_request.as_deref())
}

fn request_extensions(config: &Config, own: &[ForeignExtension], grease: Option<Grease>) -> Outgoing {
    let mut out = Outgoing::new();
    //= R8701-4.1-1
    //= R8701-4.1-2
    out.push_grease(grease);
    push_signature_schemes(config, grease, &mut out);
    push_authorities(config, &mut out);
    if !config.oid_filters.is_empty() {
        let mut contents = Vec::new();
        for (oid, values) in &config.oid_filters {
            let filter = OidFilter { certificate_extension_oid: oid, certificate_extension_values: values };
            filter.encode(&mut Writer::new(&mut contents));
        }
        out.push(ExtensionType::OID_FILTERS, &OidFilters::from_contents(&contents));
    }
    if config.request_ocsp {
        out.push(ExtensionType::STATUS_REQUEST, &StatusRequestCertificateRequest);
    }
    push_timestamps(config, &mut out);
    push_delegated_credential_schemes(config, &mut out);
    let foreign = foreign_extension::of_connection(own, config);
    out.push_foreign(foreign_extension::requests_of_client(foreign));
    out
}

/// Does our CertificateRequest ask for this extension in the client's Certificate?
pub(crate) fn is_asked_of_client(
    extension_type: ExtensionType,
    config: &Config,
    own: &[ForeignExtension],
) -> bool {
    let mut foreign = foreign_extension::requests_of_client(foreign_extension::of_connection(own, config));
    match extension_type {
        ExtensionType::STATUS_REQUEST => config.request_ocsp,
        ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP => config.request_timestamps,
        ExtensionType::DELEGATED_CREDENTIAL => !config.delegated_credential_schemes.is_empty(),
        foreign_type => foreign.any(|(asked, _)| asked == foreign_type),
    }
}
