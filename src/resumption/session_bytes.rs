//! The byte form of a [`Session`]: what a ticket seals, a store keeps and a client's file holds. A ticket travels in a
//! ClientHello that should fit one packet, so nothing is written that the reader knows already.
//!
//! ```text
//! layout[1] flags[1] cipher_suite[2] psk[Hash.length] issued_at authenticated_at? lifetime age_add[4]
//! server_name? application_protocol? local_certificate[4]? max_early_data_size? application_data? peer_identity?
//! peer_chain?
//! ```
//!
//! Lengths, counts and numbers without a width are in LEB128: seven bits a byte, the lowest first. Times are
//! milliseconds since 1970, those behind the first as differences to it, zigzag. What has a question mark stands there
//! if its flag says so.

mod name;
mod number;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use zeroize::Zeroizing;

use super::{Session, SessionError, SessionSecret};
use crate::crypto::Secret;
use crate::identity::{
    CertificateTag, ChainCertificate, IssuerKeyDigest, PeerIdentity, SerialNumber, Sha256Digest, SpiffeId,
};
use crate::message::CipherSuite;
use crate::time::Time;
use crate::wire::{DecodeError, DecodeReason, Reader, Writer};
use name::{read_name, write_name};
use number::{read_bytes, read_count, read_number, read_time, write_bytes, write_number, write_time};

/// The first byte.
pub(super) const LAYOUT: u8 = 2;

/// What every SPIFFE id begins with.
const SPIFFE: &str = "spiffe://";

/// Which of a session's fields stand there.
mod session_flag {
    pub(super) const SERVER_NAME: u8 = 1;
    pub(super) const APPLICATION_PROTOCOL: u8 = 1 << 1;
    pub(super) const PEER_IDENTITY: u8 = 1 << 2;
    pub(super) const LOCAL_CERTIFICATE: u8 = 1 << 3;
    /// Else it was authenticated when the ticket was given.
    pub(super) const AUTHENTICATED_AT: u8 = 1 << 4;
    pub(super) const MAX_EARLY_DATA_SIZE: u8 = 1 << 5;
    pub(super) const APPLICATION_DATA: u8 = 1 << 6;
    pub(super) const PEER_CHAIN: u8 = 1 << 7;
    pub(super) const KNOWN: u8 = u8::MAX;
}

/// Which of an identity's fields stand there.
mod identity_flag {
    pub(super) const SPIFFE_ID: u8 = 1;
    /// Else the SPIFFE id is the one URI.
    pub(super) const URIS: u8 = 1 << 1;
    pub(super) const DNS_NAMES: u8 = 1 << 2;
    pub(super) const IP_ADDRESSES: u8 = 1 << 3;
    pub(super) const EMAILS: u8 = 1 << 4;
    /// Else it is that of the chain's first certificate.
    pub(super) const SERIAL: u8 = 1 << 5;
    /// It is that of a raw public key, and nothing follows but its digest.
    pub(super) const RAW_PUBLIC_KEY: u8 = 1 << 6;
    pub(super) const KNOWN: u8 = (1 << 7) - 1;
}

/// The byte form, with this server name in place of the session's.
pub(super) fn write(session: &Session, server_name: Option<&str>) -> Zeroizing<Vec<u8>> {
    let renewed = session.authenticated_at != session.issued_at;
    let flags = [
        (server_name.is_some(), session_flag::SERVER_NAME),
        (session.application_protocol.is_some(), session_flag::APPLICATION_PROTOCOL),
        (session.peer_identity.is_some(), session_flag::PEER_IDENTITY),
        (session.local_certificate.is_some(), session_flag::LOCAL_CERTIFICATE),
        (renewed, session_flag::AUTHENTICATED_AT),
        (session.max_early_data_size > 0, session_flag::MAX_EARLY_DATA_SIZE),
        (!session.application_data.is_empty(), session_flag::APPLICATION_DATA),
        (!session.peer_chain.is_empty(), session_flag::PEER_CHAIN),
    ];
    let mut bytes = Zeroizing::new(Vec::with_capacity(512));
    let mut out = Writer::new(&mut bytes);
    out.u8(LAYOUT);
    out.u8(union(&flags));
    out.u16(session.cipher_suite.0);
    out.bytes(session.psk.expose());
    write_time(&mut out, session.issued_at, Time::default());
    if renewed {
        write_time(&mut out, session.authenticated_at, session.issued_at);
    }
    write_number(&mut out, u64::from(session.lifetime));
    out.u32(session.age_add);
    if let Some(name) = server_name {
        write_bytes(&mut out, name.as_bytes());
    }
    if let Some(protocol) = &session.application_protocol {
        write_bytes(&mut out, protocol);
    }
    if let Some(tag) = &session.local_certificate {
        out.bytes(&tag.0);
    }
    if session.max_early_data_size > 0 {
        write_number(&mut out, u64::from(session.max_early_data_size));
    }
    if !session.application_data.is_empty() {
        write_bytes(&mut out, &session.application_data);
    }
    if let Some(identity) = &session.peer_identity {
        write_identity(&mut out, identity, session.issued_at);
    }
    if !session.peer_chain.is_empty() {
        write_list(&mut out, &session.peer_chain, |out, certificate| write_bytes(out, certificate));
    }
    bytes
}

