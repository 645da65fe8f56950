//! A sorted index of a list's entries, so that a lookup among a million costs microseconds.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::RevocationReason;
use super::crl::{CertificateList, RevokedCertificate};
use crate::pki::asn1::{self, Asn1Error, Asn1Reason, DerReader, known, tag};
use crate::pki::certificate::{Extension, GeneralName, GeneralNames, Name, NormalizedName};

/// Entries sorted by serial number; eight bytes each.
#[derive(Clone, Debug)]
pub(super) struct CrlIndex {
    entries: Vec<Position>,
    /// The issuers of certificates that entries speak of, the list's own first (certificateIssuer, §5.3.3).
    issuers: Vec<NormalizedName>,
    has_unusable_entry: bool,
}

/// Where an entry is, and which issuer its certificate has.
#[derive(Clone, Copy, Debug)]
struct Position {
    offset: u32,
    issuer: u32,
}

/// An entry, read.
struct Entry<'a> {
    serial_number: &'a [u8],
    revoked: RevokedCertificate,
    certificate_issuer: Option<Name<'a>>,
    unusable: bool,
}

impl CrlIndex {
    pub(super) fn build(list: &CertificateList<'_>, issuer: NormalizedName) -> Result<Self, Asn1Error> {
        let mut index = Self { entries: Vec::new(), issuers: alloc::vec![issuer], has_unusable_entry: false };
        let mut reader = DerReader::at(list.revoked_certificates, list.entries_start);
        let mut places: BTreeMap<_, _> = index.issuers.iter().map(|issuer| (issuer.clone(), 0)).collect();
        let mut current = 0_u32;
        while !reader.is_empty() {
            let start = reader.offset();
            let too_large =
                reader.error("revokedCertificates", Asn1Reason::TooLarge { limit: u32::MAX as usize });
            let entry = Entry::read(&mut reader)?;
            index.has_unusable_entry |= entry.unusable;
            if let Some(name) = entry.certificate_issuer {
                current = index.issuer(name.normalized(), &mut places).ok_or(too_large)?;
            }
            index
                .entries
                .push(Position { offset: u32::try_from(start).map_err(|_| too_large)?, issuer: current });
        }
        let serial = |position: &Position| {
            let offset =
                usize::try_from(position.offset).unwrap_or(usize::MAX).saturating_sub(list.entries_start);
            serial_number(list.revoked_certificates.get(offset..).unwrap_or_default())
        };
        // Lists come sorted more often than not, which a stable sort uses.
        index.entries.sort_by(|left, right| order(serial(left)).cmp(&order(serial(right))));
        index.entries.shrink_to_fit();
        Ok(index)
    }

    pub(super) fn find(
        &self,
        der: &[u8],
        issuer: &NormalizedName,
        wanted: &[u8],
    ) -> Option<RevokedCertificate> {
        self.with_serial_number(der, wanted).find(|(of, _)| *of == issuer).map(|(_, revoked)| revoked)
    }

    /// The entries with a serial number, each with the issuer of its certificate.
    pub(super) fn with_serial_number<'i>(
        &'i self,
        der: &'i [u8],
        wanted: &'i [u8],
    ) -> impl Iterator<Item = (&'i NormalizedName, RevokedCertificate)> {
        let rest = move |position: &Position| {
            der.get(usize::try_from(position.offset).unwrap_or(usize::MAX)..).unwrap_or_default()
        };
        let start =
            self.entries.partition_point(|position| order(serial_number(rest(position))) < order(wanted));
        self.entries.iter().skip(start).map_while(move |position| {
            let entry = Entry::read(&mut DerReader::new(rest(position))).ok()?;
            let issuer = self.issuers.get(usize::try_from(position.issuer).unwrap_or(usize::MAX))?;
            (entry.serial_number == wanted).then_some((issuer, entry.revoked))
        })
    }

    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) const fn has_unusable_entry(&self) -> bool {
        self.has_unusable_entry
    }

    /// The place of an issuer among those of the list.
    fn issuer(&mut self, name: NormalizedName, places: &mut BTreeMap<NormalizedName, u32>) -> Option<u32> {
        if let Some(place) = places.get(&name) {
            return Some(*place);
        }
        let place = u32::try_from(self.issuers.len()).ok()?;
        places.insert(name.clone(), place);
        self.issuers.push(name);
        Some(place)
    }
}

/// Shorter octet strings first, then by octets: any order does that is the same for both sides.
fn order(serial_number: &[u8]) -> (usize, &[u8]) {
    (serial_number.len(), serial_number)
}

fn serial_number(entry: &[u8]) -> &[u8] {
    let read =
        || DerReader::new(entry).sequence("revokedCertificate")?.expect("userCertificate", tag::INTEGER);
    read().map(|value| value.contents).unwrap_or_default()
}

impl<'a> Entry<'a> {
    /// RFC 5280 §5.1.2.6, §5.3.
    fn read(reader: &mut DerReader<'a>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("revokedCertificate")?;
        let serial_number = sequence.expect("userCertificate", tag::INTEGER)?.contents;
        let (revocation_date, _) = asn1::time(&sequence.any("revocationDate")?)?;
        let revoked = RevokedCertificate { revocation_date, reason: RevocationReason::UNSPECIFIED };
        let mut entry = Self { serial_number, revoked, certificate_issuer: None, unusable: false };
        if let Some(extensions) = sequence.optional("crlEntryExtensions", tag::SEQUENCE)? {
            let mut extensions = extensions.reader();
            while !extensions.is_empty() {
                let extension = Extension::read(&mut extensions, &mut Vec::new())?;
                entry.read_extension(&extension)?;
            }
        }
        sequence.end("revokedCertificate")?;
        Ok(entry)
    }

    fn read_extension(&mut self, extension: &Extension<'a>) -> Result<(), Asn1Error> {
        let mut reader = DerReader::new(extension.value);
        match extension.id {
            known::CRL_REASONS => {
                let value = reader.expect("CRLReason", tag::ENUMERATED)?;
                let [reason] = value.contents else { return Err(value.invalid()) };
                self.revoked.reason = RevocationReason(*reason);
            }
            known::CERTIFICATE_ISSUER => {
                let value = reader.expect("CertificateIssuer", tag::SEQUENCE)?;
                let names = GeneralNames::from_contents(&value)?;
                let name = names.iter().find_map(GeneralName::directory_name);
                self.certificate_issuer = Some(name.ok_or_else(|| value.invalid())?);
            }
            known::INVALIDITY_DATE => {}
            _ => self.unusable |= extension.critical,
        }
        Ok(())
    }
}
