//! The code points of RFC 9846 Appendix B (8446 Appendix B) and of the RFCs that add to them.

use super::ExtensionType;
use crate::crypto::{AeadAlgorithm, HashAlgorithm, KeyExchangeAlgorithm, SignatureAlgorithm};
use crate::wire::code_points;

code_points! {
    /// The type of a handshake message (B.3).
    pub struct HandshakeType(u8) {
        CLIENT_HELLO = 1,
        SERVER_HELLO = 2,
        NEW_SESSION_TICKET = 4,
        END_OF_EARLY_DATA = 5,
        ENCRYPTED_EXTENSIONS = 8,
        CERTIFICATE = 11,
        CERTIFICATE_REQUEST = 13,
        CERTIFICATE_VERIFY = 15,
        FINISHED = 20,
        KEY_UPDATE = 24,
        COMPRESSED_CERTIFICATE = 25,
        /// The synthetic message of §4.1; never on the wire.
        MESSAGE_HASH = 254,
    }
}

code_points! {
    /// A protocol version (§4.3.1; B.3.1.1).
    pub struct ProtocolVersion(u16) {
        SSL30 = 0x0300 as "SSL 3.0",
        TLS10 = 0x0301 as "TLS 1.0",
        TLS11 = 0x0302 as "TLS 1.1",
        TLS12 = 0x0303 as "TLS 1.2",
        TLS13 = 0x0304 as "TLS 1.3",
    }
}

code_points! {
    /// A cipher suite (B.4).
    pub struct CipherSuite(u16) {
        TLS_AES_128_GCM_SHA256 = 0x1301 as "TLS_AES_128_GCM_SHA256",
        TLS_AES_256_GCM_SHA384 = 0x1302 as "TLS_AES_256_GCM_SHA384",
        TLS_CHACHA20_POLY1305_SHA256 = 0x1303 as "TLS_CHACHA20_POLY1305_SHA256",
        TLS_AES_128_CCM_SHA256 = 0x1304 as "TLS_AES_128_CCM_SHA256",
        TLS_AES_128_CCM_8_SHA256 = 0x1305 as "TLS_AES_128_CCM_8_SHA256",
        /// Integrity without confidentiality (RFC 9150).
        TLS_SHA256_SHA256 = 0xc0b4 as "TLS_SHA256_SHA256",
        /// Integrity without confidentiality (RFC 9150).
        TLS_SHA384_SHA384 = 0xc0b5 as "TLS_SHA384_SHA384",
    }
}

impl CipherSuite {
    /// The suite's AEAD, if it is one that a provider here may have.
    #[must_use]
    pub const fn aead(self) -> Option<AeadAlgorithm> {
        match self {
            Self::TLS_AES_128_GCM_SHA256 => Some(AeadAlgorithm::Aes128Gcm),
            Self::TLS_AES_256_GCM_SHA384 => Some(AeadAlgorithm::Aes256Gcm),
            Self::TLS_CHACHA20_POLY1305_SHA256 => Some(AeadAlgorithm::ChaCha20Poly1305),
            Self::TLS_AES_128_CCM_SHA256 => Some(AeadAlgorithm::Aes128Ccm),
            Self::TLS_AES_128_CCM_8_SHA256 => Some(AeadAlgorithm::Aes128Ccm8),
            _ => None,
        }
    }

    /// The suite's hash, if it is one that a provider here may have.
    #[must_use]
    pub const fn hash(self) -> Option<HashAlgorithm> {
        match self {
            Self::TLS_AES_128_GCM_SHA256
            | Self::TLS_CHACHA20_POLY1305_SHA256
            | Self::TLS_AES_128_CCM_SHA256
            | Self::TLS_AES_128_CCM_8_SHA256 => Some(HashAlgorithm::Sha256),
            Self::TLS_AES_256_GCM_SHA384 => Some(HashAlgorithm::Sha384),
            _ => None,
        }
    }
}

