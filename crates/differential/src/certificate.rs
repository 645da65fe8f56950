//! Certificates to be: every field open to alteration, then written and signed.

use crate::der;
use crate::key::Key;

/// The moment for which every chain is judged: 2027-01-15T08:00:00Z, in seconds since 1970.
pub(crate) const NOW: i64 = 1_800_000_000;

/// Object identifiers of key purposes and policies, as arcs.
pub(crate) mod arcs {
    pub(crate) const SERVER_AUTH: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 3, 1];
    pub(crate) const CLIENT_AUTH: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 3, 2];
    pub(crate) const CODE_SIGNING: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 3, 3];
    pub(crate) const ANY_EXTENDED_KEY_USAGE: &[u32] = &[2, 5, 29, 37, 0];
    pub(crate) const ANY_POLICY: &[u32] = &[2, 5, 29, 32, 0];
    pub(crate) const POLICY_1: &[u32] = &[1, 3, 6, 1, 4, 1, 99999, 1];
    pub(crate) const POLICY_2: &[u32] = &[1, 3, 6, 1, 4, 1, 99999, 2];
}

/// keyUsage, digitalSignature the highest bit.
pub(crate) mod usage {
    pub(crate) const DIGITAL_SIGNATURE: u16 = 0x8000;
    pub(crate) const KEY_ENCIPHERMENT: u16 = 0x2000;
    pub(crate) const KEY_CERT_SIGN: u16 = 0x0400;
    pub(crate) const CRL_SIGN: u16 = 0x0200;
}

/// A distinguished name of one common name, in one of its spellings.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) common_name: String,
    /// PrintableString, not UTF8String.
    pub(crate) printable: bool,
    /// No attribute at all.
    pub(crate) empty: bool,
}

impl Name {
    pub(crate) fn new(common_name: impl Into<String>) -> Self {
        Self { common_name: common_name.into(), printable: false, empty: false }
    }

    fn to_der(&self) -> Vec<u8> {
        if self.empty {
            return der::sequence(&[]);
        }
        let attribute = |arc: u32, text: &str| {
            let tag = if self.printable { 0x13 } else { 0x0c };
            let pair = [der::oid(&[2, 5, 4, arc]), der::value(tag, text.as_bytes())];
            der::set(&der::sequence(&[&pair.concat()]))
        };
        der::sequence(&[&attribute(10, "Example"), &attribute(3, &self.common_name)])
    }
}

/// GeneralName, of names and, with `Ip` twice as long, of constraints.
#[derive(Clone)]
pub(crate) enum GeneralName {
    Dns(String),
    Mailbox(String),
    Uri(String),
    Ip(Vec<u8>),
    Directory(Name),
}

impl GeneralName {
    fn to_der(&self) -> Vec<u8> {
        match self {
            Self::Mailbox(text) => der::tagged_primitive(1, text.as_bytes()),
            Self::Dns(text) => der::tagged_primitive(2, text.as_bytes()),
            Self::Directory(name) => der::tagged(4, &name.to_der()),
            Self::Uri(text) => der::tagged_primitive(6, text.as_bytes()),
            Self::Ip(octets) => der::tagged_primitive(7, octets),
        }
    }
}

/// What is done to the octets of a certificate.
#[derive(Clone, Copy)]
pub(crate) enum Damage {
    /// This octet of the part to be signed becomes another one before signing.
    BeforeSigning { offset: usize, xor: u8 },
    /// This octet of the whole becomes another one.
    AfterSigning { offset: usize, xor: u8 },
    /// One bit of the signature turns.
    Signature,
    /// So many octets at the end are missing.
    Cut { octets: usize },
}

/// A certificate to be; keys are places in the pool.
#[derive(Clone)]
pub(crate) struct Template {
    /// As it is written: 2 is version 3.
    pub(crate) version: u8,
    pub(crate) serial_number: Vec<u8>,
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    pub(crate) key: usize,
    /// The key that signs.
    pub(crate) signer: usize,
    /// The key that authorityKeyIdentifier speaks of.
    pub(crate) authority: Option<usize>,
    pub(crate) subject_key_identifier: bool,
    /// cA and pathLenConstraint.
    pub(crate) basic_constraints: Option<(bool, Option<u64>)>,
    pub(crate) key_usage: Option<u16>,
    pub(crate) ext_key_usage: Vec<&'static [u32]>,
    pub(crate) subject_alt_name: Vec<GeneralName>,
    pub(crate) permitted: Vec<GeneralName>,
    pub(crate) excluded: Vec<GeneralName>,
    pub(crate) policies: Vec<&'static [u32]>,
    pub(crate) policy_mapping: Option<(&'static [u32], &'static [u32])>,
    /// requireExplicitPolicy and inhibitPolicyMapping.
    pub(crate) policy_constraints: Option<(Option<u64>, Option<u64>)>,
    pub(crate) inhibit_any_policy: Option<u64>,
    /// An extension that nobody knows, and whether it is critical.
    pub(crate) unknown_extension: Option<bool>,
    /// keyUsage once more.
    pub(crate) duplicate_extension: bool,
    pub(crate) damage: Option<Damage>,
}

