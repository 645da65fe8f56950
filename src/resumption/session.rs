//! What a handshake leaves for a later one, and its byte form.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

use zeroize::Zeroizing;

use crate::crypto::Secret;
use crate::identity::{
    ChainCertificate, DistinguishedName, PeerIdentity, SerialNumber, Sha256Digest, SpiffeId,
};
use crate::message::CipherSuite;
use crate::time::Time;
use crate::wire::{DecodeError, DecodeReason, Reader, Writer};

/// The longest lifetime of a ticket in seconds: seven days (§4.7.1).
pub const MAX_TICKET_LIFETIME: u32 = 604_800;

/// What a handshake leaves for a later one.
///
/// A server seals it into a ticket or keeps it under an identifier; a client keeps it beside the ticket. It holds a
/// secret: whoever has it can be the peer.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// The suite; its hash binds the PSK.
    pub cipher_suite: CipherSuite,
    /// `PSK` of §4.7.1.
    pub psk: SessionSecret,
    /// When the ticket was given.
    pub issued_at: Time,
    /// `ticket_lifetime` in seconds, at most [`MAX_TICKET_LIFETIME`].
    pub lifetime: u32,
    /// `ticket_age_add`.
    pub age_add: u32,
    /// When the peer was last authenticated by certificate or external PSK: renewing a ticket does not move it.
    pub authenticated_at: Time,
    /// The server name of the first handshake.
    pub server_name: Option<String>,
    /// The application protocol; 0-RTT needs the same one.
    pub application_protocol: Option<Vec<u8>>,
    /// Who the peer is, as the first handshake found it.
    pub peer_identity: Option<Arc<PeerIdentity>>,
    /// SHA-256 of the certificate that we showed, if we showed one.
    pub local_certificate: Option<Sha256Digest>,
    /// `max_early_data_size`: bytes of 0-RTT data that the server takes; 0: none.
    pub max_early_data_size: u32,
    /// The application's own, at most 2^16-1 bytes.
    pub application_data: Vec<u8>,
}

/// The PSK of a session: compared in constant time, never printed.
#[derive(Clone, Debug)]
pub struct SessionSecret(pub Secret);

impl PartialEq for SessionSecret {
    fn eq(&self, other: &Self) -> bool {
        bool::from(subtle::ConstantTimeEq::ct_eq(&self.0, &other.0))
    }
}

impl core::ops::Deref for SessionSecret {
    type Target = Secret;

    fn deref(&self) -> &Secret {
        &self.0
    }
}

/// Why bytes are no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionError {
    /// They end early, go on behind the end, or hold what no session holds.
    Malformed(DecodeError),
    /// They were written by a version of this library that wrote sessions otherwise.
    Layout(u8),
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "no session: {error}"),
            Self::Layout(found) => write!(f, "a session of layout {found}, expected {LAYOUT}"),
        }
    }
}

impl core::error::Error for SessionError {}

impl From<DecodeError> for SessionError {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

/// The first byte of the byte form.
const LAYOUT: u8 = 1;

impl Session {
    /// May the ticket not be used any more (§4.7.1)? A clock that went back does not make it live longer than
    /// its lifetime from the moment it was given.
    #[must_use]
    pub fn is_expired(&self, now: Time) -> bool {
        //= R-4.7.1-12
        let lifetime = Duration::from_secs(u64::from(self.lifetime.min(MAX_TICKET_LIFETIME)));
        now.saturating_since(self.issued_at) >= lifetime
    }

