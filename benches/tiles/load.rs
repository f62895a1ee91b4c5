//! Eight readers on loopback, each asking for one tile after the other over a connection that stays open.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Failure;

const READERS: usize = 8;
const LASTS: Duration = Duration::from_secs(4);

/// What the readers saw.
pub struct Load {
    pub requests: usize,
    pub seconds: f64,
    pub bytes: usize,
    pub largest: usize,
    /// Milliseconds of every answer, in order.
    waits: Vec<f64>,
}

impl Load {
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    pub fn percentile(&self, share: f64) -> f64 {
        let at = ((self.waits.len() as f64 * share) as usize).min(self.waits.len().saturating_sub(1));
        self.waits.get(at).copied().unwrap_or_default()
    }

    pub fn mean_bytes(&self) -> f64 {
        self.bytes as f64 / self.requests.max(1) as f64
    }
}

/// Asks for the paths in turn for some seconds, and at least once for each reader.
pub async fn load(address: SocketAddr, paths: &[String]) -> Result<Load, Failure> {
    let paths: Arc<[String]> = paths.into();
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (paths, next) = (paths.clone(), next.clone());
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await?;
                let (mut waits, mut bytes, mut largest) = (Vec::new(), 0, 0);
                while start.elapsed() < LASTS || waits.is_empty() {
                    let path = &paths[next.fetch_add(1, Ordering::Relaxed) % paths.len()];
                    let asked = Instant::now();
                    let length = connection.get(path).await?.body.len();
                    waits.push(asked.elapsed().as_secs_f64() * 1000.0);
                    bytes += length;
                    largest = largest.max(length);
                }
                Ok::<_, Failure>((waits, bytes, largest))
            })
        })
        .collect();
    let mut all = Load { requests: 0, seconds: 0.0, bytes: 0, largest: 0, waits: Vec::new() };
    for reader in readers {
        let (waits, bytes, largest) = reader.await??;
        all.bytes += bytes;
        all.largest = all.largest.max(largest);
        all.waits.extend(waits);
    }
    all.seconds = start.elapsed().as_secs_f64();
    all.requests = all.waits.len();
    all.waits.sort_by(f64::total_cmp);
    Ok(all)
}

/// What a server answered.
pub struct Answer {
    /// Status and header fields, in small letters.
    pub head: String,
    pub body: Vec<u8>,
}

/// A connection that stays open; as little of HTTP/1.1 as a reader of tiles needs.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(1 << 16) })
    }

    /// An answer; an error unless it is 200 or 204.
    pub async fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await?;
        let head = self.until(b"\r\n\r\n").await?;
        let head = String::from_utf8(head)?.to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
        let body = if status == "204" {
            Vec::new()
        } else if let Some(length) = field("content-length:") {
            self.exactly(length.parse()?).await?
        } else if field("transfer-encoding:").as_deref() == Some("chunked") {
            self.chunks().await?
        } else {
            return Err(format!("an answer without a length: {head}").into());
        };
        match status.as_str() {
            "200" | "204" => Ok(Answer { head, body }),
            other => Err(format!("{path} was answered {other}: {}", String::from_utf8_lossy(&body)).into()),
        }
    }

    async fn chunks(&mut self) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        loop {
            let line = String::from_utf8(self.until(b"\r\n").await?)?;
            let length = usize::from_str_radix(line.trim().split(';').next().unwrap_or_default(), 16)?;
            body.extend(self.exactly(length).await?);
            self.exactly(2).await?;
            if length == 0 {
                return Ok(body);
            }
        }
    }

    async fn until(&mut self, mark: &[u8]) -> Result<Vec<u8>, Failure> {
        loop {
            if let Some(at) = self.buffer.windows(mark.len()).position(|window| window == mark) {
                return Ok(self.buffer.drain(..at + mark.len()).collect());
            }
            self.more().await?;
        }
    }

    async fn exactly(&mut self, length: usize) -> Result<Vec<u8>, Failure> {
        while self.buffer.len() < length {
            self.more().await?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn more(&mut self) -> Result<(), Failure> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }
}
