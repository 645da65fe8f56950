//! Where to find more, and what TLS must offer: RFC 5280 §4.2.2.1, RFC 7633.

use alloc::vec::Vec;

use crate::pki::asn1::{Asn1Error, Asn1Reason, DerReader, Oid, known, tag};
use crate::pki::certificate::GeneralName;

/// Where to find the issuer's certificate and its OCSP responder (RFC 5280 §4.2.2.1).
#[derive(Clone, Debug)]
pub struct AuthorityInfoAccess<'a> {
    /// At least one.
    pub descriptions: Vec<AccessDescription<'a>>,
}

/// `AccessDescription ::= SEQUENCE { accessMethod OBJECT IDENTIFIER, accessLocation GeneralName }`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct AccessDescription<'a> {
    pub access_method: Oid<'a>,
    pub access_location: GeneralName<'a>,
}

/// The TLS extensions that a server with this certificate must answer: `Features ::= SEQUENCE OF INTEGER`
/// (RFC 7633 §4). `status_request` among them is called must-staple.
#[derive(Clone, Debug)]
pub struct TlsFeatures<'a> {
    /// Content octets of each INTEGER.
    features: Vec<&'a [u8]>,
}

impl<'a> AuthorityInfoAccess<'a> {
    pub(super) fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("AuthorityInfoAccessSyntax")?;
        let mut descriptions = Vec::new();
        if sequence.is_empty() {
            return Err(sequence.error("AccessDescription", Asn1Reason::Value));
        }
        while !sequence.is_empty() {
            let mut description = sequence.sequence("AccessDescription")?;
            let access_method = description.oid("accessMethod")?;
            let access_location = GeneralName::read(&mut description, "accessLocation")?;
            description.end("AccessDescription")?;
            descriptions.push(AccessDescription { access_method, access_location });
        }
        Ok(Self { descriptions })
    }

    /// URIs where the issuer's certificate can be had.
    pub fn ca_issuers(&self) -> impl Iterator<Item = &'a str> {
        self.uris(known::AD_CA_ISSUERS)
    }

    /// URIs of OCSP responders.
    pub fn ocsp(&self) -> impl Iterator<Item = &'a str> {
        self.uris(known::AD_OCSP)
    }

    fn uris(&self, method: Oid<'static>) -> impl Iterator<Item = &'a str> {
        let descriptions = self.descriptions.iter().filter(move |access| access.access_method == method);
        descriptions.filter_map(|access| access.access_location.uri())
    }
}

impl<'a> TlsFeatures<'a> {
    pub(super) fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("Features")?;
        let mut features = Vec::new();
        while !sequence.is_empty() {
            features.push(sequence.expect("Feature", tag::INTEGER)?.contents);
        }
        Ok(Self { features })
    }

    /// Must an OCSP response be stapled: is `status_request` (5) among the features?
    #[must_use]
    pub fn must_staple(&self) -> bool {
        self.features.iter().any(|feature| *feature == [5])
    }
}
