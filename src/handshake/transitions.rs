//! The state machines of Appendix A as declared tables.
//!
//! A row `State.recv_message(Message) => Next | Other;` declares one arrow of the RFC's diagram. The method
//! takes the state by value and returns [`To`]`<State, on::Message>`, which only the declared targets convert
//! into: an arrow that is not drawn does not compile. A (state, message) pair without a row is
//! `unexpected_message`. Rows under `at_once` are arrows that wait for nothing; rows under `answer` start in
//! a state that waits for an answer and hides what comes next until it is there.

use core::marker::PhantomData;

use alloc::string::String;

/// Where an arrow leads: built only from its declared targets.
pub(crate) struct To<Machine, From, On> {
    pub(crate) machine: Machine,
    arrow: PhantomData<(From, On)>,
}

impl<Machine, From, On> To<Machine, From, On> {
    pub(crate) const fn new(machine: Machine) -> Self {
        Self { machine, arrow: PhantomData }
    }
}

/// What an arrow is taken on: a message, nothing, or an answer.
pub(crate) mod on {
    use crate::message::HandshakeType;

    /// A message that a machine waits for.
    pub(crate) trait Message {
        const TYPE: HandshakeType;
    }

    macro_rules! messages {
        ($($name:ident = $constant:ident,)*) => { $(
            pub(crate) enum $name {}
            impl Message for $name {
                const TYPE: HandshakeType = HandshakeType::$constant;
            }
        )* };
    }
    messages! {
        ClientHello = CLIENT_HELLO,
        ServerHello = SERVER_HELLO,
        EncryptedExtensions = ENCRYPTED_EXTENSIONS,
        CertificateRequest = CERTIFICATE_REQUEST,
        Certificate = CERTIFICATE,
        CompressedCertificate = COMPRESSED_CERTIFICATE,
        CertificateVerify = CERTIFICATE_VERIFY,
        EndOfEarlyData = END_OF_EARLY_DATA,
        Finished = FINISHED,
    }

    /// Nothing: the arrow is taken at once.
    pub(crate) enum Nothing {}
    /// The answer to the open ask.
    pub(crate) enum Answer {}
}

/// One row of a table, for diagrams and for the test of every (state, message) pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// The state it starts from.
    pub from: &'static str,
    /// The message it is taken on; `""` if at once, `"answer"` if on the answer to the open ask.
    pub on: &'static str,
    /// Where it may lead.
    pub to: &'static [&'static str],
}

/// The table as a Mermaid state diagram, as SPEC.md shows it.
#[must_use]
pub fn mermaid(arrows: &[Arrow]) -> String {
    let mut diagram = String::from("stateDiagram-v2\n");
    for arrow in arrows {
        for to in arrow.to {
            diagram.push_str("    ");
            diagram.push_str(arrow.from);
            diagram.push_str(" --> ");
            diagram.push_str(to);
            if !arrow.on.is_empty() {
                diagram.push_str(": ");
                diagram.push_str(arrow.on);
            }
            diagram.push('\n');
        }
    }
    diagram
}

/// Declares a state machine. See the [module](self).
macro_rules! transitions {
    (
        $(#[$attribute:meta])*
        pub(crate) enum $machine:ident { $( $(#[$state_attribute:meta])* $state:ident, )* }
        receive { $( $from:ident . $recv:ident ( $message:ident ) => $($to:ident)|+ ; )* }
        at_once { $( $once_from:ident . $once:ident () => $($once_to:ident)|+ ; )* }
        answer { $( $ask_from:ident . $answered:ident (answer) => $($ask_to:ident)|+ ; )* }
    ) => {
        $(#[$attribute])*
        pub(crate) enum $machine { $( $(#[$state_attribute])* $state($state), )* }

        /// The declared arrows, in the order of the table.
        pub(crate) const ARROWS: &[$crate::handshake::transitions::Arrow] = &[
            $( $crate::handshake::transitions::Arrow {
                from: stringify!($once_from), on: "", to: &[$(stringify!($once_to)),+],
            }, )*
            $( $crate::handshake::transitions::Arrow {
                from: stringify!($from), on: stringify!($message), to: &[$(stringify!($to)),+],
            }, )*
            $( $crate::handshake::transitions::Arrow {
                from: stringify!($ask_from), on: "answer", to: &[$(stringify!($ask_to)),+],
            }, )*
        ];

        /// Where the arrow from `From` on `On` leads.
        pub(crate) type To<From, On> = $crate::handshake::transitions::To<$machine, From, On>;

        $( $( impl From<$to> for To<$from, on::$message> {
            fn from(state: $to) -> Self { Self::new($machine::$to(state)) }
        } )+ )*
        $( $( impl From<$once_to> for To<$once_from, on::Nothing> {
            fn from(state: $once_to) -> Self { Self::new($machine::$once_to(state)) }
        } )+ )*
        $( $( impl From<$ask_to> for To<$ask_from, on::Answer> {
            fn from(state: $ask_to) -> Self { Self::new($machine::$ask_to(state)) }
        } )+ )*

        impl $machine {
            /// The name of the state, as in Appendix A.
            pub(crate) const fn name(&self) -> &'static str {
                match self { $( Self::$state(_) => stringify!($state), )* }
            }

            /// Takes the arrow that `received` leads along.
            pub(crate) fn receive(
                self,
                received: &$crate::handshake::step::Received<'_>,
                step: &mut $crate::handshake::step::Step<'_>,
            ) -> Result<Self, $crate::handshake::Fault> {
                let message = received.msg_type;
                match self {
                    $( Self::$from(state) if message == <on::$message as on::Message>::TYPE => {
                        let to: To<$from, on::$message> = state.$recv(received, step)?;
                        Ok(to.machine)
                    } )*
                    state => {
                        Err($crate::handshake::PeerFault::Unexpected { state: state.name(), message }.into())
                    }
                }
            }

            /// Does the state wait for a message or an answer?
            pub(crate) const fn waits(&self) -> bool {
                match self {
                    $( Self::$once_from(_) => false, )*
                    #[allow(unreachable_patterns)]
                    _ => true,
                }
            }

            /// Takes arrows that wait for nothing, until there is none.
            pub(crate) fn at_once(
                mut self,
                step: &mut $crate::handshake::step::Step<'_>,
            ) -> Result<Self, $crate::handshake::Fault> {
                while !self.waits() {
                    self = match self {
                        $( Self::$once_from(state) => {
                            let to: To<$once_from, on::Nothing> = state.$once(step)?;
                            to.machine
                        } )*
                        #[allow(unreachable_patterns)]
                        settled => settled,
                    };
                }
                Ok(self)
            }

            /// The open ask, if the state waits for an answer.
            pub(crate) const fn pending(&self) -> Option<&$crate::handshake::Ask> {
                match self {
                    $( Self::$ask_from(state) => Some(&state.ask), )*
                    _ => None,
                }
            }

            /// Takes the arrow of an answer that [`Ask::check`](crate::handshake::Ask) has let through.
            pub(crate) fn answer(
                self,
                answer: $crate::handshake::ask::Reply,
                step: &mut $crate::handshake::step::Step<'_>,
            ) -> Result<Self, $crate::handshake::Fault> {
                match self {
                    $( Self::$ask_from(state) => {
                        let to: To<$ask_from, on::Answer> = state.$answered(answer, step)?;
                        Ok(to.machine)
                    } )*
                    #[allow(unreachable_patterns)]
                    state => Ok(state),
                }
            }
        }
    };
}
pub(crate) use transitions;
