//! Which second handshakes resume a session of which first ones: the table of `docs/resumption.md`.
//!
//! Each handshake is between configs built anew, as by processes that share the ticket key and nothing else.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "std"))]
#![allow(clippy::wildcard_enum_match_arm)]

mod support {
    pub(crate) mod authority;
    pub(crate) mod kept_run;
    pub(crate) mod pair;
    pub(crate) mod situation;
}

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use handfast::connection::{Config, ConfigBuilder, Connection, RevocationCheck, StoredSession, Trust};
use handfast::crypto::{Entropy, ring};
use handfast::handshake::{Authentication, ClientAuth, Connected, Milestone};
use handfast::identity::ExpectedPeer;
use handfast::pki::TrustAnchors;
use handfast::pki::revocation::{CrlStore, UnknownStatus};
use handfast::resumption::{PskOffer, TicketKeys};
use handfast::time::Time;
use rcgen::date_time_ymd;
use support::authority::{self, Authority};
use support::pair::{End, credential, now, settle};
use support::situation;

/// PEM of chain and key.
type Pem = (String, String);

/// What the processes read from files.
struct Files {
    ca: Authority,
    other_ca: Authority,
    client: Pem,
    /// Valid for a quarter of an hour.
    brief_client: Pem,
    other_client: Pem,
    server: Pem,
    new_server: Pem,
}

/// What a second handshake is between.
struct Second {
    client: ConfigBuilder,
    server: ConfigBuilder,
    time: Time,
}

/// What is different at the second handshake.
struct Difference {
    what: &'static str,
    is: fn(&Files, &mut Second),
    /// Is it the client's own, of which the server knows nothing?
    of_client: bool,
    /// Is the client's certificate one for a quarter of an hour?
    brief: bool,
}

impl Files {
    fn new() -> Self {
        let ca = authority::root(authority::ca("ca"));
        let mut brief = authority::client("spiffe://test/client");
        brief.not_after = date_time_ymd(2030, 1, 1) + Duration::from_secs(900);
        Self {
            other_ca: authority::root(authority::ca("other ca")),
            client: credential(authority::client("spiffe://test/client"), &ca),
            brief_client: credential(brief, &ca),
            other_client: credential(authority::client("spiffe://test/other"), &ca),
            server: credential(authority::server("server.test"), &ca),
            new_server: credential(authority::server("server.test"), &ca),
            ca,
        }
    }

    fn builder(&self, (chain, key): &Pem) -> ConfigBuilder {
        let builder = Config::builder(ring::provider()).trust_pem(self.ca.pem()).unwrap();
        builder.credential_pem(chain, key).unwrap()
    }

    fn client(&self, shown: &Pem) -> ConfigBuilder {
        let mut client = self.builder(shown);
        client.handshake.accept_tickets = true;
        client
    }

    fn server(&self, shown: &Pem, mode: ClientAuth) -> ConfigBuilder {
        let mut server = self.builder(shown).tickets(1, TicketKeys::new([0x5a; 32], Time::MAX));
        server.handshake.client_auth = mode;
        server.trust = self.trust(self.ca.pem(), CrlStore::new());
        server
    }

    /// These anchors; who is on none of the lists is taken as good.
    fn trust(&self, anchors: impl AsRef<[u8]>, lists: CrlStore) -> Trust {
        let check = RevocationCheck { unknown: UnknownStatus::Accept, ..RevocationCheck::by_crls(lists) };
        Trust::anchors(TrustAnchors::from_pem(anchors).unwrap()).with_revocation(check)
    }

    fn two_cas(&self) -> String {
        format!("{}{}", self.ca.pem(), self.other_ca.pem())
    }

    /// A list that revokes the client's certificate.
    fn list(&self) -> CrlStore {
        CrlStore::from_pem(situation::list(&self.ca, &self.client.0)).unwrap()
    }
}

const MODES: [ClientAuth; 3] = [ClientAuth::None, ClientAuth::Optional, ClientAuth::Required];

const fn of_server(what: &'static str, is: fn(&Files, &mut Second)) -> Difference {
    Difference { what, is, of_client: false, brief: false }
}

const fn of_client(what: &'static str, is: fn(&Files, &mut Second)) -> Difference {
    Difference { what, is, of_client: true, brief: false }
}

