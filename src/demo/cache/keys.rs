//! [`Keyspace`]: what the cache holds, and the commands on it.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use crate::demo::cache::protocol::Reply;

/// No more values and no longer lists are kept; a write beyond is refused as Redis does.
const MAX_KEYS: usize = 4096;
const MAX_LIST: usize = 10_000;

const FULL: &str = "OOM command not allowed when used memory > 'maxmemory'.";

#[derive(Debug)]
struct Entry {
    value: Vec<u8>,
    expires: Option<Instant>,
}

/// Values that may expire, and lists.
#[derive(Debug, Default)]
pub(crate) struct Keyspace {
    values: HashMap<Vec<u8>, Entry>,
    lists: HashMap<Vec<u8>, VecDeque<Vec<u8>>>,
    hits: u64,
    misses: u64,
}

impl Keyspace {
    /// Carries out a command and gives its answer.
    pub(crate) fn execute(&mut self, command: &[Vec<u8>], now: Instant) -> Reply {
        let Some((name, arguments)) = command.split_first() else {
            return Reply::Error("ERR empty command".into());
        };
        let name = String::from_utf8_lossy(name).to_uppercase();
        match (name.as_str(), arguments) {
            ("PING", []) => Reply::Simple("PONG".into()),
            ("GET", [key]) => self.value(key, now),
            ("SET", [key, value]) => self.store(key, value, None, now),
            ("SET", [key, value, option, seconds]) if option.eq_ignore_ascii_case(b"EX") => {
                match number(seconds) {
                    Some(seconds) => self.store(key, value, Some(seconds), now),
                    None => Reply::Error("ERR value is not an integer or out of range".into()),
                }
            }
            ("DEL", [key]) => Reply::Integer(i64::from(self.remove(key))),
            ("LPUSH", [key, value]) => self.push(key, value),
            ("RPOP", [key]) => self.pop(key),
            ("LLEN", [key]) => length(self.list_length(key)),
            ("DBSIZE", []) => length(self.keys(now)),
            ("INFO", _) => Reply::Bulk(Some(self.info(now).into_bytes())),
            ("QUIT", _) => Reply::Simple("OK".into()),
            ("PING" | "GET" | "SET" | "DEL" | "LPUSH" | "RPOP" | "LLEN" | "DBSIZE", _) => {
                Reply::Error(format!(
                    "ERR wrong number of arguments for '{}' command",
                    name.to_lowercase()
                ))
            }
            _ => Reply::Error("ERR unknown command".into()),
        }
    }

    /// Forgets what has expired; gives how many values that were.
    pub(crate) fn expire(&mut self, now: Instant) -> usize {
        let before = self.values.len();
        self.values.retain(|_, entry| entry.expires.is_none_or(|expires| expires > now));
        before - self.values.len()
    }

    /// How many values and lists there are.
    pub(crate) fn keys(&mut self, now: Instant) -> usize {
        self.expire(now);
        self.values.len() + self.lists.len()
    }

    /// How many entries a list has.
    pub(crate) fn list_length(&self, key: &[u8]) -> usize {
        self.lists.get(key).map_or(0, VecDeque::len)
    }

    /// How many lookups found a value, and how many did not.
    pub(crate) fn lookups(&self) -> (u64, u64) {
        (self.hits, self.misses)
    }

    fn value(&mut self, key: &[u8], now: Instant) -> Reply {
        let live = |entry: &&Entry| entry.expires.is_none_or(|expires| expires > now);
        let value = self.values.get(key).filter(live).map(|entry| entry.value.clone());
        match value {
            Some(_) => self.hits += 1,
            None => self.misses += 1,
        }
        Reply::Bulk(value)
    }

    fn store(&mut self, key: &[u8], value: &[u8], seconds: Option<u32>, now: Instant) -> Reply {
        if !self.values.contains_key(key) && self.keys(now) >= MAX_KEYS {
            return Reply::Error(FULL.into());
        }
        let expires = seconds.map(|seconds| now + Duration::from_secs(seconds.into()));
        self.values.insert(key.to_vec(), Entry { value: value.to_vec(), expires });
        Reply::Simple("OK".into())
    }

