//! Reads a filter: how its terms are put together.

use std::ops::Range;

use jiff::Zoned;

use super::{
    FilterError,
    expr::Expr,
    lexer::{Lexed, Lexer, Token},
    term,
};

/// How many terms a filter may have: each pattern takes memory.
const MAX_TERMS: usize = 64;

/// How deep parentheses and `not` may lie in each other.
const MAX_DEPTH: usize = 32;

/// Reads a whole filter; `None` when it has no terms.
pub(super) fn parse(text: &str, now: &Zoned) -> Result<Option<Expr>, FilterError> {
    let mut lexer = Lexer::new(text);
    let Some(next) = lexer.next()? else { return Ok(None) };
    let mut parser = Parser { text, now, lexer, next: Some(next), terms: 0 };
    let expr = parser.any(0)?;
    match parser.next {
        None => Ok(Some(expr)),
        // Only a bracket that nobody opened ends an expression early.
        Some(rest) => {
            let message = "no `(` is open here; quote `\")\"` to look for it";
            Err(FilterError::new(rest.at, message))
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    now: &'a Zoned,
    lexer: Lexer<'a>,
    /// The piece that is read next.
    next: Option<Lexed>,
    /// How many terms there were.
    terms: usize,
}

impl Parser<'_> {
    /// `a or b`.
    fn any(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let mut parts = vec![self.all(depth)?];
        while self.take(&Token::Or)? {
            parts.push(self.all(depth)?);
        }
        Ok(Expr::any(parts))
    }

    /// `a b`, `a and b`.
    fn all(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let mut parts = vec![self.one(depth)?];
        loop {
            let goes_on = self.take(&Token::And)? || !self.is_at_end_of_all();
            if !goes_on {
                return Ok(Expr::all(parts));
            }
            parts.push(self.one(depth)?);
        }
    }

    /// `a`, `not a`, `(a)`.
    fn one(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let Some(Lexed { token, at }) = self.advance()? else {
            let end = self.text.len();
            return Err(FilterError::new(end..end, "a term is missing, such as `level>=warn`"));
        };
        if depth > MAX_DEPTH {
            return Err(FilterError::new(at, "too many parentheses within each other"));
        }
        match token {
            Token::Not => Ok(self.one(depth + 1)?.negated()),
            Token::Open => self.group(depth, at),
            Token::Term(term) => {
                self.terms += 1;
                if self.terms > MAX_TERMS {
                    let message = format!("a filter has at most {MAX_TERMS} terms");
                    return Err(FilterError::new(at, message));
                }
                term::understand(&term, at, self.text, self.now)
            }
            Token::Close | Token::And | Token::Or => {
                let found = &self.text[at.clone()];
                let message = format!(
                    "a term such as `level>=warn` is missing before this; \
                     quote `\"{found}\"` to look for it"
                );
                Err(FilterError::new(at, message))
            }
        }
    }

    /// What is in parentheses, of which the first one has been read.
    fn group(&mut self, depth: usize, open: Range<usize>) -> Result<Expr, FilterError> {
        let expr = self.any(depth + 1)?;
        if self.take(&Token::Close)? {
            return Ok(expr);
        }
        Err(FilterError::new(open, "this `(` is not closed; quote `\"(\"` to look for it"))
    }

    fn is_at_end_of_all(&self) -> bool {
        match &self.next {
            None => true,
            Some(next) => matches!(next.token, Token::Or | Token::Close),
        }
    }

    /// Goes over a piece when it is this one.
    fn take(&mut self, token: &Token) -> Result<bool, FilterError> {
        let is_next = self.next.as_ref().is_some_and(|next| next.token == *token);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    fn advance(&mut self) -> Result<Option<Lexed>, FilterError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.next, next))
    }
}
