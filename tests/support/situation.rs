//! A server that changes between two handshakes, and a client that offers its ticket whatever has changed.

#![allow(dead_code, unreachable_pub, clippy::wildcard_enum_match_arm)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use handfast::connection::{Config, ConfigBuilder, Connection, RevocationCheck, StoredSession, Trust};
use handfast::crypto::{Entropy, HashAlgorithm, ring};
use handfast::handshake::{Authentication, ClientAuth, Connected, Milestone};
use handfast::identity::{ExpectedPeer, Sha256Digest};
use handfast::pem;
use handfast::pki::TrustAnchors;
use handfast::pki::certificate::Certificate;
use handfast::pki::revocation::{CrlStore, UnknownStatus};
use handfast::resumption::PskOffer;
use handfast::time::Time;
use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber, date_time_ymd};

use super::authority::{self, Authority};
use super::kept_run::KeptRun;
use super::pair::{End, Talks, credential, now, settle};

/// How long behind [`now`] the client's certificate is valid.
pub const CLIENT_VALID_FOR: i64 = 900;

/// What the processes read from files, all in PEM.
pub struct Papers {
    ca: String,
    other_ca: String,
    /// A list that revokes the client's certificate.
    list: String,
    client: (String, String),
    servers: [(String, String); 2],
}

/// Which CAs a server trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trusted {
    One,
    OneMore,
    Another,
}

/// What a server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    First,
    Second,
    /// The second, for the first is compromised.
    SecondForGood,
}

/// What a server is like, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    pub mode: ClientAuth,
    pub trusted: Trusted,
    /// Does it have the list that revokes the client's certificate?
    pub revoked: bool,
    pub shown: Shown,
    /// Seconds from [`now`].
    pub at: i64,
}

/// How a visit ended.
pub struct Visit {
    /// What the server agreed on, or the alert.
    pub ended: Result<Connected, String>,
    /// What the client keeps.
    pub stored: Option<StoredSession>,
    /// The runs of both ends, where they are recorded.
    pub runs: Vec<KeptRun>,
}

impl Papers {
    pub fn new() -> Self {
        let ca = authority::root(authority::ca("ca"));
        let mut params = authority::client("spiffe://test/client");
        params.not_after = date_time_ymd(2030, 1, 1) + Duration::from_secs(CLIENT_VALID_FOR.unsigned_abs());
        let client = credential(params, &ca);
        Self {
            list: list(&ca, &client.0),
            client,
            servers: [(); 2].map(|()| credential(authority::server("server.test"), &ca)),
            other_ca: authority::root(authority::ca("other ca")).pem(),
            ca: ca.pem(),
        }
    }

    /// For the files of another process.
    pub fn texts(&self) -> [&str; 9] {
        let [first, second] = &self.servers;
        let (ca, other_ca, list) = (&self.ca, &self.other_ca, &self.list);
        let client = &self.client;
        [ca, other_ca, list, &client.0, &client.1, &first.0, &first.1, &second.0, &second.1]
            .map(|text| text.as_str())
    }

    pub fn from_texts(texts: [String; 9]) -> Self {
        let [ca, other_ca, list, client, client_key, first, first_key, second, second_key] = texts;
        let servers = [(first, first_key), (second, second_key)];
        Self { ca, other_ca, list, client: (client, client_key), servers }
    }

    fn builder(&self, (chain, key): &(String, String)) -> ConfigBuilder {
        let builder = Config::builder(ring::provider()).trust_pem(&self.ca).unwrap();
        builder.credential_pem(chain, key).unwrap()
    }

    pub fn client(&self) -> Arc<Config> {
        let mut client = self.builder(&self.client);
        client.handshake.accept_tickets = true;
        Arc::new(client.build().unwrap())
    }

    /// A server as it is in this situation, without tickets.
    pub fn server(&self, situation: Situation) -> ConfigBuilder {
        let [first, second] = &self.servers;
        let mut server = self.builder(if situation.shown == Shown::First { first } else { second });
        if situation.shown == Shown::SecondForGood {
            server.compromised = vec![digest(&first.0)];
        }
        server.handshake.client_auth = situation.mode;
        let anchors = match situation.trusted {
            Trusted::One => self.ca.clone(),
            Trusted::OneMore => [&*self.ca, &*self.other_ca].concat(),
            Trusted::Another => self.other_ca.clone(),
        };
        let lists = if situation.revoked { CrlStore::from_pem(&self.list).unwrap() } else { CrlStore::new() };
        // Who is on no list is taken as good.
        let check = RevocationCheck { unknown: UnknownStatus::Accept, ..RevocationCheck::by_crls(lists) };
        server.trust = Trust::anchors(TrustAnchors::from_pem(anchors).unwrap()).with_revocation(check);
        server
    }
}

