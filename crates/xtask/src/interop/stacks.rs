//! The TLS stacks: every peer, in every role, with every feature.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, available_parallelism};

use super::feature::{TRIALS, Trial};
use super::ground::Ground;
use super::peer::{Lack, Offer, Peer, offered};
use super::table::{Cell, Fresh, FreshRow};
use super::trial::Meeting;

/// The part that a peer plays.
#[derive(Clone, Copy)]
enum Role {
    Server,
    Client,
}

/// A cell that is to be found out.
struct Pending {
    row: usize,
    column: usize,
    peer: &'static Peer,
    role: Role,
    trial: &'static Trial,
    offer: &'static Offer,
}

/// Holds all trials with the peers that are wanted. The rows of others are in the table too, and unknown.
pub(super) fn try_all(ground: &Ground, all: &[&'static Peer], is_wanted: impl Fn(&Peer) -> bool) -> Fresh {
    let mut rows = Vec::new();
    let mut pending = Vec::new();
    for peer in all {
        let wanted = is_wanted(peer);
        let version = if wanted { ground.version(peer.version) } else { None };
        for role in [Role::Server, Role::Client] {
            let Some((offers, lacks)) = role.of(peer) else { continue };
            let mut cells = vec![None; TRIALS.len()];
            for (column, (trial, cell)) in TRIALS.iter().zip(&mut cells).enumerate().filter(|_| wanted) {
                match offered(offers, trial.feature) {
                    Some(offer) => {
                        pending.push(Pending { row: rows.len(), column, peer, role, trial, offer })
                    }
                    None => *cell = Some(Cell::NotOffered),
                }
            }
            let known = lacks.iter().map(|lack| lack.why.into()).collect();
            rows.push(FreshRow {
                name: format!("{} {}", peer.name, role.name()),
                version: version.clone(),
                cells,
                known,
            });
        }
    }
    for (row, column, cell) in hold(ground, pending) {
        if let Some(place) = rows.get_mut(row).and_then(|row| row.cells.get_mut(column)) {
            *place = Some(cell);
        }
    }
    Fresh { headings: TRIALS.iter().map(|trial| trial.column.into()).collect(), rows }
}

/// Holds trials beside each other: most of their time they wait.
fn hold(ground: &Ground, pending: Vec<Pending>) -> Vec<(usize, usize, Cell)> {
    let queue = Mutex::new(pending.into_iter());
    let found = Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(pending) = next else { return };
            let cell = pending.hold(ground);
            found.lock().unwrap_or_else(PoisonError::into_inner).push((pending.row, pending.column, cell));
        }
    };
    thread::scope(|scope| {
        for _ in 0..available_parallelism().map_or(2, usize::from) * 2 {
            scope.spawn(work);
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl Pending {
    fn hold(&self, ground: &Ground) -> Cell {
        let Self { peer, role, trial, offer, .. } = self;
        let (of_peer, lacks) = (peer.name, role.of(peer).map_or(&[][..], |(_, lacks)| lacks));
        let name = format!("{of_peer} {} {}", role.name(), trial.column);
        let try_once = || {
            let meeting =
                Meeting { ground, directory: ground.directory_with(&name, trial.files)?, trial, offer };
            match (role, &peer.server, &peer.client) {
                (Role::Server, Some(server), _) => meeting.with_server(server),
                (Role::Client, _, Some(client)) => meeting.with_client(client),
                (Role::Server | Role::Client, ..) => Ok(()),
            }
        };
        let retries = 1..offer.tries;
        let outcome = retries.fold(try_once(), |outcome, _| outcome.or_else(|_| try_once()));
        let lack = lacks.iter().find(|lack| lack.feature == trial.feature);
        match (outcome, lack) {
            (Ok(()), None) => Cell::Good("yes".into()),
            (Ok(()), Some(lack)) => {
                println!("{name}: works now, though its row says: {}", lack.why);
                Cell::Good("yes".into())
            }
            (Err(error), None) => {
                println!("{name}: {error}");
                Cell::Bad(error)
            }
            (Err(error), Some(lack)) => {
                println!("{name}: {error} (known: {})", lack.why);
                Cell::Bad(lack.why.into())
            }
        }
    }
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }

    /// What the peer has in this role, and lacks.
    fn of(self, peer: &Peer) -> Option<(&'static [Offer], &'static [Lack])> {
        match self {
            Self::Server => peer.server.as_ref().map(|server| (server.offers, server.lacks)),
            Self::Client => peer.client.as_ref().map(|client| (client.offers, client.lacks)),
        }
    }
}
