//! No interleaving of tickets, key rotations and reloads of the config resumes what a fresh handshake would refuse, and
//! what may be resumed is.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "std"))]

mod support {
    pub(crate) mod authority;
    pub(crate) mod kept_run;
    pub(crate) mod pair;
    pub(crate) mod situation;
}

use std::sync::Arc;

use handfast::connection::{Config, MAX_LINEAGE, SharedTicketStore, StoredSession};
use handfast::handshake::{Authentication, ClientAuth};
use handfast::resumption::{MAX_TICKET_KEYS, TicketKeys};
use handfast::time::Time;
use proptest::prelude::*;
use support::situation::{Papers, Shown, Situation, Trusted, recorded_visit};

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// The client comes and offers the session that it got so many visits ago.
    Visit {
        back: usize,
    },
    Mode(ClientAuth),
    Trusted(Trusted),
    Revoked(bool),
    Shown(Shown),
    /// The clock goes on or back by so many seconds.
    Clock(i64),
    /// A newer ticket key seals; the older ones go on opening.
    Rotate,
    /// All ticket keys are gone.
    ForgetKeys,
    /// Tickets are sealed, or name sessions in the store.
    Store(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let modes = [ClientAuth::None, ClientAuth::Optional, ClientAuth::Required];
    let trusted = [Trusted::One, Trusted::One, Trusted::OneMore, Trusted::Another];
    let shown = [Shown::First, Shown::Second, Shown::SecondForGood];
    let clock = [1, 60, 600, 3000, 7000, 7200, 86_400, -1, -60, -61, -600];
    prop_oneof![
        8 => (0..3_usize).prop_map(|back| Step::Visit { back }),
        1 => prop::sample::select(modes.to_vec()).prop_map(Step::Mode),
        1 => prop::sample::select(trusted.to_vec()).prop_map(Step::Trusted),
        1 => any::<bool>().prop_map(Step::Revoked),
        1 => prop::sample::select(shown.to_vec()).prop_map(Step::Shown),
        2 => prop::sample::select(clock.to_vec()).prop_map(Step::Clock),
        1 => Just(Step::Rotate),
        1 => prop::bool::weighted(0.2).prop_map(|gone| if gone { Step::ForgetKeys } else { Step::Rotate }),
        1 => any::<bool>().prop_map(Step::Store),
    ]
}

/// A session as the model knows it.
struct Begun {
    stored: StoredSession,
    /// When its ticket was given.
    given: Situation,
    /// When the client was authenticated, and with what the server proved itself then.
    authenticated: Situation,
    /// The number of the key that sealed it; `None`: it is in the store.
    key: Option<usize>,
    /// A session in the store is resumed once.
    is_used: bool,
}

struct World {
    papers: Papers,
    client: Arc<Config>,
    situation: Situation,
    store: Arc<SharedTicketStore>,
    stores: bool,
    keys: TicketKeys,
    /// The numbers of the keys that open, the newest last.
    known_keys: Vec<usize>,
    begun: Vec<Begun>,
}

impl World {
    fn new() -> Self {
        let papers = Papers::new();
        let (mode, trusted, shown) = (ClientAuth::Required, Trusted::One, Shown::First);
        Self {
            client: papers.client(),
            papers,
            situation: Situation { mode, trusted, revoked: false, shown, at: 0 },
            store: Arc::new(SharedTicketStore::new(1000)),
            stores: false,
            keys: TicketKeys::new([0; 32], Time::MAX),
            known_keys: vec![0],
            begun: Vec::new(),
        }
    }

    fn rotate(&mut self) {
        let next = self.known_keys.last().unwrap() + 1;
        self.known_keys.push(next);
        let surplus = self.known_keys.len().saturating_sub(MAX_TICKET_KEYS);
        self.known_keys.drain(..surplus);
        self.keys = self.keys.clone().rotated([u8::try_from(next).unwrap(); 32], Time::MAX);
    }

    fn forget_keys(&mut self) {
        let next = self.known_keys.last().unwrap() + 1;
        self.known_keys = vec![next];
        self.keys = TicketKeys::new([u8::try_from(next).unwrap(); 32], Time::MAX);
    }

    /// As a process that has just read its files.
    fn server(&self) -> Arc<Config> {
        let mut server = self.papers.server(self.situation).tickets(1, self.keys.clone());
        server.ticket_store = Some(Arc::clone(&self.store)).filter(|_| self.stores);
        Arc::new(server.build().unwrap())
    }

    fn may_resume(&self, begun: &Begun) -> bool {
        let opens = match begun.key {
            Some(key) => self.known_keys.contains(&key),
            None => self.stores && !begun.is_used,
        };
        let lineage = i64::try_from(MAX_LINEAGE.as_secs()).unwrap();
        let is_young =
            (begun.authenticated.at - 60..begun.authenticated.at + lineage).contains(&self.situation.at);
        let given = Situation { shown: begun.authenticated.shown, ..begun.given };
        opens && is_young && self.situation.may_resume(given)
    }

    fn visit(&mut self, back: usize) {
        let offered = self.begun.len().checked_sub(back + 1);
        let (server, time) = (self.server(), self.situation.time());
        let fresh = recorded_visit(&self.client, &server, None, time);
        let offered_session = offered.map(|index| &self.begun[index].stored);
        let visited = recorded_visit(&self.client, &server, offered_session, time);
        let may_resume = offered.is_some_and(|index| self.may_resume(&self.begun[index]));
        let expected = if may_resume { "resumed" } else { fresh.told() };
        assert_eq!(visited.told(), expected, "in {:?}", self.situation);
        let mut authenticated = self.situation;
        if let (Ok(connected), Some(index)) = (&visited.ended, offered)
            && connected.authentication == Authentication::Resumption
        {
            let fresh = fresh.ended.expect("what a fresh handshake would refuse is not resumed");
            assert_eq!(connected.peer_identity, fresh.peer_identity);
            let begun = &mut self.begun[index];
            assert_eq!(connected.authenticated_at, begun.authenticated.time());
            begun.is_used = true;
            authenticated = begun.authenticated;
        }
        if let Some(stored) = visited.stored {
            let key = self.known_keys.last().copied().filter(|_| !self.stores);
            let given = self.situation;
            self.begun.push(Begun { stored, given, authenticated, key, is_used: false });
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Visit { back } => self.visit(back),
            Step::Mode(mode) => self.situation.mode = mode,
            Step::Trusted(trusted) => self.situation.trusted = trusted,
            Step::Revoked(revoked) => self.situation.revoked = revoked,
            Step::Shown(shown) => self.situation.shown = shown,
            Step::Clock(seconds) => self.situation.at += seconds,
            Step::Rotate => self.rotate(),
            Step::ForgetKeys => self.forget_keys(),
            Step::Store(stores) => self.stores = stores,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_session_is_resumed_exactly_where_a_fresh_handshake_would_say_the_same(
        steps in prop::collection::vec(step(), 1..32),
    ) {
        let mut world = World::new();
        world.visit(0);
        steps.into_iter().for_each(|step| world.take(step));
    }
}
