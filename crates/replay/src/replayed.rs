//! What chance made in the recorded run, given again in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use handfast::NamedGroup;
use handfast::crypto::{
    CryptoError, CryptoProvider, EntropySource, KeyExchange, KeyExchangeAlgorithm, PublicKey, Purpose,
    SharedSecret, Sign, SignatureAlgorithm, StartedKeyExchange, StaticKey,
};

use crate::crypto::{REFUSED, group};
use crate::difference::Difference;
use crate::line::{Line, bytes};

/// The keywords of values that chance made.
pub(crate) const KEYWORDS: [&str; 4] = ["entropy", "key_share", "shared_secret", "signature"];

/// The values that are left. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chance(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    left: VecDeque<Value>,
    difference: Option<Difference>,
    last_line: usize,
}

#[derive(Debug)]
struct Value {
    line: usize,
    /// What it is: `entropy random`, `key_share 001d`, `signature`.
    kind: String,
    /// `None`: it was refused.
    bytes: Option<Vec<u8>>,
}

impl Chance {
    /// Takes in a line that begins with one of [`KEYWORDS`].
    pub(crate) fn add(&self, mut line: Line<'_>) -> Result<(), String> {
        let number = line.number;
        let text = line.rest();
        let (kind, _) = text.rsplit_once(' ').ok_or("a value is missing")?;
        let kind = kind.to_owned();
        while line.rest().contains(' ') {
            line.word();
        }
        let word = line.word();
        let bytes = if word == REFUSED { None } else { Some(bytes(word)?) };
        self.state().left.push_back(Value { line: number, kind, bytes });
        Ok(())
    }

    /// Goes on to this line: differences are found there.
    pub(crate) fn at(&self, line: usize) {
        self.state().last_line = line;
    }

    /// The first value that the run wanted otherwise than the record has it.
    pub(crate) fn difference(&self) -> Option<Difference> {
        self.state().difference.clone()
    }

    /// A difference, if the record has values that the run has not asked for.
    pub(crate) fn leftover(&self) -> Option<Difference> {
        self.state().left.front().map(|value| Difference {
            line: value.line,
            place: "a value that chance made".to_owned(),
            expected: value.kind.clone(),
            found: "the run does not ask for it".to_owned(),
        })
    }

    /// The provider with every key exchange, its own or not: they answer from here.
    pub(crate) fn provider(&self, crypto: &CryptoProvider) -> CryptoProvider {
        let exchange = |algorithm| -> Arc<dyn KeyExchange> {
            Arc::new(ReplayedKeyExchange { algorithm, chance: self.clone() })
        };
        let algorithms = (0..=u16::MAX).filter_map(|group| NamedGroup(group).key_exchange());
        CryptoProvider { key_exchanges: algorithms.map(exchange).collect(), ..crypto.clone() }
    }

    /// A key that answers from here.
    pub(crate) fn key(&self, public_key: PublicKey, algorithms: Vec<SignatureAlgorithm>) -> Arc<dyn Sign> {
        Arc::new(ReplayedKey { public_key, algorithms, chance: self.clone() })
    }

    /// The key of a key exchange with this public half, which agrees from here.
    pub(crate) fn static_key(&self, public_half: Arc<dyn StaticKey>) -> Arc<dyn StaticKey> {
        Arc::new(ReplayedStaticKey { public_half, chance: self.clone() })
    }