/// Reads the byte form.
pub(super) fn read(bytes: &[u8]) -> Result<Session, SessionError> {
    let mut r = Reader::new(bytes);
    match r.u8("layout")? {
        LAYOUT => {}
        other => return Err(SessionError::Layout(other)),
    }
    let flags = read_flags(&mut r, session_flag::KNOWN)?;
    let has = |flag| flags & flag != 0;
    let cipher_suite = CipherSuite(r.u16("cipher_suite")?);
    let psk = read_secret(&mut r, cipher_suite)?;
    let issued_at = read_time(&mut r, Time::default())?;
    let session = Session {
        cipher_suite,
        psk,
        issued_at,
        authenticated_at: if has(session_flag::AUTHENTICATED_AT) {
            read_time(&mut r, issued_at)?
        } else {
            issued_at
        },
        lifetime: read_u32(&mut r, "lifetime")?,
        age_add: r.u32("age_add")?,
        server_name: if has(session_flag::SERVER_NAME) { Some(read_text(&mut r)?) } else { None },
        application_protocol: if has(session_flag::APPLICATION_PROTOCOL) {
            Some(read_bytes(&mut r, "application_protocol")?.to_vec())
        } else {
            None
        },
        local_certificate: if has(session_flag::LOCAL_CERTIFICATE) {
            Some(CertificateTag(r.array("local_certificate")?))
        } else {
            None
        },
        max_early_data_size: if has(session_flag::MAX_EARLY_DATA_SIZE) {
            read_u32(&mut r, "max_early_data_size")?
        } else {
            0
        },
        application_data: if has(session_flag::APPLICATION_DATA) {
            read_bytes(&mut r, "application_data")?.to_vec()
        } else {
            Vec::new()
        },
        peer_identity: if has(session_flag::PEER_IDENTITY) {
            Some(Arc::new(read_identity(&mut r, issued_at)?))
        } else {
            None
        },
        peer_chain: read_list(&mut r, has(session_flag::PEER_CHAIN), |r| {
            read_bytes(r, "peer_chain").map(Vec::from)
        })?,
    };
    r.end("Session")?;
    Ok(session)
}

fn union(flags: &[(bool, u8)]) -> u8 {
    flags.iter().filter(|(is_set, _)| *is_set).fold(0, |union, (_, flag)| union | flag)
}

fn read_flags(r: &mut Reader<'_>, known: u8) -> Result<u8, DecodeError> {
    let at = *r;
    let flags = r.u8("flags")?;
    if flags & !known == 0 {
        Ok(flags)
    } else {
        Err(at.error("flags", DecodeReason::InvalidValue { found: u64::from(flags) }))
    }
}

/// A PSK is as long as its suite's hash (§4.7.1).
fn read_secret(r: &mut Reader<'_>, cipher_suite: CipherSuite) -> Result<SessionSecret, DecodeError> {
    let at = *r;
    let unknown =
        || at.error("cipher_suite", DecodeReason::InvalidValue { found: u64::from(cipher_suite.0) });
    let length = cipher_suite.hash().ok_or_else(unknown)?.output_len();
    Secret::new(r.bytes("psk", length)?).map(SessionSecret).map_err(|_| unknown())
}

fn read_u32(r: &mut Reader<'_>, field: &'static str) -> Result<u32, DecodeError> {
    let at = *r;
    let number = read_number(r, field)?;
    u32::try_from(number).map_err(|_| at.error(field, DecodeReason::InvalidValue { found: number }))
}

fn read_text(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    let at = *r;
    let text = read_bytes(r, "text")?;
    core::str::from_utf8(text)
        .map(String::from)
        .map_err(|_| at.error("text", DecodeReason::InvalidValue { found: text.len() as u64 }))
}

fn write_list<T>(out: &mut Writer<'_>, list: &[T], mut write: impl FnMut(&mut Writer<'_>, &T)) {
    write_number(out, list.len() as u64);
    list.iter().for_each(|element| write(out, element));
}

fn read_list<'a, T>(
    r: &mut Reader<'a>,
    is_there: bool,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let count = if is_there { read_count(r)? } else { 0 };
    (0..count).map(|_| read(r)).collect()
}