code_points! {
    /// A group, which in TLS 1.3 names a key exchange (§4.3.7; B.3.1.4).
    pub struct NamedGroup(u16) {
        SECP256R1 = 0x0017,
        SECP384R1 = 0x0018,
        SECP521R1 = 0x0019,
        X25519 = 0x001d,
        X448 = 0x001e,
        FFDHE2048 = 0x0100,
        FFDHE3072 = 0x0101,
        FFDHE4096 = 0x0102,
        FFDHE6144 = 0x0103,
        FFDHE8192 = 0x0104,
        MLKEM512 = 0x0200 as "MLKEM512",
        MLKEM768 = 0x0201 as "MLKEM768",
        MLKEM1024 = 0x0202 as "MLKEM1024",
        SECP256R1MLKEM768 = 0x11eb as "SecP256r1MLKEM768",
        X25519MLKEM768 = 0x11ec as "X25519MLKEM768",
        SECP384R1MLKEM1024 = 0x11ed as "SecP384r1MLKEM1024",
    }
}

impl NamedGroup {
    /// The key exchange that the group names, if it is one that a provider here may have. No other is offered.
    //= R-B.3.1.4-1
    #[must_use]
    pub const fn key_exchange(self) -> Option<KeyExchangeAlgorithm> {
        match self {
            Self::X25519 => Some(KeyExchangeAlgorithm::X25519),
            Self::SECP256R1 => Some(KeyExchangeAlgorithm::Secp256r1),
            Self::SECP384R1 => Some(KeyExchangeAlgorithm::Secp384r1),
            Self::SECP521R1 => Some(KeyExchangeAlgorithm::Secp521r1),
            Self::MLKEM512 => Some(KeyExchangeAlgorithm::MlKem512),
            Self::MLKEM768 => Some(KeyExchangeAlgorithm::MlKem768),
            Self::MLKEM1024 => Some(KeyExchangeAlgorithm::MlKem1024),
            Self::X25519MLKEM768 => Some(KeyExchangeAlgorithm::X25519MlKem768),
            Self::SECP256R1MLKEM768 => Some(KeyExchangeAlgorithm::Secp256r1MlKem768),
            Self::SECP384R1MLKEM1024 => Some(KeyExchangeAlgorithm::Secp384r1MlKem1024),
            _ => None,
        }
    }
}

impl NamedGroup {
    /// Is it a hybrid of ECDHE and ML-KEM that a provider here may have?
    #[must_use]
    pub fn is_hybrid(self) -> bool {
        self.key_exchange().is_some_and(|algorithm| algorithm.parts().is_some())
    }

    /// The group of a hybrid's ECDHE.
    #[must_use]
    pub fn ecdhe_part(self) -> Option<Self> {
        let parts = self.key_exchange()?.parts()?;
        parts.into_iter().find(|part| !part.is_kem()).map(Self::from)
    }
}

impl From<KeyExchangeAlgorithm> for NamedGroup {
    fn from(algorithm: KeyExchangeAlgorithm) -> Self {
        match algorithm {
            KeyExchangeAlgorithm::X25519 => Self::X25519,
            KeyExchangeAlgorithm::Secp256r1 => Self::SECP256R1,
            KeyExchangeAlgorithm::Secp384r1 => Self::SECP384R1,
            KeyExchangeAlgorithm::Secp521r1 => Self::SECP521R1,
            KeyExchangeAlgorithm::MlKem512 => Self::MLKEM512,
            KeyExchangeAlgorithm::MlKem768 => Self::MLKEM768,
            KeyExchangeAlgorithm::MlKem1024 => Self::MLKEM1024,
            KeyExchangeAlgorithm::X25519MlKem768 => Self::X25519MLKEM768,
            KeyExchangeAlgorithm::Secp256r1MlKem768 => Self::SECP256R1MLKEM768,
            KeyExchangeAlgorithm::Secp384r1MlKem1024 => Self::SECP384R1MLKEM1024,
        }
    }
}

