//! Verification of signatures.

use alloc::sync::Arc;
use alloc::vec::Vec;

use aws_lc_rs::signature::{self as aws_lc_signature, VerificationAlgorithm};

use crate::crypto::{CryptoError, PublicKey, SignatureAlgorithm, Verify};

const ALL: [(SignatureAlgorithm, &dyn VerificationAlgorithm); 22] = [
    (SignatureAlgorithm::EcdsaP256Sha256, &aws_lc_signature::ECDSA_P256_SHA256_ASN1),
    (SignatureAlgorithm::EcdsaP256Sha384, &aws_lc_signature::ECDSA_P256_SHA384_ASN1),
    (SignatureAlgorithm::EcdsaP256Sha512, &aws_lc_signature::ECDSA_P256_SHA512_ASN1),
    (SignatureAlgorithm::EcdsaP384Sha256, &aws_lc_signature::ECDSA_P384_SHA256_ASN1),
    (SignatureAlgorithm::EcdsaP384Sha384, &aws_lc_signature::ECDSA_P384_SHA384_ASN1),
    (SignatureAlgorithm::EcdsaP384Sha512, &aws_lc_signature::ECDSA_P384_SHA512_ASN1),
    (SignatureAlgorithm::EcdsaP521Sha256, &aws_lc_signature::ECDSA_P521_SHA256_ASN1),
    (SignatureAlgorithm::EcdsaP521Sha384, &aws_lc_signature::ECDSA_P521_SHA384_ASN1),
    (SignatureAlgorithm::EcdsaP521Sha512, &aws_lc_signature::ECDSA_P521_SHA512_ASN1),
    (SignatureAlgorithm::Ed25519, &aws_lc_signature::ED25519),
    (SignatureAlgorithm::MlDsa44, &aws_lc_signature::ML_DSA_44),
    (SignatureAlgorithm::MlDsa65, &aws_lc_signature::ML_DSA_65),
    (SignatureAlgorithm::MlDsa87, &aws_lc_signature::ML_DSA_87),
    (SignatureAlgorithm::RsaPkcs1Sha256, &aws_lc_signature::RSA_PKCS1_2048_8192_SHA256),
    (SignatureAlgorithm::RsaPkcs1Sha384, &aws_lc_signature::RSA_PKCS1_2048_8192_SHA384),
    (SignatureAlgorithm::RsaPkcs1Sha512, &aws_lc_signature::RSA_PKCS1_2048_8192_SHA512),
    //= R-4.3.3-7
    //= R-4.3.3-9
    (SignatureAlgorithm::RsaPssSha256, &aws_lc_signature::RSA_PSS_2048_8192_SHA256),
    (SignatureAlgorithm::RsaPssPssSha256, &aws_lc_signature::RSA_PSS_2048_8192_SHA256),
    (SignatureAlgorithm::RsaPssSha384, &aws_lc_signature::RSA_PSS_2048_8192_SHA384),
    (SignatureAlgorithm::RsaPssPssSha384, &aws_lc_signature::RSA_PSS_2048_8192_SHA384),
    (SignatureAlgorithm::RsaPssSha512, &aws_lc_signature::RSA_PSS_2048_8192_SHA512),
    (SignatureAlgorithm::RsaPssPssSha512, &aws_lc_signature::RSA_PSS_2048_8192_SHA512),
];

pub(super) fn all() -> Vec<Arc<dyn Verify>> {
    let verifier = |(algorithm, aws_lc)| -> Arc<dyn Verify> { Arc::new(AwsLcVerify { algorithm, aws_lc }) };
    ALL.into_iter().map(verifier).collect()
}

struct AwsLcVerify {
    algorithm: SignatureAlgorithm,
    aws_lc: &'static dyn VerificationAlgorithm,
}

impl Verify for AwsLcVerify {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        if !key.is_for(self.algorithm) {
            return Err(CryptoError);
        }
        aws_lc_signature::UnparsedPublicKey::new(self.aws_lc, key.key_bits())
            .verify(message, signature)
            .map_err(|_| CryptoError)
    }
}
