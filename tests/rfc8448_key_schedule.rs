//! Every derivation of RFC 8448, recomputed at both ends of each trace by every provider, down to the bytes that
//! go into HKDF and HMAC.

#![cfg(test)]
#![cfg(all(feature = "floors", feature = "ring"))]

mod support {
    pub(crate) mod recording_hkdf;
    pub(crate) mod rfc8448;
}

use std::collections::BTreeMap;

use handfast::crypto::{AeadAlgorithm, CryptoProvider, Digest, HashAlgorithm, Secret, SharedSecret};
use handfast::key_schedule::{
    EarlySecret, HandshakeSecret, Kdf, LabelPrefix, MainSecret, PskKind, finished_verify_data,
    resumption_psk, traffic_keys,
};
use handfast::transcript::{Transcript, TranscriptBuffer};

use support::recording_hkdf::{Call, Calls, recording};
use support::rfc8448::{Side, Step, Trace, traces};

//= R-F.1.1-1 test
#[test]
fn ring_recomputes_every_derivation_of_the_rfc() {
    recompute(handfast::crypto::ring::provider());
}

fn recompute(provider: CryptoProvider) {
    let mut seen = BTreeMap::new();
    let mut psk = None;
    for trace in traces() {
        let mut handshake = Handshake::new(&provider, psk.take());
        for step in &trace.steps {
            let kind = handshake.take(step, shown_by(&trace, step));
            *seen.entry(kind).or_default() += 1;
        }
        assert!(handshake.messages.unsent.is_empty(), "section {}: a message is not sent", trace.section);
        psk = handshake.ticket_psk;
    }
    let counted: [(Kind, usize); 8] = [
        (Kind::Extract, 30),
        (Kind::DeriveSecret, 84),
        (Kind::TrafficKeys, 42),
        (Kind::Finished, 20),
        (Kind::Binder, 2),
        (Kind::TicketPsk, 2),
        (Kind::Message, 64),
        (Kind::OfAnotherFloor, 28),
    ];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), counted);
}

/// The step whose blocks say what `step` gives: itself, or the one of the other side that it is the same as.
fn shown_by<'t>(trace: &'t Trace, step: &'t Step) -> &'t Step {
    if !step.is_same_as_other_side {
        return step;
    }
    let theirs = match step.caption.strip_prefix("derive read ") {
        Some(keys) => format!("derive write {keys}"),
        None => step.caption.replace("derive write ", "derive read "),
    };
    let is_shown = |other: &&Step| {
        other.side == step.side.other() && other.caption == theirs && !other.is_same_as_other_side
    };
    let mut candidates = trace.steps.iter().filter(is_shown);
    let shown = candidates.next().unwrap_or_else(|| panic!("nobody shows step {}", step.number));
    assert!(candidates.next().is_none(), "step {} is the same as two", step.number);
    shown
}

/// What a step is about.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Extract,
    DeriveSecret,
    TrafficKeys,
    Finished,
    Binder,
    TicketPsk,
    Message,
    /// Key pairs, and records that carry no handshake message.
    OfAnotherFloor,
}

/// A trace as far as it has come.
struct Handshake {
    client: Endpoint,
    server: Endpoint,
    messages: Messages,
    /// The PSK that the trace starts with.
    psk: Option<Vec<u8>>,
    /// The PSK of the ticket that the server issues.
    ticket_psk: Option<Vec<u8>>,
}

impl Handshake {
    fn new(provider: &CryptoProvider, psk: Option<Vec<u8>>) -> Self {
        Self {
            client: Endpoint::new(provider.clone()),
            server: Endpoint::new(provider.clone()),
            messages: Messages::default(),
            psk,
            ticket_psk: None,
        }
    }