code_points! {
    /// A signature scheme (§4.3.3; B.3.1.3).
    pub struct SignatureScheme(u16) {
        RSA_PKCS1_SHA1 = 0x0201,
        ECDSA_SHA1 = 0x0203,
        RSA_PKCS1_SHA256 = 0x0401,
        ECDSA_SECP256R1_SHA256 = 0x0403,
        /// For client CertificateVerify of keys that cannot do PSS (RFC 9963).
        RSA_PKCS1_SHA256_LEGACY = 0x0420,
        RSA_PKCS1_SHA384 = 0x0501,
        ECDSA_SECP384R1_SHA384 = 0x0503,
        /// For client CertificateVerify of keys that cannot do PSS (RFC 9963).
        RSA_PKCS1_SHA384_LEGACY = 0x0520,
        RSA_PKCS1_SHA512 = 0x0601,
        ECDSA_SECP521R1_SHA512 = 0x0603,
        /// For client CertificateVerify of keys that cannot do PSS (RFC 9963).
        RSA_PKCS1_SHA512_LEGACY = 0x0620,
        RSA_PSS_RSAE_SHA256 = 0x0804,
        RSA_PSS_RSAE_SHA384 = 0x0805,
        RSA_PSS_RSAE_SHA512 = 0x0806,
        ED25519 = 0x0807,
        ED448 = 0x0808,
        RSA_PSS_PSS_SHA256 = 0x0809,
        RSA_PSS_PSS_SHA384 = 0x080a,
        RSA_PSS_PSS_SHA512 = 0x080b,
        MLDSA44 = 0x0904,
        MLDSA65 = 0x0905,
        MLDSA87 = 0x0906,
    }
}

