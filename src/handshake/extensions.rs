//! Lists of extensions to send: the library's own, or exactly those that `danger` scripted.

use alloc::vec::Vec;

use super::{Config, ExtensionSlot, ForeignExtension, PeerFault};
use crate::message::{
    CertificateAuthorities, ExtensionList, ExtensionType, Extensions, HandshakeType, OidFilter, OidFilters,
    SignatureSchemeList, SignatureSchemeListCert, StatusRequestCertificateRequest,
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

    /// Adds the embedder's.
    pub(crate) fn push_foreign<'f>(&mut self, foreign: impl IntoIterator<Item = &'f ForeignExtension>) {
        foreign.into_iter().for_each(|own| self.built.push_raw(own.extension_type, &own.extension_data));
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

/// The peer's extensions of the embedder's types, checked for those it must send.
pub(crate) fn take_foreign(
    ours: &[ForeignExtension],
    message: HandshakeType,
    theirs: &Extensions<'_>,
) -> Result<Vec<ForeignExtension>, PeerFault> {
    let mut taken = Vec::new();
    for own in ours {
        let extension = own.extension_type;
        match theirs.find(extension) {
            Some(body) => {
                taken.push(ForeignExtension {
                    extension_type: extension,
                    extension_data: body.to_vec(),
                    required: own.required,
                });
            }
            //= R-4.2.2-20
            None if own.required => return Err(PeerFault::MissingExtension { message, extension }),
            None => {}
        }
    }
    Ok(taken)
}

/// `signature_algorithms`, and `signature_algorithms_cert` where it says something else (§4.3.3).
pub(super) fn push_signature_schemes(config: &Config, out: &mut Outgoing) {
    let schemes = SignatureSchemeList::from(config.signature_schemes.as_slice());
    out.push(ExtensionType::SIGNATURE_ALGORITHMS, &schemes);
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

/// The extensions of CertificateRequest (§4.4.2).
pub(crate) fn certificate_request_extensions(config: &Config) -> ExtensionList {
    let mut out = Outgoing::new();
    push_signature_schemes(config, &mut out);
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
    out.finish(config.script.certificate_request.as_deref())
}
