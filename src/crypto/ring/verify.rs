//! Verification of signatures.

use alloc::sync::Arc;
use alloc::vec::Vec;

use ring::signature as ring_signature;
use ring_signature::VerificationAlgorithm;

use crate::crypto::{CryptoError, PublicKey, SignatureAlgorithm, Verify};

const ALL: [(SignatureAlgorithm, &dyn VerificationAlgorithm); 14] = [
    (SignatureAlgorithm::EcdsaP256Sha256, &ring_signature::ECDSA_P256_SHA256_ASN1),
    (SignatureAlgorithm::EcdsaP256Sha384, &ring_signature::ECDSA_P256_SHA384_ASN1),
    (SignatureAlgorithm::EcdsaP384Sha256, &ring_signature::ECDSA_P384_SHA256_ASN1),
    (SignatureAlgorithm::EcdsaP384Sha384, &ring_signature::ECDSA_P384_SHA384_ASN1),
    (SignatureAlgorithm::Ed25519, &ring_signature::ED25519),
    (SignatureAlgorithm::RsaPkcs1Sha256, &ring_signature::RSA_PKCS1_2048_8192_SHA256),
    (SignatureAlgorithm::RsaPkcs1Sha384, &ring_signature::RSA_PKCS1_2048_8192_SHA384),
    (SignatureAlgorithm::RsaPkcs1Sha512, &ring_signature::RSA_PKCS1_2048_8192_SHA512),
    //= R-4.3.3-7
    //= R-4.3.3-9
    (SignatureAlgorithm::RsaPssSha256, &ring_signature::RSA_PSS_2048_8192_SHA256),
    (SignatureAlgorithm::RsaPssPssSha256, &ring_signature::RSA_PSS_2048_8192_SHA256),
    (SignatureAlgorithm::RsaPssSha384, &ring_signature::RSA_PSS_2048_8192_SHA384),
    (SignatureAlgorithm::RsaPssPssSha384, &ring_signature::RSA_PSS_2048_8192_SHA384),
    (SignatureAlgorithm::RsaPssSha512, &ring_signature::RSA_PSS_2048_8192_SHA512),
    (SignatureAlgorithm::RsaPssPssSha512, &ring_signature::RSA_PSS_2048_8192_SHA512),
];

pub(super) fn all() -> Vec<Arc<dyn Verify>> {
    let verifier = |(algorithm, ring)| -> Arc<dyn Verify> { Arc::new(RingVerify { algorithm, ring }) };
    ALL.into_iter().map(verifier).collect()
}

struct RingVerify {
    algorithm: SignatureAlgorithm,
    ring: &'static dyn VerificationAlgorithm,
}

impl Verify for RingVerify {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        if !key.is_for(self.algorithm) {
            return Err(CryptoError);
        }
        ring_signature::UnparsedPublicKey::new(self.ring, key.key_bits())
            .verify(message, signature)
            .map_err(|_| CryptoError)
    }
}
