//! Makes CRLs for tests, of kinds that rcgen has no words for: deltas, indirect ones, some reasons, any extension
//! (RFC 5280 §5).

#![allow(dead_code, clippy::unwrap_used)]

use handfast::pki::certificate::Certificate;
use handfast::pki::revocation::Crl;

use super::authority::Authority;
use super::der::{ECDSA_SHA256, id_ce, january, sequence, signed, tlv};

/// A list to be: of 2029 until 2031 unless a test says otherwise.
#[derive(Clone)]
pub(crate) struct List<'a> {
    /// Who signs, under its own name.
    pub(crate) issuer: &'a Authority,
    pub(crate) this_update: u16,
    pub(crate) next_update: Option<u16>,
    /// cRLNumber.
    pub(crate) number: Option<u8>,
    /// BaseCRLNumber: it is a delta list.
    pub(crate) base: Option<u8>,
    /// What stands in issuingDistributionPoint.
    pub(crate) scope: Option<Vec<u8>>,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) entries: Vec<Vec<u8>>,
}

impl<'a> List<'a> {
    pub(crate) fn new(issuer: &'a Authority) -> Self {
        Self {
            issuer,
            this_update: 2029,
            next_update: Some(2031),
            number: Some(1),
            base: None,
            scope: None,
            extensions: vec![],
            entries: vec![],
        }
    }

    /// The same with these entries.
    pub(crate) fn with(self, entries: &[Vec<u8>]) -> Self {
        Self { entries: entries.to_vec(), ..self }
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let number = |arc, critical, number: u8| id_ce(arc, critical, &tlv(0x02, &[number]));
        let extensions = [
            self.number.map(|it| number(20, false, it)).unwrap_or_default(),
            self.base.map(|it| number(27, true, it)).unwrap_or_default(),
            self.scope.as_ref().map(|scope| id_ce(28, true, &tlv(0x30, scope))).unwrap_or_default(),
            self.extensions.concat(),
        ]
        .concat();
        let issuer = Certificate::from_der(self.issuer.der()).unwrap();
        let next_update = self.next_update.map(january).unwrap_or_default();
        let entries = if self.entries.is_empty() { vec![] } else { tlv(0x30, &self.entries.concat()) };
        let extensions = match extensions.is_empty() {
            true => vec![],
            false => tlv(0xa0, &tlv(0x30, &extensions)),
        };
        let list = sequence(&[
            &tlv(0x02, &[1]),
            ECDSA_SHA256,
            issuer.subject.der,
            &january(self.this_update),
            &next_update,
            &entries,
            &extensions,
        ]);
        signed(&list, self.issuer.key())
    }

    pub(crate) fn crl(&self) -> Crl {
        Crl::from_der(self.to_der()).unwrap()
    }
}

/// An entry for a certificate in DER, revoked in 2029; `extensions` are crlEntryExtensions.
pub(crate) fn entry(certificate: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let serial_number = tlv(0x02, Certificate::from_der(certificate).unwrap().serial_number);
    let extensions = if extensions.is_empty() { vec![] } else { tlv(0x30, &extensions.concat()) };
    sequence(&[&serial_number, &january(2029), &extensions])
}

/// CRLReason.
pub(crate) fn reason(reason: u8) -> Vec<u8> {
    id_ce(21, false, &tlv(0x0a, &[reason]))
}

/// certificateIssuer: the subject of this CA.
pub(crate) fn certificate_issuer(ca: &Authority) -> Vec<u8> {
    id_ce(29, true, &tlv(0x30, &directory_name(ca)))
}

/// The subject of a CA as a GeneralName.
pub(crate) fn directory_name(ca: &Authority) -> Vec<u8> {
    tlv(0xa4, Certificate::from_der(ca.der()).unwrap().subject.der)
}