    /// The byte form; it holds the secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(512));
        let mut out = Writer::new(&mut bytes);
        out.u8(LAYOUT);
        out.u16(self.cipher_suite.0);
        out.vector(0..=48, |out| out.bytes(self.psk.expose()));
        write_time(&mut out, self.issued_at);
        out.u32(self.lifetime);
        out.u32(self.age_add);
        write_time(&mut out, self.authenticated_at);
        write_option(&mut out, self.server_name.as_ref(), |out, name| write_text(out, name));
        write_option(&mut out, self.application_protocol.as_ref(), |out, name| {
            out.vector(0..=0xff, |out| out.bytes(name));
        });
        write_option(&mut out, self.local_certificate.as_ref(), |out, digest| out.bytes(&digest.0));
        out.u32(self.max_early_data_size);
        out.vector(0..=0xffff, |out| out.bytes(&self.application_data));
        write_option(&mut out, self.peer_identity.as_deref(), write_identity);
        bytes
    }

    /// Reads the byte form.
    ///
    /// # Errors
    /// [`SessionError`] if it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SessionError> {
        let mut r = Reader::new(bytes);
        match r.u8("layout")? {
            LAYOUT => {}
            other => return Err(SessionError::Layout(other)),
        }
        let session = Self {
            cipher_suite: CipherSuite(r.u16("cipher_suite")?),
            psk: read_secret(&mut r)?,
            issued_at: read_time(&mut r)?,
            lifetime: r.u32("lifetime")?,
            age_add: r.u32("age_add")?,
            authenticated_at: read_time(&mut r)?,
            server_name: read_option(&mut r, read_text)?,
            application_protocol: read_option(&mut r, |r| Ok(r.vector("protocol", 0..=0xff)?.to_vec()))?,
            local_certificate: read_option(&mut r, |r| Ok(Sha256Digest(r.array("local_certificate")?)))?,
            max_early_data_size: r.u32("max_early_data_size")?,
            application_data: r.vector("application_data", 0..=0xffff)?.to_vec(),
            peer_identity: read_option(&mut r, read_identity)?.map(Arc::new),
        };
        r.end("Session")?;
        Ok(session)
    }
}

fn read_secret(r: &mut Reader<'_>) -> Result<SessionSecret, DecodeError> {
    let at = *r;
    let secret = r.vector("psk", 32..=48)?;
    Secret::new(secret)
        .map(SessionSecret)
        .map_err(|_| at.error("psk", DecodeReason::InvalidValue { found: secret.len() as u64 }))
}

fn write_time(out: &mut Writer<'_>, time: Time) {
    out.bytes(&time.as_millis().to_be_bytes());
}

fn read_time(r: &mut Reader<'_>) -> Result<Time, DecodeError> {
    Ok(Time::from_millis_since_1970(i64::from_be_bytes(r.array("time")?)))
}

fn write_option<T: ?Sized>(out: &mut Writer<'_>, value: Option<&T>, write: impl FnOnce(&mut Writer<'_>, &T)) {
    out.u8(u8::from(value.is_some()));
    if let Some(value) = value {
        write(out, value);
    }
}

fn read_option<'a, T>(
    r: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Option<T>, DecodeError> {
    if r.u8("present")? == 0 { Ok(None) } else { read(r).map(Some) }
}

fn write_list<T>(out: &mut Writer<'_>, list: &[T], mut write: impl FnMut(&mut Writer<'_>, &T)) {
    out.vector(0..=0xffff, |out| list.iter().for_each(|element| write(out, element)));
}

fn read_list<'a, T>(
    r: &mut Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let mut elements = r.nested("list", 0..=0xffff)?;
    let mut list = Vec::new();
    while !elements.is_empty() {
        list.push(read(&mut elements)?);
    }
    Ok(list)
}

fn write_text(out: &mut Writer<'_>, text: &str) {
    out.vector(0..=0xffff, |out| out.bytes(text.as_bytes()));
}

fn read_text(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    let at = *r;
    let text = r.vector("text", 0..=0xffff)?;
    core::str::from_utf8(text)
        .map(String::from)
        .map_err(|_| at.error("text", DecodeReason::InvalidValue { found: text.len() as u64 }))
}