    fn remove(&mut self, key: &[u8]) -> bool {
        let value = self.values.remove(key).is_some();
        self.lists.remove(key).is_some() || value
    }

    fn push(&mut self, key: &[u8], value: &[u8]) -> Reply {
        if self.list_length(key) >= MAX_LIST || self.lists.len() >= MAX_KEYS {
            return Reply::Error(FULL.into());
        }
        let list = self.lists.entry(key.to_vec()).or_default();
        list.push_front(value.to_vec());
        length(list.len())
    }

    fn pop(&mut self, key: &[u8]) -> Reply {
        let value = self.lists.get_mut(key).and_then(VecDeque::pop_back);
        if self.list_length(key) == 0 {
            self.lists.remove(key);
        }
        Reply::Bulk(value)
    }

    fn info(&mut self, now: Instant) -> String {
        let keys = self.keys(now);
        let volatile = self.values.values().filter(|entry| entry.expires.is_some()).count();
        format!(
            "# Server\r\nredis_version:7.0.0\r\nserver_name:midwatch-demo\r\nprocess_id:{}\r\n\
             # Stats\r\nkeyspace_hits:{}\r\nkeyspace_misses:{}\r\n\
             # Keyspace\r\ndb0:keys={keys},expires={volatile},avg_ttl=0\r\n",
            std::process::id(),
            self.hits,
            self.misses,
        )
    }
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn length(length: usize) -> Reply {
    Reply::Integer(i64::try_from(length).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn execute(keys: &mut Keyspace, command: &str, now: Instant) -> Reply {
        let command: Vec<Vec<u8>> = command.split(' ').map(Into::into).collect();
        keys.execute(&command, now)
    }

    #[test]
    fn values_expire() {
        let (mut keys, now) = (Keyspace::default(), Instant::now());
        execute(&mut keys, "set a 1 EX 10", now);
        assert_eq!(execute(&mut keys, "GET a", now), Reply::Bulk(Some(b"1".to_vec())));
        let later = now + Duration::from_secs(10);
        assert_eq!(execute(&mut keys, "GET a", later), Reply::Bulk(None));
        assert_eq!(execute(&mut keys, "DBSIZE", later), Reply::Integer(0));
        assert_eq!(keys.lookups(), (1, 1));
    }

    #[test]
    fn lists_are_queues_and_empty_ones_are_gone() {
        let (mut keys, now) = (Keyspace::default(), Instant::now());
        execute(&mut keys, "LPUSH jobs 1", now);
        assert_eq!(execute(&mut keys, "LPUSH jobs 2", now), Reply::Integer(2));
        assert_eq!(execute(&mut keys, "RPOP jobs", now), Reply::Bulk(Some(b"1".to_vec())));
        assert_eq!(execute(&mut keys, "RPOP jobs", now), Reply::Bulk(Some(b"2".to_vec())));
        assert_eq!(execute(&mut keys, "RPOP jobs", now), Reply::Bulk(None));
        assert_eq!(execute(&mut keys, "DBSIZE", now), Reply::Integer(0));
    }

    #[test]
    fn a_full_cache_refuses_new_values_and_takes_known_ones() {
        let (mut keys, now) = (Keyspace::default(), Instant::now());
        for key in 0..MAX_KEYS {
            execute(&mut keys, &format!("SET {key} x"), now);
        }
        assert_eq!(execute(&mut keys, "SET new x", now), Reply::Error(FULL.into()));
        assert_eq!(execute(&mut keys, "SET 0 y", now), Reply::Simple("OK".into()));
    }

    #[test]
    fn wrong_commands_are_answered_with_an_error() {
        let (mut keys, now) = (Keyspace::default(), Instant::now());
        for command in ["FLUSHALL", "GET", "SET a b EX soon", "SET a b c"] {
            let reply = execute(&mut keys, command, now);
            assert!(matches!(reply, Reply::Error(_)), "{command}: {reply:?}");
        }
    }
}
