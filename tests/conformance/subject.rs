//! The machine under test, as the handshake floor and as a connection, and what came of its meeting with a peer.

use std::sync::{Arc, LazyLock};

use handfast::alert::{Alert, AlertDescription};
use handfast::connection::{self, ConfigBuilder, Connection, CookieKey, Need};
use handfast::crypto::{CryptoProvider, Entropy, PrivateKeyInfo, PublicKey, Secret, Sign, ring};
use handfast::handshake::{
    self, Answer, Ask, Config, Connected, Fault, ForeignExtension, Handshake, Milestone, Output, PeerFault,
    Role,
};
use handfast::identity::{ExpectedPeer, PeerIdentity};
use handfast::message::{CipherSuite, HandshakeType, NamedGroup, SignatureScheme};
use handfast::pki::certificate::Certificate;
use handfast::resumption::{Psk, PskOffer, Session, SessionSecret};
use rcgen::{CertificateParams, KeyPair};

use crate::authority::{self, Authority};
use crate::pair::{End, now};
use crate::peer::record::Record;
use crate::peer::{Credential, Numbers, Peer};

/// One end's certificate and key, in the forms that both sides need.
pub struct Identity {
    pub credential: Credential,
    chain_pem: String,
    key_pem: String,
}

impl Identity {
    /// A certificate of `issuer` with a fresh key.
    pub fn issue(params: CertificateParams, issuer: &Authority) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, issuer).unwrap();
        let info = PrivateKeyInfo::from_der(key.serialized_der()).unwrap();
        let signing_key = crypto().load_signing_key(&info).unwrap();
        Self {
            credential: Credential { chain: vec![certificate.der().to_vec()], key: signing_key },
            chain_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        }
    }

    fn chain(&self) -> Vec<Arc<[u8]>> {
        self.credential.chain.iter().map(|der| Arc::from(der.as_slice())).collect()
    }

    /// As the handshake floor takes it.
    pub fn for_handshake(&self) -> Arc<handshake::Credential> {
        Arc::new(handshake::Credential::local(self.chain(), Arc::clone(&self.credential.key)))
    }

    /// The same with its key elsewhere.
    fn external(&self) -> Arc<handshake::Credential> {
        let key = &self.credential.key;
        let can = |scheme: &SignatureScheme| {
            scheme.algorithm().is_some_and(|algorithm| key.algorithms().contains(&algorithm))
        };
        let schemes = SignatureScheme::for_certificate_verify().filter(can).collect();
        Arc::new(handshake::Credential::external(self.chain(), key.public_key().clone(), schemes))
    }
}

/// The certificates of all tests: made once.
pub struct Pki {
    pub ca: Authority,
    pub client: Identity,
    pub server: Identity,
}

pub static PKI: LazyLock<Pki> = LazyLock::new(|| {
    let ca = authority::root(authority::ca("ca"));
    Pki {
        client: Identity::issue(authority::client("spiffe://test/client"), &ca),
        server: Identity::issue(authority::server("server.test"), &ca),
        ca,
    }
});

pub fn crypto() -> CryptoProvider {
    ring::provider()
}

/// Knows these groups and no other.
pub fn know_groups(config: &mut Config, groups: &[NamedGroup]) {
    config.groups = groups.to_vec();
    config.key_share_groups = groups[..1].to_vec();
}

/// A client or a server of ours, in the making.
pub struct Subject {
    role: Role,
    config: Config,
    foreign_extensions: Vec<ForeignExtension>,
    external: bool,
    connection: fn(&mut ConfigBuilder),
    known_psks: Vec<(&'static [u8], KnownPsk)>,
}

/// A PSK that a subject knows.
#[derive(Clone)]
pub enum KnownPsk {
    External(Psk),
    /// A server resumes it.
    Session(Arc<Session>),
    /// A server finds it, and does not resume it.
    Declined(Arc<Session>),
}

impl KnownPsk {
    /// As a peer knows it.
    pub fn psk(&self) -> Psk {
        match self {
            Self::External(psk) => psk.clone(),
            Self::Session(session) | Self::Declined(session) => Psk::of_session(session).unwrap(),
        }
    }

    fn offer(&self, identity: &[u8]) -> PskOffer {
        match self {
            Self::External(psk) => PskOffer::external(identity.to_vec(), psk.clone()),
            Self::Session(session) | Self::Declined(session) => {
                PskOffer::resume(Arc::clone(session), identity.to_vec(), now()).unwrap()
            }
        }
    }
}

/// The identity of the PSK that subjects and peers know.
pub const PSK_IDENTITY: &[u8] = b"psk of the tests";

/// A session that has just begun, without an identity of the client.
pub fn session() -> Session {
    Session {
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        psk: SessionSecret(Secret::from([9; 32])),
        issued_at: now(),
        lifetime: 7200,
        age_add: 0,
        authenticated_at: now(),
        server_name: Some("server.test".into()),
        application_protocol: None,
        peer_identity: None,
        local_certificate: None,
        max_early_data_size: 0,
        application_data: Vec::new(),
    }
}

impl Subject {
    /// A client that wants `server.test` and has a certificate.
    pub fn client() -> Self {
        let config = Config::new(crypto());
        Self {
            role: Role::Client,
            config,
            foreign_extensions: Vec::new(),
            external: false,
            connection: |_| {},
            known_psks: Vec::new(),
        }
    }

