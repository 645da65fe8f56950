//! The algorithms by our own names: `message` maps code points to them, `pki` maps `AlgorithmIdentifier`s.

/// A hash function of B.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum HashAlgorithm {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
}

impl HashAlgorithm {
    /// `Hash.length` in bytes.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

/// An AEAD of B.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AeadAlgorithm {
    /// AES with a 128-bit key in Galois/Counter Mode.
    Aes128Gcm,
    /// AES with a 256-bit key in Galois/Counter Mode.
    Aes256Gcm,
    /// ChaCha20 with Poly1305.
    ChaCha20Poly1305,
    /// AES with a 128-bit key in Counter with CBC-MAC mode.
    Aes128Ccm,
    /// The same with a tag of 8 bytes, which is short: one forgery in 2^64 succeeds.
    Aes128Ccm8,
}

impl AeadAlgorithm {
    /// Bytes of a key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes128Ccm | Self::Aes128Ccm8 => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }

    /// Bytes of a nonce (`iv_length`, §5.3).
    #[must_use]
    //= R-5.3-3
    pub const fn nonce_len(self) -> usize {
        NONCE_LEN
    }

    /// Bytes that sealing adds.
    #[must_use]
    //= R-5.2-4
    pub const fn tag_len(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes256Gcm | Self::ChaCha20Poly1305 | Self::Aes128Ccm => 16,
            Self::Aes128Ccm8 => 8,
        }
    }
}

/// Bytes of a nonce of every AEAD of B.4.
pub const NONCE_LEN: usize = 12;
/// Bytes of the longest tag of any AEAD of B.4.
pub const MAX_TAG_LEN: usize = 16;

/// An asymmetric key exchange of §4.3.7, and those of the drafts that add ML-KEM (FIPS 203) to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KeyExchangeAlgorithm {
    /// X25519 of RFC 7748.
    X25519,
    /// ECDH over secp256r1.
    Secp256r1,
    /// ECDH over secp384r1.
    Secp384r1,
    /// ECDH over secp521r1.
    Secp521r1,
    /// ML-KEM-512 alone (draft-ietf-tls-mlkem).
    MlKem512,
    /// ML-KEM-768 alone (draft-ietf-tls-mlkem).
    MlKem768,
    /// ML-KEM-1024 alone (draft-ietf-tls-mlkem).
    MlKem1024,
    /// ML-KEM-768, then X25519 (draft-ietf-tls-ecdhe-mlkem).
    X25519MlKem768,
    /// ECDH over secp256r1, then ML-KEM-768 (draft-ietf-tls-ecdhe-mlkem).
    Secp256r1MlKem768,
    /// ECDH over secp384r1, then ML-KEM-1024 (draft-ietf-tls-ecdhe-mlkem).
    Secp384r1MlKem1024,
}

impl KeyExchangeAlgorithm {
    /// Those that are made of two others, whose values each of theirs puts one behind the other.
    pub const HYBRIDS: [Self; 3] = [Self::X25519MlKem768, Self::Secp256r1MlKem768, Self::Secp384r1MlKem1024];

    /// The parts of a hybrid, in the order of their values; `None` if it is no hybrid.
    ///
    /// "We put the ML-KEM shared secret first in X25519MLKEM768, and the ECDH shared secret first in SecP256r1MLKEM768
    /// and SecP384r1MLKEM1024" (draft-ietf-tls-ecdhe-mlkem §3).
    #[must_use]
    pub const fn parts(self) -> Option<[Self; 2]> {
        match self {
            Self::X25519MlKem768 => Some([Self::MlKem768, Self::X25519]),
            Self::Secp256r1MlKem768 => Some([Self::Secp256r1, Self::MlKem768]),
            Self::Secp384r1MlKem1024 => Some([Self::Secp384r1, Self::MlKem1024]),
            Self::X25519
            | Self::Secp256r1
            | Self::Secp384r1
            | Self::Secp521r1
            | Self::MlKem512
            | Self::MlKem768
            | Self::MlKem1024 => None,
        }
    }

    /// Is it ML-KEM alone?
    #[must_use]
    pub const fn is_kem(self) -> bool {
        matches!(self, Self::MlKem512 | Self::MlKem768 | Self::MlKem1024)
    }

    /// Bytes of the client's share.
    #[must_use]
    pub const fn client_share_len(self) -> usize {
        match self {
            Self::X25519 => 32,
            Self::Secp256r1 => 65,
            Self::Secp384r1 => 97,
            Self::Secp521r1 => 133,
            Self::MlKem512 => 800,
            Self::MlKem768 => 1184,
            Self::MlKem1024 => 1568,
            Self::X25519MlKem768 => 1216,
            Self::Secp256r1MlKem768 => 1249,
            Self::Secp384r1MlKem1024 => 1665,
        }
    }

    /// Bytes of the server's share.
    #[must_use]
    pub const fn server_share_len(self) -> usize {
        match self {
            Self::X25519 | Self::Secp256r1 | Self::Secp384r1 | Self::Secp521r1 => self.client_share_len(),
            Self::MlKem512 => 768,
            Self::MlKem768 => 1088,
            Self::MlKem1024 => 1568,
            Self::X25519MlKem768 => 1120,
            Self::Secp256r1MlKem768 => 1153,
            Self::Secp384r1MlKem1024 => 1665,
        }
    }
}