    /// Does what the caption of `step` says, and finds the values of `shown`.
    fn take(&mut self, step: &Step, shown: &Step) -> Kind {
        let endpoint = match step.side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        let mut caption = step.caption.split('"');
        let (verb, label) = (caption.next().unwrap_or_default(), caption.next().unwrap_or_default());
        let kind = match verb {
            "extract secret " => endpoint.extract(label, self.psk.as_deref(), shown),
            "derive secret for handshake " | "derive secret for master " => {
                endpoint.derive_salt(label, shown)
            }
            "derive secret " => endpoint.derive_secret(label, &self.messages, shown),
            "calculate finished " => endpoint.calculate_finished(&self.messages, shown),
            "calculate PSK binder" => endpoint.calculate_psk_binder(&mut self.messages, shown),
            "generate resumption secret " => endpoint.generate_psk(&mut self.ticket_psk, shown),
            "send handshake record" => self.messages.send(shown),
            _ if verb.starts_with("construct ") => self.messages.construct(shown),
            _ if verb.starts_with("derive ") => endpoint.derive_traffic_keys(step, shown),
            _ if verb.starts_with("create an ephemeral ") => {
                shown.blocks(["private key", "public key"]);
                Kind::OfAnotherFloor
            }
            "send application_data record" | "send alert record" | "send change_cipher_spec record" => {
                shown.blocks(["payload", "complete record"]);
                Kind::OfAnotherFloor
            }
            _ => panic!("a step that nobody takes: {}", step.caption),
        };
        assert_eq!(endpoint.calls.take(), [], "calls beyond step {}", step.number);
        kind
    }
}

/// The handshake messages of both sides in order.
#[derive(Default)]
struct Messages {
    /// Those that the transcript takes, each with its name.
    in_transcript: Vec<(Side, &'static str, Vec<u8>)>,
    /// Octets not yet in a record.
    unsent: Vec<u8>,
    /// What follows a ClientHello that was constructed without: its PSK binders.
    binders: Vec<u8>,
}

impl Messages {
    fn construct(&mut self, shown: &Step) -> Kind {
        let (name, octets) = shown.only_block();
        self.unsent.extend_from_slice(octets);
        if name != "NewSessionTicket" {
            self.in_transcript.push((shown.side, name, octets.to_vec()));
        }
        Kind::Message
    }

    /// A record carries just what has been constructed.
    fn send(&mut self, shown: &Step) -> Kind {
        let [payload, record] = shown.blocks(["payload", "complete record"]);
        assert!(record.len() >= payload.len() + 5);
        self.unsent.append(&mut self.binders.clone());
        if !self.binders.is_empty() {
            let (_, _, client_hello) = self.in_transcript.last_mut().expect("ClientHello");
            client_hello.append(&mut self.binders);
        }
        assert_eq!(std::mem::take(&mut self.unsent), payload, "step {}", shown.number);
        Kind::Message
    }

    /// Transcript-Hash(ClientHello...`name`), `name` sent by `side`.
    fn hash_through(&self, kdf: &Kdf, side: Side, name: &str) -> Digest {
        let last = self.position(side, name).unwrap_or_else(|| panic!("no {name}"));
        self.hash_of_first(kdf, last + 1)
    }

    /// Transcript-Hash of all before the Finished of `side`, made or not yet made.
    fn hash_before_finished(&self, kdf: &Kdf, side: Side) -> Digest {
        let end = self.position(side, "Finished").unwrap_or(self.in_transcript.len());
        self.hash_of_first(kdf, end)
    }

    fn position(&self, side: Side, name: &str) -> Option<usize> {
        self.in_transcript.iter().rposition(|message| (message.0, message.1) == (side, name))
    }

    fn hash_of_first(&self, kdf: &Kdf, count: usize) -> Digest {
        let client_hellos = self.in_transcript.iter().filter(|message| message.1 == "ClientHello");
        let was_retried = client_hellos.count() == 2;
        let (client_hello, others) = self.in_transcript[..count].split_first().expect("ClientHello");

        let mut buffer = TranscriptBuffer::new();
        buffer.add(&client_hello.2);
        let mut transcript =
            if was_retried { buffer.into_message_hash(kdf.hash()) } else { buffer.start(kdf.hash()) };
        for (_, _, message) in others {
            transcript.add(message);
        }
        transcript.current()
    }
}

/// One side with the secrets that it has derived.
struct Endpoint {
    kdf: Kdf,
    calls: Calls,
    /// What came of a step from stage to stage until the next stage is extracted.
    salt: Vec<Call>,
    early: Option<EarlySecret>,
    handshake: Option<HandshakeSecret>,
    main: Option<MainSecret>,
    /// By label.
    secrets: BTreeMap<String, Secret>,
}

impl Endpoint {
    fn new(provider: CryptoProvider) -> Self {
        let (provider, calls) = recording(provider);
        let kdf = Kdf::new(&provider, HashAlgorithm::Sha256, LabelPrefix::Tls13).expect("SHA-256");
        let (early, handshake, main) = (None, None, None);
        Self { kdf, calls, salt: Vec::new(), early, handshake, main, secrets: BTreeMap::new() }
    }