const DIFFERENCES: [Difference; 17] = [
    of_server("nothing", |_, _| {}),
    of_server("no certificate is asked for", |_, second| {
        second.server.handshake.client_auth = ClientAuth::None;
    }),
    of_server("a certificate is optional", |_, second| {
        second.server.handshake.client_auth = ClientAuth::Optional;
    }),
    of_server("a certificate is required", |_, second| {
        second.server.handshake.client_auth = ClientAuth::Required;
    }),
    of_server("the server trusts one CA more", |files, second| {
        second.server.trust = files.trust(files.two_cas(), CrlStore::new());
    }),
    of_server("the server trusts another CA", |files, second| {
        second.server.trust = files.trust(files.other_ca.pem(), CrlStore::new());
    }),
    of_server("the server lets in another client", |_, second| {
        second.server.expected_clients = ExpectedPeer::spiffe_id("spiffe://test/other").unwrap();
    }),
    of_server("the client's certificate has been revoked", |files, second| {
        second.server.trust = files.trust(files.ca.pem(), files.list());
    }),
    Difference {
        brief: true,
        ..of_server("the client's certificate has expired", |_, second| {
            second.time = now().checked_add(Duration::from_secs(901)).unwrap();
        })
    },
    of_server("the ticket's lifetime is over", |_, second| {
        second.time = now().checked_add(Duration::from_secs(7200)).unwrap();
    }),
    of_server("the server's clock is a minute back", |_, second| {
        second.time = now().checked_sub(Duration::from_secs(60)).unwrap();
    }),
    of_server("the server's clock is an hour back", |_, second| {
        second.time = now().checked_sub(Duration::from_secs(3600)).unwrap();
    }),
    of_server("the server has another ticket key", |_, second| {
        second.server.ticket_keys = Some(TicketKeys::new([1; 32], Time::MAX));
    }),
    of_server("the server shows a new certificate", |files, second| {
        second.server.credentials = files.builder(&files.new_server).credentials;
    }),
    of_server("the server shows a new certificate, the old one is compromised", |files, second| {
        second.server.credentials = files.builder(&files.new_server).credentials;
        second.server.compromised = vec![situation::digest(&files.server.0)];
    }),
    of_client("the client shows another certificate", |files, second| {
        second.client.credentials = files.builder(&files.other_client).credentials;
    }),
    of_client("the client trusts one CA more", |files, second| {
        second.client.trust = Trust::anchors(TrustAnchors::from_pem(files.two_cas()).unwrap());
    }),
];

fn expected() -> ExpectedPeer {
    ExpectedPeer::dns("server.test").unwrap()
}

fn connected(end: &End) -> Connected {
    let found = end.milestones.iter().find_map(|milestone| match milestone {
        Milestone::Connected(connected) => Some((**connected).clone()),
        _ => None,
    });
    found.expect("connected")
}

/// What the server agreed on, and the client's session; or the alert.
fn handshake(
    second: Second,
    offer: impl FnOnce(&Config) -> Option<PskOffer>,
) -> Result<(Connected, Option<StoredSession>), String> {
    let client = Arc::new(second.client.build().unwrap());
    let server = Arc::new(second.server.build().unwrap());
    let entropy = |role: u8| Entropy::from_platform([role; 32]);
    let psks = offer(&client).into_iter().collect();
    let connection =
        Connection::client_with_psks(Arc::clone(&client), expected(), psks, second.time, entropy(1));
    let mut client_end = End::new(connection);
    let mut server_end = End::new(Connection::server(server, entropy(2)));
    (client_end.now, server_end.now) = (second.time, second.time);
    settle(&mut client_end, &mut server_end).map_err(|fault| fault.alert().unwrap().to_string())?;
    let ticket = client_end.milestones.iter().find_map(|milestone| match milestone {
        Milestone::NewSessionTicket(ticket) => Some(ticket),
        _ => None,
    });
    let stored = ticket.map(|ticket| client.store_session(&expected(), ticket).unwrap());
    Ok((connected(&server_end), stored))
}

/// A client that offers its ticket for as long as it likes.
fn insist(stored: &StoredSession, time: Time) -> PskOffer {
    let mut session = stored.session().clone();
    (session.issued_at, session.lifetime) = (time, 1000);
    PskOffer::resume(Arc::new(session), stored.ticket().to_vec(), time).unwrap()
}

/// How the second handshake ends; one that does not resume ends as that of a client without a session.
fn cell(files: &Files, mode: ClientAuth, difference: &Difference) -> String {
    let shown = if difference.brief { &files.brief_client } else { &files.client };
    let same =
        || Second { client: files.client(shown), server: files.server(&files.server, mode), time: now() };
    let second = || {
        let mut second = same();
        (difference.is)(files, &mut second);
        second
    };
    let (first, stored) = handshake(same(), |_| None).unwrap();
    let stored = stored.unwrap();
    let time = second().time;
    let ended = handshake(second(), |config| {
        if difference.of_client {
            config.offer_session(&stored, &expected(), time).ok()
        } else {
            Some(insist(&stored, time))
        }
    });
    if let Ok((connected, _)) = &ended
        && connected.authentication == Authentication::Resumption
    {
        assert_eq!(connected.peer_identity, first.peer_identity, "{}", difference.what);
        assert_eq!(connected.authenticated_at, first.authenticated_at);
        return "resumed".to_owned();
    }
    let fresh = handshake(second(), |_| None);
    let told = |ended: Result<(Connected, Option<StoredSession>), String>| match ended {
        Ok((connected, _)) => {
            assert_eq!(connected.authentication, Authentication::Certificate);
            "full".to_owned()
        }
        Err(alert) => alert,
    };
    let (ended, fresh) = (told(ended), told(fresh));
    assert_eq!(ended, fresh, "{} after {mode:?}: not as a client without a session", difference.what);
    ended
}

#[test]
fn sessions_are_resumed_as_the_table_says_and_refused_as_fresh_clients_are() {
    let files = Files::new();
    let mut table = String::from("| different at the second handshake | none | optional | required |\n");
    table.push_str("|---|---|---|---|\n");
    for difference in &DIFFERENCES {
        let cells = MODES.map(|mode| cell(&files, mode, difference));
        writeln!(table, "| {} | {} |", difference.what, cells.join(" | ")).unwrap();
    }
    let document = include_str!("../docs/resumption.md");
    assert!(document.contains(&table), "the table in docs/resumption.md is to be:\n{table}");
}
