//! Chains to be judged: a sound one, altered by nothing or by a few of [`alterations`](crate::alterations).

use crate::alterations::ALTERATIONS;
use crate::certificate::{GeneralName, NOW, Name, Template, arcs, usage};
use crate::der;
use crate::key::Key;
use crate::random::Random;

const DAY: i64 = 86_400;

/// What the judges are asked about a chain.
pub(crate) struct Question {
    /// Does a server present the chain? Else a client does.
    pub(crate) server: bool,
    /// The DNS name expected of it, if any.
    pub(crate) dns: Option<String>,
}

/// A chain that can still be altered.
pub(crate) struct Plan {
    /// The peer's own certificate first, the root last.
    pub(crate) certificates: Vec<Template>,
    /// How many at the end of it are trust anchors and not sent.
    pub(crate) anchors: usize,
    /// Others that the peer sends.
    pub(crate) more: Vec<Template>,
    /// Others that are trusted.
    pub(crate) more_anchors: Vec<Template>,
    pub(crate) question: Question,
    /// Is what the peer sends after its own certificate out of order?
    pub(crate) shuffled: bool,
    /// How many keys of the pool the chain may use.
    pub(crate) keys: usize,
}

/// A chain as the judges get it.
pub(crate) struct Chain {
    /// The peer's own first.
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) anchors: Vec<Vec<u8>>,
    pub(crate) question: Question,
    /// What was altered.
    pub(crate) altered: Vec<&'static str>,
}

/// The chain of a case: always the same for the same seed and number.
pub(crate) fn generate(seed: u64, case: u64, keys: &[Key]) -> Result<Chain, String> {
    let mut random = Random::of_case(seed, case);
    let mut plan = Plan::sound(&mut random, keys.len());
    let mut altered = Vec::new();
    let count = [0, 1, 1, 1, 2, 2, 3].get(random.below(7)).copied().unwrap_or_default();
    for _ in 0..count {
        if let Some((name, alter)) = random.pick(ALTERATIONS) {
            alter(&mut plan, &mut random);
            altered.push(*name);
        }
    }
    plan.write(&mut random, keys, altered)
}

impl Plan {
    /// A root, up to three intermediates and an end entity, with nothing wrong.
    fn sound(random: &mut Random, keys: usize) -> Self {
        let first_key = random.below(keys);
        let count = 2 + random.below(4);
        let mut certificates: Vec<Template> = Vec::new();
        for place in (0..count).rev() {
            let key = (first_key + place) % keys;
            let issuer = certificates.last().map(|above| (above.subject.clone(), above.key));
            let subject = match place {
                0 => Name::new("Server 1"),
                place if place + 1 == count => Name::new("Root"),
                place => Name::new(format!("Intermediate {place}")),
            };
            certificates.push(sound(subject, key, issuer, place == 0, random));
        }
        certificates.reverse();
        let server = !random.once_in(4);
        let dns = (server && !random.once_in(4)).then(|| "a.example.com".into());
        Self {
            certificates,
            anchors: 1,
            more: Vec::new(),
            more_anchors: Vec::new(),
            question: Question { server, dns },
            shuffled: false,
            keys,
        }
    }

    fn write(self, random: &mut Random, keys: &[Key], altered: Vec<&'static str>) -> Result<Chain, String> {
        let sent = self.certificates.len().saturating_sub(self.anchors).max(1);
        let write = |templates: &[Template]| {
            templates.iter().map(|template| template.to_der(keys)).collect::<Result<Vec<_>, _>>()
        };
        let mut certificates = write(self.certificates.get(..sent).unwrap_or_default())?;
        certificates.extend(write(&self.more)?);
        let trusted = self.certificates.len().saturating_sub(self.anchors);
        let mut anchors = write(self.certificates.get(trusted..).unwrap_or_default())?;
        anchors.extend(write(&self.more_anchors)?);
        if self.shuffled {
            for end in (2..certificates.len()).rev() {
                certificates.swap(end, 1 + random.below(end));
            }
        }
        Ok(Chain { certificates, anchors, question: self.question, altered })
    }

    /// Some certificate of the chain.
    pub(crate) fn any(&mut self, random: &mut Random) -> Option<&mut Template> {
        let index = random.below(self.certificates.len());
        self.certificates.get_mut(index)
    }

    /// Some CA of the chain, the root included.
    pub(crate) fn any_ca(&mut self, random: &mut Random) -> Option<&mut Template> {
        let index = 1 + random.below(self.certificates.len().saturating_sub(1));
        self.certificates.get_mut(index)
    }

    /// The peer's own certificate.
    pub(crate) fn own(&mut self) -> Option<&mut Template> {
        self.certificates.first_mut()
    }
}

fn sound(
    subject: Name,
    key: usize,
    issuer: Option<(Name, usize)>,
    is_own: bool,
    random: &mut Random,
) -> Template {
    let (issuer, signer) = issuer.unwrap_or_else(|| (subject.clone(), key));
    let own = [arcs::SERVER_AUTH, arcs::CLIENT_AUTH];
    Template {
        version: 2,
        serial_number: der::integer_contents(1 + random.next() / 2),
        issuer,
        subject,
        not_before: NOW - 30 * DAY,
        not_after: NOW + 300 * DAY,
        key,
        signer,
        authority: Some(signer),
        subject_key_identifier: true,
        basic_constraints: (!is_own).then_some((true, None)),
        key_usage: Some(if is_own {
            usage::DIGITAL_SIGNATURE
        } else {
            usage::KEY_CERT_SIGN | usage::CRL_SIGN
        }),
        ext_key_usage: if is_own { own.to_vec() } else { Vec::new() },
        subject_alt_name: if is_own { vec![GeneralName::Dns("a.example.com".into())] } else { Vec::new() },
        permitted: Vec::new(),
        excluded: Vec::new(),
        policies: Vec::new(),
        policy_mapping: None,
        policy_constraints: None,
        inhibit_any_policy: None,
        unknown_extension: None,
        duplicate_extension: false,
        damage: None,
    }
}
