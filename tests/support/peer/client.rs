//! The peer as a client (A.1).

use handfast::crypto::StartedKeyExchange;
use handfast::handshake::Epoch;
use handfast::message::{
    CertWithExternPsk, Cookie, ExtensionType, HELLO_RETRY_REQUEST_RANDOM, HandshakeType, KeyShareClientHello,
    KeyShareEntry, KeyShareHelloRetryRequest, KeyShareServerHello, NamedGroup, OfferedPsks, ProtocolVersion,
    PskIdentity, PskKeyExchangeMode, PskKeyExchangeModes, SelectedPsk, ServerNameList, SignatureSchemeList,
    SupportedGroups, SupportedVersionsClientHello,
};
use handfast::wire::Encode;

use super::body::{self, Body};
use super::schedule::{Schedule, early_traffic_secret, psk_binder};
use super::step::{self, Message};
use super::{Keys, Numbers, Peer, Phase};

/// What a ClientHello leaves to be completed.
#[derive(Default)]
pub(super) struct Exchange {
    /// The ClientHellos as they were sent, until a suite is chosen.
    pub(super) client_hello: Vec<u8>,
    hello: Option<body::ClientHello>,
    share: Option<(NamedGroup, Box<dyn StartedKeyExchange>)>,
}

impl Peer {
    /// Takes one step; `false`: there is none to take.
    pub(super) fn client_turn(&mut self) -> bool {
        match self.phase {
            Phase::Start => {
                self.send_client_hello();
                self.phase = Phase::AwaitServerHello;
                true
            }
            Phase::AwaitServerHello => {
                let Some(message) = self.next_message(HandshakeType::SERVER_HELLO) else { return false };
                let hello = body::ServerHello::read(&message.body);
                if hello.random == HELLO_RETRY_REQUEST_RANDOM {
                    self.send_second_client_hello(&message, &hello);
                } else {
                    self.hear_server_hello(&message, &hello);
                    self.phase = Phase::AwaitFinished;
                }
                true
            }
            Phase::AwaitFinished => self.hear_server_flight(),
            Phase::Connected => {
                // Requests behind the handshake are answered when the test says so.
                self.unheard.clear();
                false
            }
        }
    }

    fn send_client_hello(&mut self) {
        let group = self.groups[0];
        self.start_exchange(group);
        let mut extensions = body::Extensions::default();
        extensions.push(ExtensionType::SERVER_NAME, &ServerNameList::host_name("server.test"));
        extensions.push(ExtensionType::SUPPORTED_GROUPS, &SupportedGroups::from(self.groups.as_slice()));
        let schemes = self.signature_schemes();
        let schemes = SignatureSchemeList::from(schemes.as_slice());
        extensions.push(ExtensionType::SIGNATURE_ALGORITHMS, &schemes);
        let versions = [ProtocolVersion::TLS13];
        extensions.push(
            ExtensionType::SUPPORTED_VERSIONS,
            &SupportedVersionsClientHello::from(versions.as_slice()),
        );
        extensions.push_raw(ExtensionType::KEY_SHARE, self.key_share());
        let hello = body::ClientHello {
            legacy_version: ProtocolVersion::TLS12,
            random: [0xc1; 32],
            legacy_session_id: vec![0x5e; 32],
            cipher_suites: self.suites.clone(),
            legacy_compression_methods: vec![0],
            extensions,
        };
        let with_psk = self.with_psk_offer(hello.clone());
        self.send(step::ClientHello, Epoch::Initial, &with_psk);
        if let Some((_, psk)) = self.psk.as_ref().filter(|_| self.early_data) {
            let hello = &self.exchange.client_hello;
            let (suite, secret) = early_traffic_secret(&self.crypto, psk, &self.suites, hello);
            self.early_keys = Some(Keys::new(&self.crypto, suite, &secret));
        }
        self.exchange.hello = Some(hello);
        self.send_flight();
    }

    fn start_exchange(&mut self, group: NamedGroup) {
        let exchange = group.key_exchange().and_then(|algorithm| self.crypto.key_exchange(algorithm));
        self.exchange.share = Some((group, exchange.expect("a group").start(&mut Numbers).expect("a share")));
    }

    /// The body of `key_share` with our one share.
    fn key_share(&self) -> Vec<u8> {
        let (group, share) = self.exchange.share.as_ref().expect("a share");
        let entry = [KeyShareEntry { group: *group, key_exchange: share.share() }];
        KeyShareClientHello::from(entry.as_slice()).to_bytes()
    }