    /// Derive-Secret(., "derived", ""), which is done when the next stage is extracted.
    fn derive_salt(&mut self, label: &str, shown: &Step) -> Kind {
        assert_eq!(label, "tls13 derived");
        let [prk, hash, info, expanded] = shown.blocks(["PRK", "hash", "info", "expanded"]);
        assert_eq!(hash, &*self.kdf.hash().digest(b""));
        self.salt.push(expand(prk, info, expanded));
        Kind::DeriveSecret
    }

    fn extract(&mut self, stage: &str, psk: Option<&[u8]>, shown: &Step) -> Kind {
        let [salt, ikm, secret] = shown.blocks(["salt", "IKM", "secret"]);
        match stage {
            "early" => {
                // Zeros stand for no PSK (§7.1), whose salt of the next stage is not computed but known.
                self.early = Some(EarlySecret::new(self.kdf.clone(), Some(psk.unwrap_or(&[0; 32]))));
            }
            "handshake" => {
                let early = self.early.take().expect("Early Secret");
                let shared_secret = SharedSecret::new(ikm).expect("a shared secret");
                self.handshake = Some(early.into_handshake_secret(Some(&shared_secret)));
            }
            "master" => {
                let handshake = self.handshake.take().expect("Handshake Secret");
                self.main = Some(handshake.into_main_secret());
            }
            _ => panic!("no stage: {stage}"),
        }
        let extract = Call::Extract { salt: salt.to_vec(), ikm: ikm.to_vec(), secret: secret.to_vec() };
        let expected: Vec<_> = self.salt.drain(..).chain([extract]).collect();
        assert_eq!(self.calls.take(), expected, "step {}", shown.number);
        Kind::Extract
    }

    fn derive_secret(&mut self, label: &str, messages: &Messages, shown: &Step) -> Kind {
        let [prk, hash, info, expanded] = shown.blocks(["PRK", "hash", "info", "expanded"]);
        let through = |side, name| messages.hash_through(&self.kdf, side, name);
        let client_hello = || through(Side::Client, "ClientHello");
        let server_hello = || through(Side::Server, "ServerHello");
        let server_finished = || through(Side::Server, "Finished");
        let client_finished = || through(Side::Client, "Finished");
        let early = || self.early.as_ref().expect("Early Secret");
        let handshake = || self.handshake.as_ref().expect("Handshake Secret");
        let main = || self.main.as_ref().expect("Main Secret");

        let (secret, transcript_hash) = match label {
            "tls13 c e traffic" => (early().client_early_traffic_secret(&client_hello()), client_hello()),
            "tls13 e exp master" => (early().early_exporter_secret(&client_hello()), client_hello()),
            "tls13 c hs traffic" => {
                (handshake().traffic_secrets(&server_hello()).client_handshake_traffic_secret, server_hello())
            }
            "tls13 s hs traffic" => {
                (handshake().traffic_secrets(&server_hello()).server_handshake_traffic_secret, server_hello())
            }
            "tls13 c ap traffic" => {
                let secrets = main().application_secrets(&server_finished());
                (secrets.client_application_traffic_secret_0, server_finished())
            }
            "tls13 s ap traffic" => {
                let secrets = main().application_secrets(&server_finished());
                (secrets.server_application_traffic_secret_0, server_finished())
            }
            "tls13 exp master" => {
                (main().application_secrets(&server_finished()).exporter_secret, server_finished())
            }
            "tls13 res master" => (main().resumption_secret(&client_finished()), client_finished()),
            _ => panic!("no secret: {label}"),
        };
        assert_eq!(hash, &*transcript_hash, "step {}", shown.number);
        assert_eq!(secret.expose(), expanded, "step {}", shown.number);
        // Those of one transcript hash are derived together.
        assert!(self.calls.take().contains(&expand(prk, info, expanded)), "step {}", shown.number);
        self.secrets.insert(label.to_owned(), secret);
        Kind::DeriveSecret
    }

