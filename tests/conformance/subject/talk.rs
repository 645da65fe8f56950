//! The subject as a connection, and its peer.

use handfast::alert::{Alert, AlertDescription};
use handfast::connection::{self, Need};

use super::Subject;
use super::floor::Answering;
use crate::pair::End;
use crate::peer::Peer;
use crate::peer::record::Record;

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
            self.answer_pending();
        }
        Ok(())
    }

    /// Answers the open ask well.
    pub fn answer_pending(&mut self) {
        let answer = self.answering.answer(self.end.connection.pending().unwrap());
        self.end.connection.answer(answer).unwrap();
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