    /// The same with our PSK behind all else, under a binder of zeros.
    fn with_psk_offer(&self, mut hello: body::ClientHello) -> body::ClientHello {
        let Some((identity, psk)) = &self.psk else { return hello };
        let modes = [PskKeyExchangeMode::PSK_DHE_KE];
        hello
            .extensions
            .push(ExtensionType::PSK_KEY_EXCHANGE_MODES, &PskKeyExchangeModes::from(modes.as_slice()));
        if self.with_certificates {
            hello.extensions.push(ExtensionType::CERT_WITH_EXTERN_PSK, &CertWithExternPsk);
        }
        if self.early_data && self.schedule.is_none() {
            hello.extensions.push_raw(ExtensionType::EARLY_DATA, Vec::new());
        }
        let identities = PskIdentity { identity, obfuscated_ticket_age: 0 }.to_bytes();
        let mut binders = vec![0; 1 + psk.hash().output_len()];
        binders[0] = psk.hash().output_len() as u8;
        hello
            .extensions
            .push(ExtensionType::PRE_SHARED_KEY, &OfferedPsks::from_contents(&identities, &binders));
        hello
    }

    /// Puts the binder in place of the zeros at the end of a ClientHello (§4.3.11.2).
    pub(super) fn write_binder(&self, message: &mut Message) {
        let Some((_, psk)) = &self.psk else { return };
        let length = psk.hash().output_len();
        if message.msg_type == HandshakeType::CLIENT_HELLO && message.body.ends_with(&vec![0; length]) {
            let whole = message.to_bytes();
            let truncated = &whole[..whole.len() - length - 3];
            let before = self.schedule.as_ref().map_or(&[][..], Schedule::messages);
            let binder = psk_binder(&self.crypto, psk, &[before, truncated].concat());
            let at = message.body.len() - length;
            message.body[at..].copy_from_slice(&binder);
        }
    }

    fn send_second_client_hello(&mut self, message: &Message, retry: &body::ServerHello) {
        let first = core::mem::take(&mut self.exchange.client_hello);
        let mut schedule = Schedule::new(&self.crypto, retry.cipher_suite, first);
        schedule.retry();
        schedule.add(message);
        self.schedule = Some(schedule);
        let mut hello = self.exchange.hello.clone().expect("a ClientHello");
        if let Some(wanted) = retry.extensions.get::<KeyShareHelloRetryRequest>() {
            self.start_exchange(wanted.selected_group);
            hello.extensions.set_raw(ExtensionType::KEY_SHARE, self.key_share());
        }
        if let Some(cookie) = retry.extensions.get::<Cookie<'_>>() {
            hello.extensions.push(ExtensionType::COOKIE, &cookie);
        }
        let hello = self.with_psk_offer(hello);
        self.send(step::SecondClientHello, Epoch::Initial, &hello);
        self.send_flight();
    }

    fn hear_server_hello(&mut self, message: &Message, hello: &body::ServerHello) {
        let share = hello.extensions.get::<KeyShareServerHello<'_>>().expect("a share").server_share;
        let (group, exchange) = self.exchange.share.take().expect("a share of ours");
        assert_eq!(share.group, group, "a share of another group");
        let shared_secret = exchange.complete(share.key_exchange).expect("a valid share");
        let first = core::mem::take(&mut self.exchange.client_hello);
        let crypto = &self.crypto;
        let schedule = self.schedule.get_or_insert_with(|| Schedule::new(crypto, hello.cipher_suite, first));
        assert_eq!(schedule.suite, hello.cipher_suite, "another suite than the HelloRetryRequest's");
        schedule.add(message);
        let selected = hello.extensions.get::<SelectedPsk>().and(self.psk.as_ref());
        schedule.agree(&shared_secret, selected.map(|(_, psk)| psk));
        let (client, server) = schedule.handshake.clone().expect("handshake secrets");
        self.handshake_keys = Some(Keys::new(&self.crypto, hello.cipher_suite, &client));
        self.read_under(&server);
    }

    fn hear_server_flight(&mut self) -> bool {
        let Some(message) = self.unheard.pop_front() else { return false };
        match message.msg_type {
            HandshakeType::ENCRYPTED_EXTENSIONS => {
                let answers = body::EncryptedExtensions::read(&message.body);
                self.early_data &= answers.extensions.find(ExtensionType::EARLY_DATA).is_some();
                self.add(&message);
            }
            HandshakeType::CERTIFICATE_REQUEST => {
                self.was_asked = true;
                self.add(&message);
            }
            HandshakeType::CERTIFICATE => self.hear_certificate(&message),
            HandshakeType::CERTIFICATE_VERIFY => self.hear_certificate_verify(&message),
            HandshakeType::FINISHED => {
                self.hear_finished(&message);
                self.send_second_flight();
                self.phase = Phase::Connected;
            }
            other => panic!("{other} in a server's flight"),
        }
        true
    }

    fn send_second_flight(&mut self) {
        let schedule = self.schedule.as_mut().expect("a schedule");
        schedule.server_finished();
        let suite = schedule.suite;
        let (client, server) = schedule.application.clone().expect("application secrets");
        if self.early_data {
            self.send(step::EndOfEarlyData, Epoch::Early, &body::EndOfEarlyData);
        }
        if self.was_asked {
            let credential = self.credential.clone();
            self.send_certificate(credential.as_ref());
            if let Some(credential) = &credential {
                self.send_certificate_verify(credential);
            }
        }
        self.send_finished();
        self.application_keys = Some(Keys::new(&self.crypto, suite, &client));
        self.send_flight();
        self.read_under(&server);
    }
}