    fn derive_traffic_keys(&mut self, step: &Step, shown: &Step) -> Kind {
        let sender = if step.caption.starts_with("derive write ") { step.side } else { step.side.other() };
        let (_, data) = step.caption.split_once(" traffic keys for ").expect("data");
        let secret = &self.secrets[match (sender, data) {
            (Side::Client, "early application data") => "tls13 c e traffic",
            (Side::Client, "handshake data") => "tls13 c hs traffic",
            (Side::Server, "handshake data") => "tls13 s hs traffic",
            (Side::Client, "application data") => "tls13 c ap traffic",
            (Side::Server, "application data") => "tls13 s ap traffic",
            _ => panic!("no traffic keys: {}", step.caption),
        }];
        let keys = traffic_keys(&self.kdf, secret, AeadAlgorithm::Aes128Gcm);

        let [prk, key_info, key, iv_info, iv] =
            shown.blocks(["PRK", "key info", "key expanded", "iv info", "iv expanded"]);
        let expected = [expand(prk, key_info, key), expand(prk, iv_info, iv)];
        assert_eq!((keys.key.expose(), &keys.iv[..]), (key, iv), "step {}", shown.number);
        assert_eq!(self.calls.take(), expected, "step {}", shown.number);
        Kind::TrafficKeys
    }

    fn calculate_finished(&mut self, messages: &Messages, shown: &Step) -> Kind {
        let base_key = &self.secrets[match shown.side {
            Side::Client => "tls13 c hs traffic",
            Side::Server => "tls13 s hs traffic",
        }];
        let transcript_hash = messages.hash_before_finished(&self.kdf, shown.side);
        let verify_data = finished_verify_data(&self.kdf, base_key, &transcript_hash);

        let [prk, hash, info, expanded, finished] =
            shown.blocks(["PRK", "hash", "info", "expanded", "finished"]);
        assert!(hash.is_empty());
        assert_eq!(&*verify_data, finished, "step {}", shown.number);
        let expected = [expand(prk, info, expanded), hmac(expanded, &transcript_hash, finished)];
        assert_eq!(self.calls.take(), expected, "step {}", shown.number);
        Kind::Finished
    }

    fn calculate_psk_binder(&mut self, messages: &mut Messages, shown: &Step) -> Kind {
        let [prefix, binder_hash, prk, hash, info, expanded, finished] = shown.blocks([
            "ClientHello prefix",
            "binder hash",
            "PRK",
            "hash",
            "info",
            "expanded",
            "finished",
        ]);
        assert!(hash.is_empty());
        let transcript_hash = Transcript::new(self.kdf.hash()).binder_hash(prefix);
        assert_eq!(&*transcript_hash, binder_hash);

        // Its derivation is not shown, its value is the PRK of what follows.
        let binder_key = self.early.as_ref().expect("Early Secret").binder_key(PskKind::Resumption);
        assert_eq!(binder_key.expose(), prk);
        assert_eq!(self.calls.take().len(), 1);

        let binder = finished_verify_data(&self.kdf, &binder_key, &transcript_hash);
        assert_eq!(&*binder, finished);
        let expected = [expand(prk, info, expanded), hmac(expanded, binder_hash, finished)];
        assert_eq!(self.calls.take(), expected, "step {}", shown.number);
        if !messages.unsent.is_empty() {
            messages.binders = [&[0, 33, 32][..], &binder].concat();
        }
        Kind::Binder
    }

    fn generate_psk(&mut self, ticket_psk: &mut Option<Vec<u8>>, shown: &Step) -> Kind {
        // The RFC's "hash" is the ticket_nonce here.
        let [prk, ticket_nonce, info, expanded] = shown.blocks(["PRK", "hash", "info", "expanded"]);
        let psk = resumption_psk(&self.kdf, &self.secrets["tls13 res master"], ticket_nonce);
        assert_eq!(psk.expose(), expanded);
        assert_eq!(self.calls.take(), [expand(prk, info, expanded)], "step {}", shown.number);
        *ticket_psk = Some(psk.expose().to_vec());
        Kind::TicketPsk
    }
}

fn expand(prk: &[u8], info: &[u8], expanded: &[u8]) -> Call {
    Call::Expand { prk: prk.to_vec(), info: info.to_vec(), expanded: expanded.to_vec() }
}

fn hmac(key: &[u8], data: &[u8], tag: &[u8]) -> Call {
    Call::Hmac { key: key.to_vec(), data: data.to_vec(), tag: tag.to_vec() }
}
