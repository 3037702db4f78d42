//! [`HttpProbe`]: does a URL answer well?

mod body;
mod exchange;
mod expect;
mod request;

use std::time::{Duration, Instant};

use async_trait::async_trait;
use hyper::StatusCode;

use self::{body::Body, exchange::Came, expect::Expectations, request::Asked};
use super::{
    Means, Probe,
    deadline::Deadline,
    fault::{answer, first_lines, invalid, short, without},
    tls::Certificate,
};
use crate::{
    model::{ProbeAnswer, ProbeFault, ProbeFaultKind, probe::HttpTarget},
    text::{format, redact::Secret},
};

/// A certificate with less time left is worth a look, whatever is expected.
const CERTIFICATE_SOON: Duration = Duration::from_hours(14 * 24);

/// Sends a request and looks at what comes back.
///
/// A redirect is an answer: it is never followed, so a probe asks nobody but its target
/// (threat T17). Proxies of the environment are not used, for the same reason.
#[derive(Debug)]
pub(super) struct HttpProbe {
    asked: Asked,
    expectations: Expectations,
    timeout: Duration,
    means: Means,
}

/// What an exchange was like: what expectations are compared with.
#[derive(Debug)]
struct Outcome {
    status: StatusCode,
    headers: hyper::HeaderMap,
    body: Body,
    /// From the start of the connection to the end of the answer.
    took: Duration,
    /// What was served, when it is encrypted.
    certificate: Option<Certificate>,
}

impl HttpProbe {
    /// A probe of what a request is answered with.
    pub(super) fn new(
        target: &HttpTarget,
        timeout: Duration,
        means: &Means,
    ) -> Result<Self, ProbeFault> {
        let asked = Asked::new(target)?;
        let expectations = Expectations::new(&target.expect)?;
        if expectations.need_a_certificate() && !asked.is_encrypted() {
            return Err(invalid("a certificate is expected, but the URL is not https"));
        }
        Ok(Self { asked, expectations, timeout, means: means.clone() })
    }

    async fn ask(&self, secret: Option<&Secret>) -> Result<Outcome, ProbeFault> {
        let request = self.asked.request(secret)?;
        let deadline = Deadline::within(self.timeout);
        let begin = Instant::now();
        let Came { head, bytes, is_cut, certificate } =
            exchange::exchange(&self.asked, request, &self.means, deadline).await?;
        Ok(Outcome {
            status: head.status,
            took: begin.elapsed(),
            body: Body::new(&head.headers, bytes, is_cut),
            headers: head.headers,
            certificate,
        })
    }

    fn judge(&self, outcome: &Outcome) -> Result<ProbeAnswer, ProbeFault> {
        let status = outcome.status.to_string();
        let wrong = self.expectations.unmet(outcome);
        if !wrong.is_empty() {
            let mut output = first_lines(&outcome.body.decoded());
            if self.expectations.are_met_by(outcome.status) {
                output.insert(0, short(&status));
            }
            let kind = ProbeFaultKind::Answer;
            return Err(ProbeFault { kind, words: short(&wrong.join("; ")), output });
        }
        let left = outcome.certificate.as_ref().map(|it| it.left().unwrap_or_default());
        let soon = left.filter(|left| *left < CERTIFICATE_SOON);
        let warning =
            soon.map(|left| short(&format!("certificate expires in {}", format::age(left))));
        Ok(ProbeAnswer { warning, ..answer(status) })
    }
}

#[async_trait]
impl Probe for HttpProbe {
    async fn check(&self) -> Result<ProbeAnswer, ProbeFault> {
        let what = "the secret of the Authorization header";
        let secret = self.means.secret(self.asked.auth.as_ref(), what).await?;
        let outcome = self.ask(secret.as_ref()).await?;
        let sent = self.asked.sent(secret.as_ref());
        self.judge(&outcome).map_err(|fault| without(fault, secret.iter().chain(&sent)))
    }
}
