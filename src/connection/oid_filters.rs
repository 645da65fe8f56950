//! `oid_filters`: what a client's certificate must have in its extensions (RFC 9846 §4.3.5; 8446 §4.2.5).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::pki::asn1::{DerReader, Oid, known};
use crate::pki::certificate::{Certificate, ExtKeyUsage, ExtensionField, KeyUsage};

/// A filter: extension identifier and values, both in DER.
type OidFilter = (Vec<u8>, Vec<u8>);

/// The identifier of the first extension in which a certificate does not have what the filters ask for.
///
/// The two extensions with matching rules in §4.3.5 are recognized; others are skipped. `purposes` are the contents of
/// the object identifiers of extKeyUsage.
pub(super) fn missed(
    filters: &[OidFilter],
    key_usage: Option<KeyUsage>,
    purposes: Option<&[Vec<u8>]>,
) -> Option<String> {
    let (oid, _) = filters.iter().find(|(oid, values)| !matches(oid, values, key_usage, purposes))?;
    Some(extension_oid(oid).map(|oid| oid.to_string()).unwrap_or_default())
}

/// The same of a certificate that a client showed.
pub(super) fn missed_by(certificate: &Certificate<'_>, filters: &[OidFilter]) -> Option<String> {
    let key_usage = certificate.extensions.key_usage.as_ref().and_then(ExtensionField::ok).copied();
    let purposes = certificate.extensions.ext_key_usage.as_ref().and_then(ExtensionField::ok);
    let purposes: Option<Vec<_>> =
        purposes.map(|usage| usage.purposes.iter().map(|it| it.contents().to_vec()).collect());
    missed(filters, key_usage, purposes.as_deref())
}

/// Does a filter ask for anyExtendedKeyUsage, which it must not?
pub(super) fn asks_for_any_purpose((oid, values): &OidFilter) -> bool {
    extension_oid(oid) == Some(known::EXT_KEY_USAGE)
        && ExtKeyUsage::read(&mut DerReader::new(values))
            .is_ok_and(|asked| asked.purposes.contains(&known::ANY_EXTENDED_KEY_USAGE))
}

//= R-4.3.5-3
//= R-4.3.5-4
fn matches(oid: &[u8], values: &[u8], key_usage: Option<KeyUsage>, purposes: Option<&[Vec<u8>]>) -> bool {
    let mut values = DerReader::new(values);
    match extension_oid(oid) {
        Some(known::KEY_USAGE) => match (KeyUsage::read(&mut values, &mut Vec::new()), key_usage) {
            (Ok(asked), Some(usage)) => usage.contains(asked),
            _ => false,
        },
        Some(known::EXT_KEY_USAGE) => match (ExtKeyUsage::read(&mut values), purposes) {
            (Ok(asked), Some(purposes)) => asked
                .purposes
                .iter()
                .all(|oid| purposes.iter().any(|listed| listed.as_slice() == oid.contents())),
            _ => false,
        },
        _ => true,
    }
}

/// The object identifier of a filter.
fn extension_oid(der: &[u8]) -> Option<Oid<'_>> {
    DerReader::new(der).oid("certificate_extension_oid").ok()
}
