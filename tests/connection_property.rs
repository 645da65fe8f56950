//! What goes over the wire and what the caller is told follow from config, entropy, time, bytes in and answers: never
//! from how input and output are cut, from when `transmit` is called, or from how long an answer takes.

#![cfg(test)]
#![cfg(feature = "rustcrypto")]

mod support {
    pub(crate) mod authority;
    pub(crate) mod kept_run;
}

use std::sync::Arc;

use handfast::NamedGroup;
use handfast::connection::{Config, ConfigBuilder, Event, Need, SealRefused, Trust};
use handfast::crypto::{Entropy, rustcrypto};
use handfast::handshake::Milestone;
use handfast::identity::ExpectedPeer;
use handfast::time::Time;
use handfast_replay::{Connection, Recorder};
use proptest::prelude::*;
use rcgen::KeyPair;
use support::authority::{self, MID_2030};
use support::kept_run::KeptRun;

const NOW: Time = Time::from_millis_since_1970(MID_2030);

/// How one end cuts its slices, and how long its answers take.
#[derive(Clone, Debug)]
struct Habit {
    /// The most bytes of input that it gives at once, turn by turn.
    pieces: Vec<usize>,
    /// Bytes of output, turn by turn.
    rooms: Vec<usize>,
    /// Turns until an ask is answered.
    patience: usize,
}

/// What an end says: a client once it is connected, a server once the client has closed.
#[derive(Clone, Debug)]
enum Say {
    Data(Vec<u8>),
    UpdateKeys(bool),
    Close,
}

/// One end, and all that was seen of it.
struct End {
    connection: Connection,
    /// Answers what the connection's own config leaves open.
    judge: Config,
    habit: Habit,
    turn: usize,
    waited: usize,
    arriving: Vec<u8>,
    input: Vec<u8>,
    script: Vec<Say>,
    may_speak: bool,
    wire: Vec<u8>,
    events: Vec<String>,
}