/// A list that revokes this certificate.
pub fn list(ca: &Authority, client: &str) -> String {
    let revoked = RevokedCertParams {
        serial_number: SerialNumber::from_slice(Certificate::from_der(&der(client)).unwrap().serial_number),
        revocation_time: date_time_ymd(2029, 1, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2029, 1, 1),
        next_update: date_time_ymd(2031, 1, 1),
        crl_number: SerialNumber::from_slice(&[1]),
        issuing_distribution_point: None,
        revoked_certs: vec![revoked],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(ca).unwrap().pem().unwrap()
}

fn der(text: &str) -> Vec<u8> {
    pem::blocks(text.as_bytes()).next().unwrap().unwrap().decode().unwrap().to_vec()
}

/// SHA-256 of the first certificate.
pub fn digest(text: &str) -> Sha256Digest {
    let sha256 = ring::provider().hash(HashAlgorithm::Sha256).unwrap().digest(&der(text));
    Sha256Digest((&*sha256).try_into().unwrap())
}

impl Situation {
    pub fn time(self) -> Time {
        Time::from_secs_since_1970(now().as_secs() + self.at)
    }

    /// May a server in this situation resume a session that began in that one, and whose ticket opens?
    pub fn may_resume(self, began: Self) -> bool {
        let same_policy = (self.mode, self.trusted) == (began.mode, began.trusted);
        // The tolerance of clocks is a minute.
        let is_in_time = (began.at - 60..began.at + 7200).contains(&self.at);
        let uncompromised = self.shown != Shown::SecondForGood || began.shown != Shown::First;
        let client_is_good = self.mode == ClientAuth::None || !self.revoked && self.at <= CLIENT_VALID_FOR;
        same_policy && is_in_time && uncompromised && client_is_good
    }
}

impl Visit {
    /// `resumed`, `full` or the alert.
    pub fn told(&self) -> &str {
        match &self.ended {
            Ok(connected) if connected.authentication == Authentication::Resumption => "resumed",
            Ok(_) => "full",
            Err(alert) => alert,
        }
    }
}

pub fn expected() -> ExpectedPeer {
    ExpectedPeer::dns("server.test").unwrap()
}

/// A connection of the client, which offers this session for as long as it likes.
pub fn visit(
    client: &Arc<Config>,
    server: &Arc<Config>,
    offered: Option<&StoredSession>,
    time: Time,
) -> Visit {
    let client_end =
        Connection::client_with_psks(Arc::clone(client), expected(), offers(offered, time), time, entropy());
    let server_end = Connection::server(Arc::clone(server), entropy());
    talk(client_end, server_end, client, time, Vec::new())
}

/// The same, recorded: the runs of both ends are kept if the test fails over the visit.
pub fn recorded_visit(
    client: &Arc<Config>,
    server: &Arc<Config>,
    offered: Option<&StoredSession>,
    time: Time,
) -> Visit {
    let [of_client, of_server] = ["client", "server"].map(KeptRun::new);
    let client_end = handfast_replay::Connection::client_with_psks(
        Arc::clone(client),
        expected(),
        offers(offered, time),
        time,
        entropy(),
        of_client.recorder(),
    );
    let server_end = handfast_replay::Connection::server(Arc::clone(server), entropy(), of_server.recorder());
    talk(client_end.unwrap(), server_end.unwrap(), client, time, vec![of_client, of_server])
}

fn entropy() -> Entropy {
    static SEEDS: AtomicU64 = AtomicU64::new(0);
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&SEEDS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Entropy::from_platform(seed)
}

fn offers(offered: Option<&StoredSession>, time: Time) -> Vec<PskOffer> {
    let offer = offered.map(|stored| {
        let mut session = stored.session().clone();
        (session.issued_at, session.lifetime) = (time, 1000);
        PskOffer::resume(Arc::new(session), stored.ticket().to_vec(), time).unwrap()
    });
    offer.into_iter().collect()
}

fn talk<C: Talks>(client: C, server: C, config: &Config, time: Time, runs: Vec<KeptRun>) -> Visit {
    let (mut client, mut server) = (End::new(client), End::new(server));
    (client.now, server.now) = (time, time);
    if let Err(fault) = settle(&mut client, &mut server) {
        return Visit { ended: Err(fault.alert().unwrap().to_string()), stored: None, runs };
    }
    let connected = server.milestones.into_iter().find_map(|milestone| match milestone {
        Milestone::Connected(connected) => Some(*connected),
        _ => None,
    });
    let ticket = client.milestones.iter().find_map(|milestone| match milestone {
        Milestone::NewSessionTicket(ticket) => Some(ticket),
        _ => None,
    });
    let stored = ticket.map(|ticket| config.store_session(&expected(), ticket).unwrap());
    Visit { ended: Ok(connected.expect("connected")), stored, runs }
}