    /// The next value, which must be of this kind, and so long if that is known.
    fn take(&self, kind: &str, length: Option<usize>) -> Result<Vec<u8>, CryptoError> {
        let mut state = self.state();
        let fits = state.left.front().is_some_and(|value| {
            let is_long = |bytes: &Vec<u8>| length.is_none_or(|length| bytes.len() == length);
            value.kind == kind && value.bytes.as_ref().is_none_or(is_long)
        });
        if fits && let Some(value) = state.left.pop_front() {
            return value.bytes.ok_or(CryptoError);
        }
        Err(state.differ(kind, length))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The run wants a value of this kind, and the record has another one, or none.
    fn differ(&mut self, kind: &str, length: Option<usize>) -> CryptoError {
        let show = |kind: &str, length: Option<usize>| {
            length.map_or_else(|| kind.to_owned(), |length| format!("{kind}, {length} bytes"))
        };
        let difference = Difference {
            line: self.last_line,
            place: "a value that chance made".to_owned(),
            expected: self.left.front().map_or_else(
                || "none is left".to_owned(),
                |value| show(&value.kind, value.bytes.as_ref().map(Vec::len)),
            ),
            found: show(kind, length),
        };
        self.difference.get_or_insert(difference);
        CryptoError
    }
}

impl EntropySource for Chance {
    fn draw(&mut self, purpose: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        let kind = format!("entropy {}", purpose.name().replace(' ', "_"));
        let drawn = self.take(&kind, Some(out.len()))?;
        out.copy_from_slice(&drawn);
        Ok(())
    }
}

struct ReplayedKeyExchange {
    algorithm: KeyExchangeAlgorithm,
    chance: Chance,
}

impl ReplayedKeyExchange {
    fn share(&self) -> Result<Vec<u8>, CryptoError> {
        self.chance.take(&format!("key_share {}", group(self.algorithm)), None)
    }
}

impl KeyExchange for ReplayedKeyExchange {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn start(&self, _: &mut dyn EntropySource) -> Result<Box<dyn StartedKeyExchange>, CryptoError> {
        Ok(Box::new(ReplayedStart::new(self.algorithm, self.share()?, &self.chance)))
    }

    fn respond(&self, _: &[u8], _: &mut dyn EntropySource) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
        Ok((self.share()?, self.chance.shared_secret()?))
    }
}

impl Chance {
    fn shared_secret(&self) -> Result<SharedSecret, CryptoError> {
        SharedSecret::new(&self.take("shared_secret", None)?)
    }
}

struct ReplayedStart {
    algorithm: KeyExchangeAlgorithm,
    share: Vec<u8>,
    chance: Chance,
    /// Those of a hybrid, which may be offered by themselves.
    parts: Vec<ReplayedStart>,
}

impl ReplayedStart {
    fn new(algorithm: KeyExchangeAlgorithm, share: Vec<u8>, chance: &Chance) -> Self {
        let split = algorithm.parts().and_then(|[first, second]| {
            let (of_first, of_second) = share.split_at_checked(first.client_share_len())?;
            Some([(first, of_first), (second, of_second)])
        });
        let part = |(algorithm, share): (_, &[u8])| Self::new(algorithm, share.to_vec(), chance);
        let parts = split.into_iter().flatten().map(part).collect();
        Self { algorithm, share, chance: chance.clone(), parts }
    }
}

impl StartedKeyExchange for ReplayedStart {
    fn share(&self) -> &[u8] {
        &self.share
    }

    fn complete(self: Box<Self>, _: &[u8]) -> Result<SharedSecret, CryptoError> {
        self.chance.shared_secret()
    }

    fn part(&self, algorithm: KeyExchangeAlgorithm) -> Option<&dyn StartedKeyExchange> {
        let part = self.parts.iter().find(|part| part.algorithm == algorithm)?;
        Some(part)
    }

    fn into_part(self: Box<Self>, algorithm: KeyExchangeAlgorithm) -> Option<Box<dyn StartedKeyExchange>> {
        let part = self.parts.into_iter().find(|part| part.algorithm == algorithm)?;
        Some(Box::new(part))
    }
}

#[derive(Debug)]
struct ReplayedStaticKey {
    public_half: Arc<dyn StaticKey>,
    chance: Chance,
}

impl StaticKey for ReplayedStaticKey {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.public_half.algorithm()
    }

    fn public_key(&self) -> &[u8] {
        self.public_half.public_key()
    }

    fn agree(&self, _: &[u8]) -> Result<SharedSecret, CryptoError> {
        self.chance.shared_secret()
    }
}

#[derive(Debug)]
struct ReplayedKey {
    public_key: PublicKey,
    algorithms: Vec<SignatureAlgorithm>,
    chance: Chance,
}

impl Sign for ReplayedKey {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    fn algorithms(&self) -> &[SignatureAlgorithm] {
        &self.algorithms
    }

    fn sign(
        &self,
        _: SignatureAlgorithm,
        _: &[u8],
        _: &mut dyn EntropySource,
    ) -> Result<Vec<u8>, CryptoError> {
        self.chance.take("signature", None)
    }
}