    /// A server that requires a certificate.
    pub fn server() -> Self {
        Self { role: Role::Server, ..Self::client() }
    }

    /// Changes its config.
    pub fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Gives it an extension of its own.
    pub fn with_foreign_extension(mut self, extension: ForeignExtension) -> Self {
        self.foreign_extensions.push(extension);
        self
    }

    /// Changes the config of its connection.
    pub fn with_connection(self, change: fn(&mut ConfigBuilder)) -> Self {
        Self { connection: change, ..self }
    }

    /// Knows the PSK of [`PSK_IDENTITY`]: a client offers it, a server selects it.
    pub fn with_psk(self, psk: KnownPsk) -> Self {
        self.with_psk_called(PSK_IDENTITY, psk)
    }

    /// Knows a PSK by this identity, behind those already known.
    pub fn with_psk_called(mut self, identity: &'static [u8], psk: KnownPsk) -> Self {
        self.config.find_psks = true;
        self.known_psks.push((identity, psk));
        self
    }

    /// Keeps its key where only asks reach it.
    pub fn with_external_key(self) -> Self {
        Self { external: true, ..self }
    }

    fn identity(&self) -> &'static Identity {
        match self.role {
            Role::Client => &PKI.client,
            Role::Server => &PKI.server,
        }
    }

    /// The correct peer of this subject.
    pub fn peer(&self) -> Peer {
        match self.role {
            Role::Client => Peer::server(crypto(), PKI.server.credential.clone()),
            Role::Server => Peer::client(crypto(), Some(PKI.client.credential.clone())),
        }
    }

    /// What it answers with.
    fn answering(&self) -> Answering {
        let identity = self.identity();
        let credential = if self.external { identity.external() } else { identity.for_handshake() };
        let key = Arc::clone(&identity.credential.key);
        let config = Arc::new(self.config.clone());
        Answering { config, credential, key, known_psks: self.known_psks.clone() }
    }

    /// What a client offers.
    fn offers(&self) -> Vec<PskOffer> {
        let psks = self.known_psks.iter().filter(|_| self.role == Role::Client);
        psks.map(|(identity, psk)| psk.offer(identity)).collect()
    }

    /// As the handshake floor.
    pub fn floor(self) -> Floor {
        let (answering, psks) = (self.answering(), self.offers());
        let (config, foreign) = (Arc::new(self.config), self.foreign_extensions);
        let entropy = Entropy::from_platform([7; 32]);
        let machine = match self.role {
            Role::Client => {
                let expected = Arc::new(ExpectedPeer::dns("server.test").unwrap());
                Handshake::client_with_psks(config, expected, foreign, psks, now(), entropy)
            }
            Role::Server => Handshake::server(config, foreign, entropy),
        };
        Floor { machine, answering, answers: true, outputs: Vec::new() }
    }

    /// As a connection.
    pub fn connection(self) -> End {
        let (identity, psks) = (self.identity(), self.offers());
        let mut builder = connection::Config::builder(crypto())
            .trust_pem(PKI.ca.pem())
            .unwrap()
            .credential_pem(&identity.chain_pem, &identity.key_pem)
            .unwrap();
        builder.handshake = self.config;
        builder.cookie_key = Some(CookieKey::new([3; 32]));
        (self.connection)(&mut builder);
        let config = Arc::new(builder.build().unwrap());
        let entropy = Entropy::from_platform([7; 32]);
        End::new(match self.role {
            Role::Client => {
                let expected = ExpectedPeer::dns("server.test").unwrap();
                Connection::client_with_psks(config, expected, psks, now(), entropy)
            }
            Role::Server => Connection::server(config, entropy),
        })
    }
}