//= R-4.3.3-14
//= R-4.3.3-20
//= R-4.3.3-21
/// Which schemes there are, where each may stand, and what computes it: the one home of that fact.
const SCHEMES: &[(SignatureScheme, SignatureAlgorithm, SchemeUse)] = &[
    (SignatureScheme::ECDSA_SECP256R1_SHA256, SignatureAlgorithm::EcdsaP256Sha256, SchemeUse::Handshake),
    (SignatureScheme::ECDSA_SECP384R1_SHA384, SignatureAlgorithm::EcdsaP384Sha384, SchemeUse::Handshake),
    (SignatureScheme::ECDSA_SECP521R1_SHA512, SignatureAlgorithm::EcdsaP521Sha512, SchemeUse::Handshake),
    (SignatureScheme::ED25519, SignatureAlgorithm::Ed25519, SchemeUse::Handshake),
    (SignatureScheme::MLDSA44, SignatureAlgorithm::MlDsa44, SchemeUse::Handshake),
    (SignatureScheme::MLDSA65, SignatureAlgorithm::MlDsa65, SchemeUse::Handshake),
    (SignatureScheme::MLDSA87, SignatureAlgorithm::MlDsa87, SchemeUse::Handshake),
    (SignatureScheme::RSA_PSS_RSAE_SHA256, SignatureAlgorithm::RsaPssSha256, SchemeUse::Handshake),
    (SignatureScheme::RSA_PSS_RSAE_SHA384, SignatureAlgorithm::RsaPssSha384, SchemeUse::Handshake),
    (SignatureScheme::RSA_PSS_RSAE_SHA512, SignatureAlgorithm::RsaPssSha512, SchemeUse::Handshake),
    (SignatureScheme::RSA_PSS_PSS_SHA256, SignatureAlgorithm::RsaPssPssSha256, SchemeUse::Handshake),
    (SignatureScheme::RSA_PSS_PSS_SHA384, SignatureAlgorithm::RsaPssPssSha384, SchemeUse::Handshake),
    (SignatureScheme::RSA_PSS_PSS_SHA512, SignatureAlgorithm::RsaPssPssSha512, SchemeUse::Handshake),
    (SignatureScheme::RSA_PKCS1_SHA256, SignatureAlgorithm::RsaPkcs1Sha256, SchemeUse::CertificatesOnly),
    (SignatureScheme::RSA_PKCS1_SHA384, SignatureAlgorithm::RsaPkcs1Sha384, SchemeUse::CertificatesOnly),
    (SignatureScheme::RSA_PKCS1_SHA512, SignatureAlgorithm::RsaPkcs1Sha512, SchemeUse::CertificatesOnly),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum SchemeUse {
    /// In CertificateVerify and in certificates.
    Handshake,
    //= R-4.3.3-6
    //= R-4.3.3-13
    /// `rsa_pkcs1_*`: "only to signatures which appear in certificates" (§4.3.3).
    CertificatesOnly,
}

impl SignatureScheme {
    /// What computes the scheme, if it is one that a provider here may have.
    #[must_use]
    pub fn algorithm(self) -> Option<SignatureAlgorithm> {
        SCHEMES.iter().find(|(scheme, ..)| *scheme == self).map(|(_, algorithm, _)| *algorithm)
    }

    /// May it stand in CertificateVerify?
    #[must_use]
    pub fn in_certificate_verify(self) -> bool {
        Self::for_certificate_verify().any(|scheme| scheme == self)
    }

    /// The schemes for CertificateVerify, in our order of preference.
    pub fn for_certificate_verify() -> impl Iterator<Item = Self> {
        SCHEMES.iter().filter(|(.., usage)| *usage == SchemeUse::Handshake).map(|(scheme, ..)| *scheme)
    }

    /// The schemes for signatures in certificates, in our order of preference.
    pub fn for_certificates() -> impl Iterator<Item = Self> {
        SCHEMES.iter().map(|(scheme, ..)| *scheme)
    }
}

code_points! {
    /// How a Certificate message is compressed (RFC 8879 §7.3).
    pub struct CertificateCompressionAlgorithm(u16) {
        ZLIB = 1,
        BROTLI = 2,
        ZSTD = 3,
    }
}

code_points! {
    /// How a certificate is carried (§4.5.1; RFC 7250).
    pub struct CertificateType(u8) {
        X509 = 0 as "X509",
        RAW_PUBLIC_KEY = 2 as "RawPublicKey",
    }
}

/// X.509, unless something else was negotiated (§4.5.1.2).
impl Default for CertificateType {
    fn default() -> Self {
        Self::X509
    }
}

code_points! {
    /// How a PSK is used (§4.3.9).
    pub struct PskKeyExchangeMode(u8) {
        PSK_KE = 0,
        PSK_DHE_KE = 1,
    }
}

code_points! {
    /// Does the sender of KeyUpdate want one back (§4.7.3)?
    pub struct KeyUpdateRequest(u8) {
        UPDATE_NOT_REQUESTED = 0,
        UPDATE_REQUESTED = 1,
    }
}

code_points! {
    /// The type of a name in `server_name` (RFC 6066 §3).
    pub struct NameType(u8) {
        HOST_NAME = 0,
    }
}

code_points! {
    /// The type of a certificate status (RFC 6066 §8).
    pub struct CertificateStatusType(u8) {
        OCSP = 1,
    }
}

macro_rules! grease {
    ($($name:ident),*) => { $(
        impl $name {
            /// Is it one of the values that RFC 8701 reserves to keep peers tolerant?
            #[must_use]
            pub const fn is_grease(self) -> bool {
                self.0 & 0x0f0f == 0x0a0a && self.0 >> 8 == self.0 & 0xff
            }
        }
    )* };
}
grease!(CipherSuite, ExtensionType, NamedGroup, ProtocolVersion, SignatureScheme);

impl PskKeyExchangeMode {
    /// Is it one of the values that RFC 8701 reserves to keep peers tolerant?
    #[must_use]
    pub const fn is_grease(self) -> bool {
        self.0 % 0x1f == 0x0b
    }
}