impl Template {
    /// Written and signed.
    pub(crate) fn to_der(&self, keys: &[Key]) -> Result<Vec<u8>, String> {
        let key = |index: usize| keys.get(index).ok_or("a key beyond the pool");
        let signer = key(self.signer)?;
        let mut signed = self.tbs_certificate(key(self.key)?, signer, keys);
        if let Some(Damage::BeforeSigning { offset, xor }) = self.damage {
            flip(&mut signed, offset, xor);
        }
        let mut signature = signer.sign(&signed);
        if let Some(Damage::Signature) = self.damage {
            // Not the first octets, which make an ECDSA signature readable.
            let last = signature.len().saturating_sub(3);
            flip(&mut signature, last, 1);
        }
        let mut certificate = der::sequence(&[&signed, &signer.algorithm, &der::bit_string(&signature)]);
        match self.damage {
            Some(Damage::AfterSigning { offset, xor }) => flip(&mut certificate, offset, xor),
            Some(Damage::Cut { octets }) => certificate.truncate(certificate.len().saturating_sub(octets)),
            Some(Damage::BeforeSigning { .. } | Damage::Signature) | None => {}
        }
        Ok(certificate)
    }

    fn tbs_certificate(&self, key: &Key, signer: &Key, keys: &[Key]) -> Vec<u8> {
        let version =
            if self.version == 0 { Vec::new() } else { der::tagged(0, &der::integer(self.version.into())) };
        let extensions = self.extensions(key, keys);
        let extensions =
            if extensions.is_empty() { extensions } else { der::tagged(3, &der::value(0x30, &extensions)) };
        der::sequence(&[
            &version,
            &der::value(0x02, &self.serial_number),
            &signer.algorithm,
            &self.issuer.to_der(),
            &der::sequence(&[&time(self.not_before), &time(self.not_after)]),
            &self.subject.to_der(),
            &key.spki,
            &extensions,
        ])
    }

    fn extensions(&self, key: &Key, keys: &[Key]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut add = |arc: u32, critical: bool, value: &[u8]| {
            out.extend(extension(&[2, 5, 29, arc], critical, value));
        };
        if let Some((ca, path_len_constraint)) = self.basic_constraints {
            let ca = if ca { der::boolean_true() } else { Vec::new() };
            let length = path_len_constraint.map(der::integer).unwrap_or_default();
            add(19, true, &der::sequence(&[&ca, &length]));
        }
        if let Some(bits) = self.key_usage {
            add(15, true, &der::named_bits(bits));
            if self.duplicate_extension {
                add(15, true, &der::named_bits(bits));
            }
        }
        if !self.ext_key_usage.is_empty() {
            add(37, false, &oids(&self.ext_key_usage));
        }
        if self.subject_key_identifier {
            add(14, false, &der::octet_string(&key.identifier));
        }
        if let Some(authority) = self.authority.and_then(|index| keys.get(index)) {
            add(35, false, &der::sequence(&[&der::tagged_primitive(0, &authority.identifier)]));
        }
        if !self.subject_alt_name.is_empty() {
            let names: Vec<u8> = self.subject_alt_name.iter().flat_map(GeneralName::to_der).collect();
            add(17, self.subject.empty, &der::value(0x30, &names));
        }
        if !self.permitted.is_empty() || !self.excluded.is_empty() {
            let trees = [subtrees(0, &self.permitted), subtrees(1, &self.excluded)];
            add(30, true, &der::value(0x30, &trees.concat()));
        }
        self.policy_extensions(&mut add);
        if let Some(critical) = self.unknown_extension {
            out.extend(extension(&[1, 3, 6, 1, 4, 1, 99999, 77], critical, &der::sequence(&[])));
        }
        out
    }

    fn policy_extensions(&self, add: &mut impl FnMut(u32, bool, &[u8])) {
        if !self.policies.is_empty() {
            let policies = self.policies.iter().flat_map(|arcs| der::sequence(&[&der::oid(arcs)]));
            add(32, false, &der::value(0x30, &policies.collect::<Vec<u8>>()));
        }
        if let Some((issuer_domain, subject_domain)) = self.policy_mapping {
            let pair = der::sequence(&[&der::oid(issuer_domain), &der::oid(subject_domain)]);
            add(33, true, &der::sequence(&[&pair]));
        }
        if let Some((explicit, mapping)) = self.policy_constraints {
            let skip = |number: u8, certificates: Option<u64>| {
                let contents = certificates.map(der::integer_contents);
                contents.map(|contents| der::tagged_primitive(number, &contents)).unwrap_or_default()
            };
            add(36, true, &der::sequence(&[&skip(0, explicit), &skip(1, mapping)]));
        }
        if let Some(certificates) = self.inhibit_any_policy {
            add(54, true, &der::integer(certificates));
        }
    }
}

fn flip(octets: &mut [u8], offset: usize, xor: u8) {
    let length = octets.len().max(1);
    if let Some(octet) = octets.get_mut(offset % length) {
        *octet ^= xor;
    }
}

fn extension(arcs: &[u32], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der::boolean_true() } else { Vec::new() };
    der::sequence(&[&der::oid(arcs), &critical, &der::octet_string(value)])
}

fn oids(list: &[&[u32]]) -> Vec<u8> {
    der::value(0x30, &list.iter().flat_map(|arcs| der::oid(arcs)).collect::<Vec<u8>>())
}

fn subtrees(number: u8, bases: &[GeneralName]) -> Vec<u8> {
    if bases.is_empty() {
        return Vec::new();
    }
    let trees: Vec<u8> = bases.iter().flat_map(|base| der::sequence(&[&base.to_der()])).collect();
    der::tagged(number, &trees)
}

/// UTCTime through 2049, GeneralizedTime after.
fn time(seconds: i64) -> Vec<u8> {
    let utc = handfast::time::Time::from_secs_since_1970(seconds).to_utc();
    let rest = format!("{:02}{:02}{:02}{:02}{:02}Z", utc.month, utc.day, utc.hour, utc.minute, utc.second);
    match utc.year {
        1950..2050 => der::value(0x17, format!("{:02}{rest}", utc.year % 100).as_bytes()),
        year => der::value(0x18, format!("{year:04}{rest}").as_bytes()),
    }
}