/// What a subject has to answer with.
pub struct Answering {
    config: Arc<Config>,
    credential: Arc<handshake::Credential>,
    key: Arc<dyn Sign>,
    known_psks: Vec<(&'static [u8], KnownPsk)>,
}

impl Answering {
    /// What a good answer is.
    pub fn answer(&self, ask: &Ask) -> Answer {
        match ask {
            Ask::ClientHelloSeen(ask) => ask.use_config(Arc::clone(&self.config)),
            Ask::ChooseCredential(ask) => ask.choose(Arc::clone(&self.credential)),
            Ask::JudgePeer(ask) => {
                let leaf = ask.chain.certificates().next().unwrap();
                let leaf = Certificate::from_der(leaf).unwrap();
                let key = PublicKey::from_spki(leaf.subject_public_key_info.der).unwrap();
                ask.accept(key, Arc::new(PeerIdentity::default()))
            }
            Ask::SealCookie(ask) => ask.sealed(ask.state.clone()),
            Ask::OpenCookie(ask) => ask.opened(ask.cookie.clone()),
            Ask::Sign(ask) => {
                let algorithm = ask.scheme.algorithm().unwrap();
                ask.signed(self.key.sign(algorithm, &ask.content, &mut Numbers).unwrap())
            }
            Ask::FindPsk(ask) => {
                let known = |identity: &Vec<u8>| {
                    self.known_psks.iter().find(|(known, _)| known == identity).map(|(_, psk)| psk)
                };
                let mut offered = ask.identities.iter().enumerate();
                let found = offered.find_map(|(index, identity)| Some((index, known(identity)?)));
                match found {
                    Some((index, KnownPsk::External(psk))) => ask.external(index, psk.clone()),
                    Some((index, KnownPsk::Session(session) | KnownPsk::Declined(session))) => {
                        ask.session(index, Arc::clone(session))
                    }
                    None => ask.none(),
                }
            }
            Ask::JudgeResumed(ask) => {
                let declines = |(_, psk): &(_, KnownPsk)| matches!(psk, KnownPsk::Declined(_));
                match self.known_psks.iter().any(declines) {
                    true => ask.decline("not any more".into()),
                    false => ask.accept(),
                }
            }
            Ask::SealTicket(ask) => ask.sealed(b"ticket".to_vec()),
            Ask::CheckReplay(ask) => ask.fresh(),
            other => panic!("not expected: {other:?}"),
        }
    }
}

/// The handshake floor, with the answers that a connection's config would have.
pub struct Floor {
    pub machine: Handshake,
    answering: Answering,
    /// Are asks answered, or left open?
    pub answers: bool,
    pub outputs: Vec<Output>,
}

impl Floor {
    /// Takes outputs and answers asks until there is nothing left to do.
    pub fn work(&mut self) -> Result<(), Fault> {
        loop {
            match self.machine.next(now())? {
                Some(output) => self.outputs.push(output),
                None => match self.machine.pending().filter(|_| self.answers) {
                    Some(ask) => {
                        let answer = self.answer(ask);
                        self.machine.answer(answer).unwrap();
                    }
                    None => return Ok(()),
                },
            }
        }
    }

    /// What a good answer is.
    pub fn answer(&self, ask: &Ask) -> Answer {
        self.answering.answer(ask)
    }

    /// Carries what the machine owes to the peer; was there anything?
    pub fn carry_to(&mut self, peer: &mut Peer) -> bool {
        let mut carried = false;
        while let Some((_, bytes)) = self.machine.owed() {
            let bytes = bytes.to_vec();
            self.machine.sent(bytes.len());
            peer.take_handshake(&bytes);
            carried = true;
        }
        carried
    }

    /// Talks with the peer until both are silent.
    pub fn meet(&mut self, peer: &mut Peer) -> Result<(), Fault> {
        loop {
            self.work()?;
            let carried = self.carry_to(peer);
            peer.go_on();
            let Some((epoch, bytes)) = peer.chunks.pop_front() else {
                if carried {
                    continue;
                }
                return Ok(());
            };
            self.machine.receive(epoch, &bytes);
        }
    }

    /// What the handshake agreed on, if it is complete.
    pub fn connected(&self) -> Option<&Connected> {
        self.outputs.iter().find_map(|output| match output {
            Output::Milestone(Milestone::Connected(connected)) => Some(&**connected),
            Output::Keys(_)
            | Output::PeerRecordSizeLimit(_)
            | Output::KeyUpdate { .. }
            | Output::SkipEarlyData { .. }
            | Output::Milestone(_) => None,
        })
    }
}

/// A connection of ours and the peer that it talks with.
pub struct Talk {
    pub end: End,
    pub peer: Peer,
    answering: Answering,
}

impl Talk {
    /// Both, before the first word.
    pub fn between(subject: Subject, script: impl FnOnce(Peer) -> Peer) -> Self {
        let (peer, answering) = (script(subject.peer()), subject.answering());
        Self { end: subject.connection(), peer, answering }
    }

    /// Both, connected.
    pub fn connected(subject: Subject) -> Self {
        let mut talk = Self::between(subject, |peer| peer);
        talk.run().unwrap();
        assert!(talk.end.connection.is_connected() && talk.peer.is_connected());
        talk
    }

