//! Ports: the ones that a service asks for, and free ones for the rest.

use std::{
    collections::HashSet,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use tokio::net::TcpSocket;

use crate::{engines::EngineError, model::spec::ServiceSpec};

/// A copy's port. One that was free is held until its program starts: services that
/// wait for others start seconds later, and somebody else would be given it meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Port {
    /// Its number.
    pub number: u16,
    /// Bound and not listening, so that whoever asks on it is refused, as he should be.
    held: Arc<Mutex<Option<TcpSocket>>>,
}

impl Port {
    fn fixed(number: u16) -> Self {
        Self { number, held: Arc::default() }
    }

    /// Lets go of it, for its program.
    pub(super) fn release(&self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(socket) = held {
            // A child that was forked for another copy, and has not come to its exec, may
            // still hold it a moment longer: a program that reuses addresses, as servers
            // do, need not mind. Where this fails, only that moment is not bridged.
            let _ = socket.set_reuseaddr(true);
        }
    }
}

/// Gives every copy of every service its port, in the order of `services`.
///
/// A free port is one that can be bound on the loopback address.
///
/// None of `taken` is given out: those belong to other services of the stack.
pub(super) fn choose(
    services: &[ServiceSpec],
    mut taken: HashSet<u16>,
) -> Result<Vec<Vec<Port>>, EngineError> {
    reserve(services, &mut taken)?;
    let mut passed_over = Vec::new();
    services
        .iter()
        .map(|service| match service.port {
            Some(first) => {
                Ok((0..service.replicas).map(|n| Port::fixed(first + n as u16)).collect())
            }
            None => (0..service.replicas)
                .map(|_| {
                    free(&taken, &mut passed_over).map_err(|error| no_port(&service.name, &error))
                })
                .collect(),
        })
        .collect()
}

/// Takes all ports that services ask for by number; one that is taken already is an error.
fn reserve(services: &[ServiceSpec], taken: &mut HashSet<u16>) -> Result<(), EngineError> {
    for service in services {
        let Some(first) = service.port else { continue };
        for n in 0..service.replicas {
            let port = u16::try_from(u32::from(first) + n).ok().filter(|port| *port > 0);
            let port = port.ok_or_else(|| out_of_range(service))?;
            if !taken.insert(port) {
                return Err(clash(&service.name, port));
            }
        }
    }
    Ok(())
}

/// Where free ports are looked for first. The system takes the ports of outgoing
/// connections from 32768 on: one of those could be gone in the moment between letting
/// go of it and its program's start.
const QUIET: std::ops::Range<u16> = 20_000..32_000;

/// How many of them are tried before the system chooses one.
const TRIES: u32 = 64;

/// How many ports belong to one process before those of the next begin.
const OWN: u32 = 16;

/// How many this process has tried.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Binds a free port of the loopback address.
fn bound() -> io::Result<TcpSocket> {
    let bind = |port: u16| {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        Ok(socket)
    };
    // One that was let go of is not given out again at once.
    let next = || NEXT.fetch_add(1, Ordering::Relaxed);
    let quiet = (0..TRIES).find_map(|_| bind(quiet_port(std::process::id(), next())).ok());
    quiet.map_or_else(|| bind(0), Ok)
}

/// The port that a process tries as its n-th. Others that are started at the same time
/// try theirs elsewhere, and take none that was just let go of for a program.
fn quiet_port(pid: u32, n: u32) -> u16 {
    let range = u32::from(QUIET.end - QUIET.start);
    let offset = pid.wrapping_mul(OWN).wrapping_add(n) % range;
    QUIET.start + offset as u16
}

/// What is taken is kept in `passed_over`, or it would be given out again.
fn free(taken: &HashSet<u16>, passed_over: &mut Vec<TcpSocket>) -> io::Result<Port> {
    loop {
        let socket = bound()?;
        let number = socket.local_addr()?.port();
        if !taken.contains(&number) {
            return Ok(Port { number, held: Arc::new(Mutex::new(Some(socket))) });
        }
        passed_over.push(socket);
    }
}

fn out_of_range(service: &ServiceSpec) -> EngineError {
    EngineError::Invalid {
        what: format!(
            "service `{}`: {} copies from port {} on do not fit into 1 to 65535",
            service.name,
            service.replicas,
            service.port.unwrap_or(0),
        ),
        remedy: "give it a port between 1 and 65535, or none for a free one".into(),
    }
}

fn clash(service: &str, port: u16) -> EngineError {
    EngineError::Invalid {
        what: format!("service `{service}`: port {port} belongs to another copy or service"),
        remedy: "copy n of a service has the port `port` + n - 1: leave room between services"
            .into(),
    }
}

fn no_port(service: &str, error: &io::Error) -> EngineError {
    EngineError::Answer {
        endpoint: "this host".into(),
        reason: format!("no free port for service `{service}`: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::engines::process::plan::tests::service;

    fn with_port(name: &str, port: Option<u16>, replicas: u32) -> ServiceSpec {
        ServiceSpec { replicas, port, ..service(name) }
    }

    fn numbers(ports: &[Vec<Port>]) -> Vec<Vec<u16>> {
        ports.iter().map(|copies| copies.iter().map(|port| port.number).collect()).collect()
    }

    #[test]
    fn a_free_port_is_nobody_elses_and_refuses_until_its_program_starts() {
        let ports = choose(&[with_port("a", None, 1)], HashSet::new()).unwrap();
        let port = &ports[0][0];
        let address = (Ipv4Addr::LOCALHOST, port.number);
        let in_use = TcpListener::bind(address).unwrap_err();
        assert_eq!(in_use.kind(), io::ErrorKind::AddrInUse);
        let refused = TcpStream::connect(address).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        port.release();
        TcpListener::bind(address).unwrap();
    }

    #[test]
    fn processes_that_start_one_after_the_other_try_different_ports() {
        let of = |pid| (0..OWN).map(move |n| quiet_port(pid, n));
        let all: HashSet<u16> = (4_000_000..4_000_700).flat_map(of).collect();
        assert_eq!(all.len(), 700 * OWN as usize);
        assert!(all.iter().all(|port| QUIET.contains(port)));
        assert!(QUIET.contains(&quiet_port(u32::MAX, u32::MAX)));
    }

    #[test]
    fn copies_count_up_from_the_port_that_was_asked_for() {
        let ports =
            choose(&[with_port("api", Some(8080), 3), with_port("off", None, 0)], HashSet::new())
                .unwrap();
        assert_eq!(numbers(&ports), [vec![8080, 8081, 8082], vec![]]);
    }

    #[test]
    fn free_ports_are_all_different() {
        let ports =
            choose(&[with_port("a", None, 20), with_port("b", None, 20)], HashSet::new()).unwrap();
        let distinct: HashSet<u16> = numbers(&ports).concat().into_iter().collect();
        assert_eq!(distinct.len(), 40);
        assert!(!distinct.contains(&0));
    }

    #[test]
    fn ports_that_clash_or_do_not_exist_are_refused() {
        let clash =
            choose(&[with_port("a", Some(80), 3), with_port("b", Some(82), 1)], HashSet::new());
        assert_eq!(
            clash.unwrap_err().to_string(),
            "service `b`: port 82 belongs to another copy or service"
        );
        assert!(choose(&[with_port("a", Some(65535), 2)], HashSet::new()).is_err());
        assert!(choose(&[with_port("a", Some(0), 1)], HashSet::new()).is_err());
    }
}
