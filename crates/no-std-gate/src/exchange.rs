//! What the gate does with the library: a key exchange, and a record's worth of bytes sealed and opened.

use handfast::crypto::{
    AeadAlgorithm, CryptoError, EntropySource, HashAlgorithm, KeyExchangeAlgorithm, NONCE_LEN, Purpose,
    rustcrypto,
};

/// # Errors
/// [`CryptoError`] if the provider lacks an algorithm or refuses to compute.
pub(crate) fn run() -> Result<bool, CryptoError> {
    let provider = rustcrypto::provider();
    let x25519 = provider.key_exchange(KeyExchangeAlgorithm::X25519).ok_or(CryptoError)?;
    let hkdf = provider.hkdf(HashAlgorithm::Sha256).ok_or(CryptoError)?;
    let aead = provider.aead(AeadAlgorithm::Aes128Gcm).ok_or(CryptoError)?;

    let client = x25519.start(&mut Counting(1))?;
    let (share, server_secret) = x25519.respond(client.share(), &mut Counting(2))?;
    let client_secret = client.complete(&share)?;

    let mut keys = [[0; 16]; 2];
    for (key, secret) in keys.iter_mut().zip([client_secret, server_secret]) {
        hkdf.expand(hkdf.extract(&[], secret.expose()).expose(), &[b"gate"], key)?;
    }
    let [client_key, server_key] = keys;
    let mut record = *b"without std\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    aead.key(&client_key)?.seal([0; NONCE_LEN], b"header", &mut record)?;
    let length = aead.key(&server_key)?.open([0; NONCE_LEN], b"header", &mut record)?;
    Ok(record.get(..length) == Some(b"without std"))
}

/// Different bytes for each side, and no more: nobody depends on them.
struct Counting(u8);

impl EntropySource for Counting {
    fn draw(&mut self, _: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        out.fill(self.0);
        Ok(())
    }
}