/// A signature algorithm with all that verifying needs to know beside the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// ECDSA over secp256r1 with SHA-256; the signature is an `ECDSA-Sig-Value` in DER.
    EcdsaP256Sha256,
    /// ECDSA over secp256r1 with SHA-384 (certificates only).
    EcdsaP256Sha384,
    /// ECDSA over secp256r1 with SHA-512 (certificates only).
    EcdsaP256Sha512,
    /// ECDSA over secp384r1 with SHA-256 (certificates only).
    EcdsaP384Sha256,
    /// ECDSA over secp384r1 with SHA-384.
    EcdsaP384Sha384,
    /// ECDSA over secp384r1 with SHA-512 (certificates only).
    EcdsaP384Sha512,
    /// ECDSA over secp521r1 with SHA-256 (certificates only).
    EcdsaP521Sha256,
    /// ECDSA over secp521r1 with SHA-384 (certificates only).
    EcdsaP521Sha384,
    /// ECDSA over secp521r1 with SHA-512.
    EcdsaP521Sha512,
    /// Ed25519 of RFC 8032.
    Ed25519,
    /// ML-DSA-44 of FIPS 204, with an empty context.
    MlDsa44,
    /// ML-DSA-65 of FIPS 204, with an empty context.
    MlDsa65,
    /// ML-DSA-87 of FIPS 204, with an empty context.
    MlDsa87,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (certificates only).
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 (certificates only).
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512 (certificates only).
    RsaPkcs1Sha512,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, salt of 32 bytes.
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384, MGF1 with SHA-384, salt of 48 bytes.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512, MGF1 with SHA-512, salt of 64 bytes.
    RsaPssSha512,
    /// The same as [`RsaPssSha256`](Self::RsaPssSha256) with a key under id-RSASSA-PSS.
    RsaPssPssSha256,
    /// The same as [`RsaPssSha384`](Self::RsaPssSha384) with a key under id-RSASSA-PSS.
    RsaPssPssSha384,
    /// The same as [`RsaPssSha512`](Self::RsaPssSha512) with a key under id-RSASSA-PSS.
    RsaPssPssSha512,
}

/// What kind of key a SubjectPublicKeyInfo holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PublicKeyAlgorithm {
    /// id-ecPublicKey with namedCurve secp256r1.
    EcP256,
    /// id-ecPublicKey with namedCurve secp384r1.
    EcP384,
    /// id-ecPublicKey with namedCurve secp521r1.
    EcP521,
    /// id-Ed25519.
    Ed25519,
    /// id-ml-dsa-44 (RFC 9881).
    MlDsa44,
    /// id-ml-dsa-65 (RFC 9881).
    MlDsa65,
    /// id-ml-dsa-87 (RFC 9881).
    MlDsa87,
    /// rsaEncryption.
    Rsa,
    /// id-RSASSA-PSS, whose parameters may leave it one hash.
    RsaPss,
}

impl PublicKeyAlgorithm {
    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EcP256 => "EC P-256",
            Self::EcP384 => "EC P-384",
            Self::EcP521 => "EC P-521",
            Self::Ed25519 => "Ed25519",
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
            Self::Rsa => "RSA",
            Self::RsaPss => "RSASSA-PSS",
        }
    }
}

impl SignatureAlgorithm {
    /// The kind of key that makes and verifies such signatures.
    #[must_use]
    pub const fn key_algorithm(self) -> PublicKeyAlgorithm {
        match self {
            Self::EcdsaP256Sha256 | Self::EcdsaP256Sha384 | Self::EcdsaP256Sha512 => {
                PublicKeyAlgorithm::EcP256
            }
            Self::EcdsaP384Sha256 | Self::EcdsaP384Sha384 | Self::EcdsaP384Sha512 => {
                PublicKeyAlgorithm::EcP384
            }
            Self::EcdsaP521Sha256 | Self::EcdsaP521Sha384 | Self::EcdsaP521Sha512 => {
                PublicKeyAlgorithm::EcP521
            }
            Self::Ed25519 => PublicKeyAlgorithm::Ed25519,
            Self::MlDsa44 => PublicKeyAlgorithm::MlDsa44,
            Self::MlDsa65 => PublicKeyAlgorithm::MlDsa65,
            Self::MlDsa87 => PublicKeyAlgorithm::MlDsa87,
            Self::RsaPkcs1Sha256
            | Self::RsaPkcs1Sha384
            | Self::RsaPkcs1Sha512
            | Self::RsaPssSha256
            | Self::RsaPssSha384
            | Self::RsaPssSha512 => PublicKeyAlgorithm::Rsa,
            Self::RsaPssPssSha256 | Self::RsaPssPssSha384 | Self::RsaPssPssSha512 => {
                PublicKeyAlgorithm::RsaPss
            }
        }
    }

    /// The hash that the message goes through first; `None` for Ed25519 and ML-DSA, which have no digest to
    /// sign, and for SHA-512, which is no hash of B.4.
    #[must_use]
    pub const fn hash(self) -> Option<HashAlgorithm> {
        match self {
            Self::EcdsaP256Sha256
            | Self::EcdsaP384Sha256
            | Self::EcdsaP521Sha256
            | Self::RsaPkcs1Sha256
            | Self::RsaPssSha256
            | Self::RsaPssPssSha256 => Some(HashAlgorithm::Sha256),
            Self::EcdsaP256Sha384
            | Self::EcdsaP384Sha384
            | Self::EcdsaP521Sha384
            | Self::RsaPkcs1Sha384
            | Self::RsaPssSha384
            | Self::RsaPssPssSha384 => Some(HashAlgorithm::Sha384),
            Self::EcdsaP256Sha512
            | Self::EcdsaP384Sha512
            | Self::EcdsaP521Sha512
            | Self::Ed25519
            | Self::MlDsa44
            | Self::MlDsa65
            | Self::MlDsa87
            | Self::RsaPkcs1Sha512
            | Self::RsaPssSha512
            | Self::RsaPssPssSha512 => None,
        }
    }
}