    /// Lets both talk until they are silent; what the config does not answer is answered well.
    pub fn run(&mut self) -> Result<(), connection::Fault> {
        while let Need::Answer(_) = self.talk()? {
            let answer = self.answering.answer(self.end.connection.pending().unwrap());
            self.end.connection.answer(answer).unwrap();
        }
        Ok(())
    }

    /// Lets both talk until the caller is asked.
    pub fn run_to_ask(&mut self) {
        let need = self.talk().unwrap();
        assert!(matches!(need, Need::Answer(_)), "{need:?}");
    }

    fn talk(&mut self) -> Result<Need, connection::Fault> {
        loop {
            let received = self.end.receive();
            let written = self.listen();
            self.peer.go_on();
            let need = received?;
            if written == 0 && self.peer.wire.is_empty() {
                return Ok(need);
            }
            self.end.input.append(&mut self.peer.wire);
        }
    }

    /// Lets the peer hear what the connection owes.
    pub fn listen(&mut self) -> usize {
        let mut out = vec![0; 200_000];
        let written = self.end.connection.transmit(&mut out);
        self.peer.take(&out[..written]);
        written
    }

    /// The peer says this, and both go on.
    pub fn hear(&mut self, record: &Record) -> Result<(), connection::Fault> {
        self.peer.say(record);
        self.run()
    }

    /// The connection ends with this alert: the peer hears it, alone and fatal, and nothing else can be done. Gives
    /// the fault.
    #[track_caller]
    pub fn ends_with(&mut self, alert: AlertDescription) -> connection::Fault {
        let fault = self.run().expect_err("a fault");
        assert_eq!(fault.alert(), Some(alert), "{fault}");
        assert_eq!(self.peer.alerts, [Alert::new(alert)], "{fault}");
        assert_eq!(self.end.receive(), Err(fault.clone()));
        assert_eq!(self.listen(), 0);
        assert!(self.end.connection.seal(b"more", &mut [0; 100]).is_err());
        fault
    }

    /// The peer says this, and the connection ends with this alert.
    #[track_caller]
    pub fn refuses(&mut self, record: &Record, alert: AlertDescription) -> connection::Fault {
        self.peer.say(record);
        self.ends_with(alert)
    }
}

/// What came of a subject's meeting with one script, on the handshake floor and as a connection.
pub struct Meeting {
    floor: Result<(), Fault>,
    wire: Result<(), connection::Fault>,
    connected: [bool; 3],
    by_certificate: bool,
    alerts: Vec<Alert>,
}

/// Lets what `subject` makes meet what `script` makes of its correct peer, twice.
pub fn meeting(subject: impl Fn() -> Subject, script: impl Fn(Peer) -> Peer) -> Meeting {
    let mut peer = script(subject().peer());
    let mut floor = subject().floor();
    let on_floor = floor.meet(&mut peer);
    let mut talk = Talk::between(subject(), &script);
    let on_wire = talk.run();
    let connected =
        [floor.connected().is_some(), talk.end.connection.is_connected(), talk.peer.is_connected()];
    let by_certificate = floor.connected().is_some_and(|connected| {
        connected.local_signature_scheme.or(connected.peer_signature_scheme).is_some()
    });
    Meeting { floor: on_floor, wire: on_wire, connected, by_certificate, alerts: talk.peer.alerts }
}

impl Meeting {
    /// The handshake completes, on both floors and at the peer.
    #[track_caller]
    pub fn completes(&self) {
        assert_eq!((&self.floor, &self.wire), (&Ok(()), &Ok(())));
        assert_eq!(self.connected, [true; 3]);
        assert_eq!(self.alerts, []);
    }

    /// Did a certificate stand for the server?
    pub fn authenticated_by_certificate(&self) -> bool {
        self.by_certificate
    }

    /// It ends with this fault of the peer's, and the peer hears this alert, alone and fatal.
    #[track_caller]
    pub fn is_refused(&self, fault: PeerFault, alert: AlertDescription) {
        assert_eq!(self.floor, Err(fault.clone().into()));
        assert_eq!(self.wire, Err(connection::Fault::Handshake(fault.into())));
        self.heard(alert);
    }

    /// It ends with a message whose form is wrong in this field, and the peer hears `decode_error`.
    #[track_caller]
    pub fn is_malformed(&self, message: HandshakeType, field: &str) {
        let Err(Fault::Peer(PeerFault::Malformed { message: found, error })) = &self.floor else {
            panic!("{:?}", self.floor)
        };
        assert_eq!((*found, error.field), (message, field));
        self.heard(AlertDescription::DECODE_ERROR);
    }

    /// The peer hears this alert, alone and fatal.
    #[track_caller]
    pub fn heard(&self, alert: AlertDescription) {
        assert_eq!(self.alerts, [Alert::new(alert)], "{:?}", self.wire);
        assert!(self.wire.is_err() && !alert.is_closure());
    }
}