fn write_identity(out: &mut Writer<'_>, identity: &PeerIdentity) {
    // A SPIFFE id is the one URI of its certificate: it is not written twice.
    out.u8(u8::from(identity.spiffe_id.is_some()));
    write_list(out, &identity.dns_names, |out, name| write_text(out, name));
    write_list(out, &identity.ip_addresses, |out, address| {
        out.vector(0..=16, |out| match address {
            IpAddr::V4(address) => out.bytes(&address.octets()),
            IpAddr::V6(address) => out.bytes(&address.octets()),
        });
    });
    write_list(out, &identity.uris, |out, uri| write_text(out, uri));
    write_list(out, &identity.emails, |out, email| write_text(out, email));
    write_name(out, &identity.subject);
    write_name(out, &identity.issuer);
    let of_chain = identity.chain.first().is_some_and(|leaf| leaf.serial == identity.serial);
    write_option(out, (!of_chain).then_some(&identity.serial), write_serial);
    out.bytes(&identity.certificate_digest.0);
    out.bytes(&identity.key_digest.0);
    write_list(out, &identity.chain, |out, certificate| {
        out.bytes(&certificate.issuer_key_digest.0);
        write_serial(out, &certificate.serial);
        write_time(out, certificate.not_after);
    });
    write_time(out, identity.earliest_not_after);
}

fn read_identity(r: &mut Reader<'_>) -> Result<PeerIdentity, DecodeError> {
    let at = *r;
    let has_spiffe_id = r.u8("spiffe_id")? != 0;
    let mut identity = PeerIdentity {
        spiffe_id: None,
        dns_names: read_list(r, read_text)?,
        ip_addresses: read_list(r, read_address)?,
        uris: read_list(r, read_text)?,
        emails: read_list(r, read_text)?,
        subject: read_name(r)?,
        issuer: read_name(r)?,
        serial: read_option(r, read_serial)?.unwrap_or_default(),
        certificate_digest: Sha256Digest(r.array("certificate_digest")?),
        key_digest: Sha256Digest(r.array("key_digest")?),
        chain: read_list(r, |r| {
            Ok(ChainCertificate {
                issuer_key_digest: Sha256Digest(r.array("issuer_key_digest")?),
                serial: read_serial(r)?,
                not_after: read_time(r)?,
            })
        })?,
        earliest_not_after: read_time(r)?,
    };
    if has_spiffe_id {
        let id = identity.uris.first().and_then(|uri| SpiffeId::parse(uri).ok());
        let missing = || at.error("spiffe_id", DecodeReason::InvalidValue { found: 1 });
        identity.spiffe_id = Some(id.ok_or_else(missing)?);
    }
    if let Some(leaf) = identity.chain.first()
        && identity.serial.0.is_empty()
    {
        identity.serial = leaf.serial.clone();
    }
    Ok(identity)
}

fn read_address(r: &mut Reader<'_>) -> Result<IpAddr, DecodeError> {
    let at = *r;
    let octets = r.vector("ip_address", 4..=16)?;
    match (<[u8; 4]>::try_from(octets), <[u8; 16]>::try_from(octets)) {
        (Ok(v4), _) => Ok(IpAddr::from(v4)),
        (_, Ok(v6)) => Ok(IpAddr::from(v6)),
        _ => Err(at.error("ip_address", DecodeReason::InvalidValue { found: octets.len() as u64 })),
    }
}

fn write_name(out: &mut Writer<'_>, name: &DistinguishedName) {
    write_text(out, &name.text);
    out.bytes(&name.digest.0);
}

fn read_name(r: &mut Reader<'_>) -> Result<DistinguishedName, DecodeError> {
    Ok(DistinguishedName { text: read_text(r)?, digest: Sha256Digest(r.array("digest")?) })
}

fn write_serial(out: &mut Writer<'_>, serial: &SerialNumber) {
    out.vector(0..=0xff, |out| out.bytes(&serial.0));
}

fn read_serial(r: &mut Reader<'_>) -> Result<SerialNumber, DecodeError> {
    Ok(SerialNumber(r.vector("serial", 0..=0xff)?.to_vec()))
}