impl End {
    fn new(connection: Connection, judge: Config, habit: Habit, script: Vec<Say>) -> Self {
        Self {
            connection,
            judge,
            habit,
            turn: 0,
            waited: 0,
            arriving: Vec::new(),
            input: Vec::new(),
            script,
            may_speak: false,
            wire: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Gives a piece of what came and takes events until something is needed.
    fn receive(&mut self) {
        let piece = self.habit.pieces[self.turn % self.habit.pieces.len()].min(self.arriving.len());
        self.input.extend(self.arriving.drain(..piece));
        loop {
            let before = self.input.len();
            let start: Vec<u8> = self.input.iter().take(32).copied().collect();
            let received = self.connection.receive(&mut self.input, NOW).unwrap();
            let consumed = received.consumed;
            let mut is_need = false;
            let mut answers = false;
            match received.event {
                Event::Plaintext(text) => {
                    self.events.push(format!("{} bytes {:?}", text.len(), text.first()))
                }
                Event::EarlyPlaintext(_) => unreachable!("0-RTT is off"),
                Event::Milestone(Milestone::Connected(agreed)) => {
                    self.may_speak |= agreed.role == handfast::handshake::Role::Client;
                    self.events.push(format!("{agreed:?}"));
                }
                Event::Milestone(milestone) => self.events.push(format!("{milestone:?}")),
                Event::End => {
                    is_need = true;
                    if self.events.last().is_none_or(|last| last != "end") {
                        self.events.push("end".into());
                    }
                    self.may_speak = true;
                }
                Event::Need(need) => {
                    is_need = true;
                    answers = matches!(need, Need::Answer(_));
                    let touched = consumed == 0 && !self.input.starts_with(&start);
                    assert!(!touched && before == self.input.len(), "input that waits was touched");
                }
            }
            self.input.drain(..consumed);
            if answers {
                self.answer();
            }
            if is_need {
                return;
            }
        }
    }

    fn answer(&mut self) {
        self.waited += 1;
        if self.waited > self.habit.patience {
            self.waited = 0;
            let answer = self.judge.answer(self.connection.pending().unwrap()).unwrap();
            self.connection.answer(answer).unwrap();
        }
    }

    /// Writes into a slice of this turn's room what is owed, then what the script says.
    fn write(&mut self) -> Vec<u8> {
        let mut out = vec![0; self.habit.rooms[self.turn % self.habit.rooms.len()]];
        self.turn += 1;
        let speaks = self.may_speak && self.connection.is_connected();
        let written = match self.script.first_mut() {
            Some(Say::Data(data)) if speaks => {
                let sealed = match self.connection.seal(data, &mut out) {
                    Err(SealRefused::NeedOutput { at_least }) => {
                        out.resize(at_least, 0);
                        self.connection.seal(data, &mut out)
                    }
                    sealed => sealed,
                };
                let sealed = sealed.unwrap();
                data.drain(..sealed.consumed);
                if data.is_empty() {
                    self.script.remove(0);
                }
                sealed.written
            }
            Some(Say::UpdateKeys(request_peer)) if speaks => {
                self.connection.update_keys(*request_peer);
                self.script.remove(0);
                self.connection.transmit(&mut out)
            }
            Some(Say::Close) if speaks => {
                self.connection.close();
                self.script.remove(0);
                self.connection.transmit(&mut out)
            }
            _ => self.connection.transmit(&mut out),
        };
        out.truncate(written);
        self.wire.extend(&out);
        out
    }
}

/// What was seen of both ends.
type Seen = [(Vec<u8>, Vec<String>); 2];

/// Lets both talk until the scripts are said and heard, and tells the recorders.
fn run(configs: &Configs, habits: [Habit; 2], scripts: [Vec<Say>; 2], recorders: [Recorder; 2]) -> Seen {
    let [client_habit, server_habit] = habits;
    let [client_script, server_script] = scripts;
    let peer = ExpectedPeer::dns("server.test").unwrap();
    let [client_recorder, server_recorder] = recorders;
    let entropy = |seed| Entropy::from_platform([seed; 32]);
    let client = Arc::clone(&configs.client);
    let client =
        Connection::client_with_psks(client, peer, vec![], NOW, entropy(1), client_recorder).unwrap();
    let server = Connection::server(Arc::clone(&configs.server), entropy(2), server_recorder).unwrap();
    let mut client = End::new(client, configs.judge.clone(), client_habit, client_script);
    let mut server = End::new(server, configs.judge.clone(), server_habit, server_script);
    let mut silent = 0;
    while silent < 10 {
        let said = client.write();
        server.arriving.extend(&said);
        server.receive();
        let answered = server.write();
        client.arriving.extend(&answered);
        client.receive();
        let waits = client.arriving.len() + server.arriving.len() + client.script.len() + server.script.len();
        silent = if said.len() + answered.len() + waits == 0 { silent + 1 } else { 0 };
        assert!(client.turn < 2_000_000, "no end in sight");
    }
    [(client.wire, client.events), (server.wire, server.events)]
}

struct Configs {
    client: Arc<Config>,
    server: Arc<Config>,
    /// Answers JudgePeer, which the others leave to the caller.
    judge: Config,
}

fn configs(retry: bool, client_limit: Option<u16>, server_limit: Option<u16>) -> Configs {
    let ca = authority::root(authority::ca("ca"));
    let builder = |params: rcgen::CertificateParams| {
        let key = KeyPair::generate().unwrap();
        let chain = params.signed_by(&key, &ca).unwrap().pem();
        let builder = Config::builder(rustcrypto::provider()).trust_pem(ca.pem()).unwrap();
        builder.credential_pem(chain, key.serialize_pem()).unwrap()
    };
    let mut client = builder(authority::client("spiffe://test/client"));
    let mut server = builder(authority::server("server.test"));
    let judge = client.clone().build().unwrap();
    client.handshake.record_size_limit = client_limit;
    server.handshake.record_size_limit = server_limit;
    if retry {
        server.handshake.groups = vec![NamedGroup::SECP256R1];
    }
    let asks =
        |builder: ConfigBuilder| Arc::new(ConfigBuilder { trust: Trust::ask(), ..builder }.build().unwrap());
    Configs { client: asks(client), server: asks(server), judge }
}

fn habit() -> impl Strategy<Value = Habit> {
    let sizes = || {
        prop_oneof![
            prop::collection::vec(1_usize..10, 1..4),
            prop::collection::vec(1_usize..700, 1..6),
            prop::collection::vec(1_usize..40_000, 1..4),
        ]
    };
    (sizes(), sizes(), 0_usize..4).prop_map(|(pieces, rooms, patience)| Habit { pieces, rooms, patience })
}

fn script() -> impl Strategy<Value = Vec<Say>> {
    let say = prop_oneof![
        (1_usize..3_000, any::<u8>()).prop_map(|(length, byte)| Say::Data(vec![byte; length])),
        (1_usize..36_000, any::<u8>()).prop_map(|(length, byte)| Say::Data(vec![byte; length])),
        any::<bool>().prop_map(Say::UpdateKeys),
    ];
    prop::collection::vec(say, 0..6).prop_map(|mut script| {
        // Whether a second request goes out depends on whether the first was answered by then: on the peer's timing.
        let mut requested = false;
        for say in &mut script {
            if let Say::UpdateKeys(request_peer) = say {
                *request_peer &= !std::mem::replace(&mut requested, true);
            }
        }
        script.push(Say::Close);
        script
    })
}

fn limit() -> impl Strategy<Value = Option<u16>> {
    prop_oneof![Just(None), Just(Some(16_385)), (64_u16..600).prop_map(Some)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn wire_bytes_and_events_do_not_depend_on_slices_timing_or_patience(
        retry in any::<bool>(),
        (client_limit, server_limit) in (limit(), limit()),
        habits in [habit(), habit()],
        scripts in [script(), script()],
    ) {
        let configs = configs(retry, client_limit, server_limit);
        let generous = Habit { pieces: vec![usize::MAX], rooms: vec![100_000], patience: 0 };
        let expected = run(&configs, [generous.clone(), generous], scripts.clone(), Default::default());
        prop_assert!(expected.iter().all(|(_, events)| events.last().is_some_and(|last| last == "end")));
        let runs = ["client", "server"].map(KeptRun::new);
        let seen = run(&configs, habits, scripts, runs.each_ref().map(KeptRun::recorder));
        if seen != expected {
            runs.iter().for_each(|run| run.keep().unwrap());
        }
        prop_assert!(seen[0].0 == expected[0].0, "the client's bytes differ");
        prop_assert!(seen[1].0 == expected[1].0, "the server's bytes differ");
        prop_assert_eq!(seen, expected);
    }
}

#[test]
fn one_byte_in_and_one_byte_out_is_enough() {
    let configs = configs(true, None, None);
    let generous = Habit { pieces: vec![usize::MAX], rooms: vec![100_000], patience: 0 };
    let drop_by_drop = Habit { pieces: vec![1], rooms: vec![1], patience: 3 };
    let script = vec![Say::UpdateKeys(true), Say::Data(vec![7; 100]), Say::Close];
    let scripts = [script.clone(), script];
    let expected = run(&configs, [generous.clone(), generous], scripts.clone(), Default::default());
    let runs = ["client", "server"].map(KeptRun::new);
    let recorders = runs.each_ref().map(KeptRun::recorder);
    assert_eq!(run(&configs, [drop_by_drop.clone(), drop_by_drop], scripts, recorders), expected);
}

#[test]
fn the_run_of_a_test_that_fails_is_kept_for_its_owner_and_replays() {
    let configs = configs(true, None, None);
    let habit = Habit { pieces: vec![100], rooms: vec![100], patience: 1 };
    let script = vec![Say::Data(vec![7; 100]), Say::Close];
    let runs = ["client", "server"].map(KeptRun::new);
    let paths = runs.each_ref().map(KeptRun::path);
    paths.iter().for_each(|path| drop(std::fs::remove_file(path)));
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let recorders = runs.each_ref().map(KeptRun::recorder);
        run(&configs, [habit.clone(), habit], [script.clone(), script], recorders);
        panic!("a test fails, as this one does on purpose");
    }));
    assert!(failed.is_err());
    for path in paths {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let record = std::fs::read_to_string(path).unwrap();
        let replayed = handfast_replay::replay(&record, &rustcrypto::provider()).unwrap();
        assert!(replayed.sent > 900 && replayed.fault.is_none());
    }
}
