//! ML-KEM alone: the client's key pair and what it decapsulates, what the server encapsulates, and the check of the
//! client's encapsulation key (FIPS 203 §7.2).

use handfast::crypto::KeyExchangeAlgorithm;

use crate::key_exchange::PrivateKey;
use crate::vectors::{Outcome, Verdict, run};

const PARAMETER_SETS: [(&str, KeyExchangeAlgorithm); 3] = [
    ("512", KeyExchangeAlgorithm::MlKem512),
    ("768", KeyExchangeAlgorithm::MlKem768),
    ("1024", KeyExchangeAlgorithm::MlKem1024),
];

/// The provider whose key pairs and ciphertexts are of its own making; what it agrees on is tested against the others.
const DRAWS_ITS_OWN: &str = "aws-lc";

#[test]
fn key_pairs_and_decapsulation() {
    for (name, algorithm) in PARAMETER_SETS {
        run(&format!("mlkem_{name}"), (193, 0), |provider, group, test| {
            assert_eq!(group.text("parameterSet"), format!("ML-KEM-{name}"));
            let exchange = provider.key_exchange(algorithm).expect("ML-KEM");
            let (seed, ciphertext) = (test.fields.bytes("seed"), test.fields.bytes("c"));
            let secret = test.fields.bytes("K");
            if provider.name == DRAWS_ITS_OWN {
                // Any ciphertext of the right length is one of any key pair.
                let started = exchange.start(&mut PrivateKey(None)).expect("a key pair");
                let is_good = ciphertext.len() == algorithm.server_share_len();
                assert_eq!(started.complete(&ciphertext).is_ok(), is_good, "{}", test.name());
                test.fields.pass_over(&["ek"]);
                return Outcome::Ran;
            }
            let Ok(started) = exchange.start(&mut PrivateKey(Some(seed.clone()))) else {
                // A seed of another length.
                assert_eq!((test.verdict, seed.len() == 64), (Verdict::Invalid, false), "{}", test.name());
                return Outcome::Ran;
            };
            assert_eq!(started.share(), test.fields.bytes("ek"), "{}", test.name());
            assert_eq!(started.share().len(), algorithm.client_share_len());
            let expected = (test.verdict == Verdict::Valid).then_some(secret);
            let agreed = started.complete(&ciphertext).map(|agreed| agreed.expose().to_vec());
            assert_eq!(agreed.ok(), expected, "{}", test.name());
            Outcome::Ran
        });
    }
}

#[test]
fn encapsulation_and_the_check_of_the_key() {
    for ((name, algorithm), tests) in PARAMETER_SETS.into_iter().zip([261, 265, 269]) {
        run(&format!("mlkem_{name}_encaps"), (tests, 0), |provider, group, test| {
            assert_eq!(group.text("parameterSet"), format!("ML-KEM-{name}"));
            let exchange = provider.key_exchange(algorithm).expect("ML-KEM");
            let (m, encapsulation_key) = (test.fields.bytes("m"), test.fields.bytes("ek"));
            let known = (test.fields.bytes("c"), test.fields.bytes("K"));
            let expected = (test.verdict == Verdict::Valid).then_some(known);
            let answered = exchange.respond(&encapsulation_key, &mut PrivateKey(Some(m)));
            let answered = answered.map(|(share, secret)| (share, secret.expose().to_vec()));
            if provider.name == DRAWS_ITS_OWN {
                assert_eq!(answered.is_ok(), expected.is_some(), "{}", test.name());
                return Outcome::Ran;
            }
            assert_eq!(answered.ok(), expected, "{}", test.name());
            Outcome::Ran
        });
    }
}