fn write_identity(out: &mut Writer<'_>, identity: &PeerIdentity, issued_at: Time) {
    if identity.is_raw_public_key {
        out.u8(identity_flag::RAW_PUBLIC_KEY);
        return out.bytes(&identity.key_digest.0);
    }
    let own_serial = identity.chain.first().map(|own| &own.serial);
    let spiffe_id = identity.spiffe_id.as_ref().map(SpiffeId::as_str);
    let is_one_uri = matches!((identity.uris.as_slice(), spiffe_id), ([uri], Some(id)) if uri == id);
    let flags = [
        (spiffe_id.is_some(), identity_flag::SPIFFE_ID),
        (!is_one_uri && (spiffe_id.is_some() || !identity.uris.is_empty()), identity_flag::URIS),
        (!identity.dns_names.is_empty(), identity_flag::DNS_NAMES),
        (!identity.ip_addresses.is_empty(), identity_flag::IP_ADDRESSES),
        (!identity.emails.is_empty(), identity_flag::EMAILS),
        (own_serial != Some(&identity.serial), identity_flag::SERIAL),
    ];
    let flags = union(&flags);
    let write_text = |out: &mut Writer<'_>, text: &String| write_bytes(out, text.as_bytes());
    out.u8(flags);
    if let Some(id) = spiffe_id {
        write_bytes(out, id.strip_prefix(SPIFFE).unwrap_or(id).as_bytes());
    }
    if flags & identity_flag::URIS != 0 {
        write_list(out, &identity.uris, write_text);
    }
    if !identity.dns_names.is_empty() {
        write_list(out, &identity.dns_names, write_text);
    }
    if !identity.ip_addresses.is_empty() {
        write_list(out, &identity.ip_addresses, |out, address| match address {
            IpAddr::V4(address) => write_bytes(out, &address.octets()),
            IpAddr::V6(address) => write_bytes(out, &address.octets()),
        });
    }
    if !identity.emails.is_empty() {
        write_list(out, &identity.emails, write_text);
    }
    write_name(out, &identity.subject);
    write_name(out, &identity.issuer);
    if flags & identity_flag::SERIAL != 0 {
        write_bytes(out, identity.serial.as_bytes());
    }
    out.bytes(&identity.certificate_digest.0);
    out.bytes(&identity.key_digest.0);
    write_list(out, &identity.chain, |out, certificate| {
        out.bytes(&certificate.issuer_key_digest.0);
        write_bytes(out, certificate.serial.as_bytes());
    });
    write_time(out, identity.earliest_not_after, issued_at);
}

fn read_identity(r: &mut Reader<'_>, issued_at: Time) -> Result<PeerIdentity, DecodeError> {
    let at = *r;
    let flags = read_flags(r, identity_flag::KNOWN)?;
    if flags == identity_flag::RAW_PUBLIC_KEY {
        return Ok(PeerIdentity::of_raw_public_key(Sha256Digest(r.array("key_digest")?)));
    }
    if flags & identity_flag::RAW_PUBLIC_KEY != 0 {
        return Err(at.error("flags", DecodeReason::InvalidValue { found: u64::from(flags) }));
    }
    let has = |flag| flags & flag != 0;
    let spiffe_id = if has(identity_flag::SPIFFE_ID) { Some(read_spiffe_id(r)?) } else { None };
    let one_uri = spiffe_id.as_ref().filter(|_| !has(identity_flag::URIS));
    let one_uri: Vec<String> = one_uri.map(|id| id.as_str().into()).into_iter().collect();
    let uris = read_list(r, has(identity_flag::URIS), read_text)?;
    let mut identity = PeerIdentity {
        is_raw_public_key: false,
        spiffe_id,
        uris: if one_uri.is_empty() { uris } else { one_uri },
        dns_names: read_list(r, has(identity_flag::DNS_NAMES), read_text)?,
        ip_addresses: read_list(r, has(identity_flag::IP_ADDRESSES), read_address)?,
        emails: read_list(r, has(identity_flag::EMAILS), read_text)?,
        subject: read_name(r)?,
        issuer: read_name(r)?,
        serial: if has(identity_flag::SERIAL) { read_serial(r)? } else { SerialNumber::default() },
        certificate_digest: Sha256Digest(r.array("certificate_digest")?),
        key_digest: Sha256Digest(r.array("key_digest")?),
        chain: read_list(r, true, |r| {
            let issuer_key_digest = IssuerKeyDigest(r.array("issuer_key_digest")?);
            Ok(ChainCertificate { issuer_key_digest, serial: read_serial(r)? })
        })?,
        earliest_not_after: read_time(r, issued_at)?,
    };
    if let Some(own) = identity.chain.first()
        && !has(identity_flag::SERIAL)
    {
        identity.serial = own.serial.clone();
    }
    Ok(identity)
}

fn read_spiffe_id(r: &mut Reader<'_>) -> Result<SpiffeId, DecodeError> {
    let at = *r;
    let id = [SPIFFE, &read_text(r)?].concat();
    SpiffeId::parse(&id)
        .map_err(|_| at.error("spiffe_id", DecodeReason::InvalidValue { found: id.len() as u64 }))
}

fn read_address(r: &mut Reader<'_>) -> Result<IpAddr, DecodeError> {
    let at = *r;
    let octets = read_bytes(r, "ip_address")?;
    match (<[u8; 4]>::try_from(octets), <[u8; 16]>::try_from(octets)) {
        (Ok(v4), _) => Ok(IpAddr::from(v4)),
        (_, Ok(v6)) => Ok(IpAddr::from(v6)),
        _ => Err(at.error("ip_address", DecodeReason::InvalidValue { found: octets.len() as u64 })),
    }
}

fn read_serial(r: &mut Reader<'_>) -> Result<SerialNumber, DecodeError> {
    Ok(SerialNumber::new(read_bytes(r, "serial")?))
}
