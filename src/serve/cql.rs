//! `filter` in CQL2 text (OGC 21-065r2, annex B.2), as much of it as the map offers: comparisons of a property with a constant, BETWEEN,
//! IN, LIKE and IS NULL, joined by AND, OR and NOT. Properties come from a closed list, and how long, how deep and how wide a filter
//! may be is capped. Nothing of it ever reaches the database.

use super::problem::Problem;
use super::query::invalid;
use crate::app::query::MapLayer;
use crate::app::tile::{ColumnKind, Comparison, Condition, Literal};

/// Longest filter, bytes.
const LONGEST: usize = 1000;
/// Deepest parentheses and NOTs.
const DEEPEST: usize = 10;
/// Most comparisons, the values of lists among them.
const MOST: usize = 50;

const EXPECTED: &str = "CQL2 文字：属性与常数用 =、<>、<、<=、>、>=、BETWEEN、IN、LIKE、IS NULL 比较，以 AND、OR、NOT 相连";

/// A filter that every one of these layers can answer.
pub(super) fn parse(text: &str, layers: &[MapLayer]) -> Result<Condition, Problem> {
    let refused = |expected: String| invalid("filter", text, expected);
    if text.len() > LONGEST {
        return Err(refused(format!("不超过 {LONGEST} 字节的 CQL2 文字")));
    }
    read(text, layers).map_err(|fault| {
        refused(match fault {
            Fault::Unsupported => EXPECTED.to_owned(),
            Fault::TooMuch => format!("括号不超过 {DEEPEST} 层、比较不超过 {MOST} 个的 CQL2 文字"),
            Fault::Property(name) => format!(
                "所求各图层都有的属性；没有“{}”，可用的是 {}",
                name.chars().take(40).collect::<String>(),
                common(layers).join("、")
            ),
            Fault::Kind(name) => format!("属性与同类的常数比较；“{name}”不是"),
        })
    })
}

/// The properties that all layers have.
fn common(layers: &[MapLayer]) -> Vec<&'static str> {
    let Some(first) = layers.first() else { return Vec::new() };
    first.columns().map(|(name, _)| name).filter(|name| layers.iter().all(|layer| layer.column(name).is_some())).collect()
}

fn read(text: &str, layers: &[MapLayer]) -> Result<Condition, Fault> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, layers, left: MOST };
    let condition = reader.alternatives(DEEPEST)?;
    if reader.at == reader.tokens.len() { Ok(condition) } else { Err(Fault::Unsupported) }
}

#[derive(Debug)]
enum Fault {
    Unsupported,
    TooMuch,
    Property(String),
    Kind(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A keyword, in capitals, or a property's name as written.
    Word(String),
    /// A property's name in double quotes.
    Quoted(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
}

/// The longer signs first: `<=` is not `<` and something.
const SIGNS: [&str; 9] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", ","];

fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => {
                let (inside, length) = quoted(rest, first)?;
                tokens.push(if first == '"' { Token::Quoted(inside) } else { Token::Text(inside) });
                length
            }
            '0'..='9' | '.' | '-' | '+' => {
                let is_part = |(at, c): (usize, char)| {
                    c.is_ascii_digit()
                        || matches!(c, '.' | 'e' | 'E')
                        || matches!(c, '-' | '+') && (at == 0 || rest[..at].ends_with(['e', 'E']))
                };
                let length = rest.char_indices().find(|place| !is_part(*place)).map_or(rest.len(), |(at, _)| at);
                let number: f64 = rest[..length].parse().map_err(|_| Fault::Unsupported)?;
                tokens.push(Token::Number(Some(number).filter(|number| number.is_finite()).ok_or(Fault::Unsupported)?));
                length
            }
            _ if first.is_alphabetic() || first == '_' => {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..length].to_owned()));
                length
            }
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign)).ok_or(Fault::Unsupported)?;
                tokens.push(Token::Sign(sign));
                sign.len()
            }
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// What stands between quotes, a doubled one meaning itself, and how long it is with them.
fn quoted(text: &str, quote: char) -> Result<(String, usize), Fault> {
    let (mut inside, mut characters) = (String::new(), text.char_indices().skip(1).peekable());
    while let Some((at, character)) = characters.next() {
        if character != quote {
            inside.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == quote) {
            inside.push(quote);
            characters.next();
        } else {
            return Ok((inside, at + 1));
        }
    }
    Err(Fault::Unsupported)
}

struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    layers: &'a [MapLayer],
    /// Comparisons that may still come.
    left: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<Token, Fault> {
        let token = self.tokens.get(self.at).cloned().ok_or(Fault::Unsupported)?;
        self.at += 1;
        Ok(token)
    }

    /// Takes a keyword, however it is written, or nothing.
    fn takes(&mut self, keyword: &str) -> bool {
        let is_next = matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is_next);
        is_next
    }

    fn sense(&mut self) -> Sense {
        if self.takes("NOT") { Sense::Not } else { Sense::Plain }
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.tokens.get(self.at), Some(Token::Sign(own)) if *own == sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn demands(&mut self, keyword: &str) -> Result<(), Fault> {
        if self.takes(keyword) { Ok(()) } else { Err(Fault::Unsupported) }
    }

    fn demands_sign(&mut self, sign: &str) -> Result<(), Fault> {
        if self.takes_sign(sign) { Ok(()) } else { Err(Fault::Unsupported) }
    }

    fn counts(&mut self) -> Result<(), Fault> {
        self.left = self.left.checked_sub(1).ok_or(Fault::TooMuch)?;
        Ok(())
    }

    fn alternatives(&mut self, deeper: usize) -> Result<Condition, Fault> {
        let mut parts = vec![self.together(deeper)?];
        while self.takes("OR") {
            parts.push(self.together(deeper)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn together(&mut self, deeper: usize) -> Result<Condition, Fault> {
        let mut parts = vec![self.factor(deeper)?];
        while self.takes("AND") {
            parts.push(self.factor(deeper)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn factor(&mut self, deeper: usize) -> Result<Condition, Fault> {
        let inner = deeper.checked_sub(1).ok_or(Fault::TooMuch);
        if self.takes("NOT") {
            return Ok(Condition::Not(Box::new(self.factor(inner?)?)));
        }
        if self.takes_sign("(") {
            let condition = self.alternatives(inner?)?;
            self.demands_sign(")")?;
            return Ok(condition);
        }
        self.counts()?;
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Condition, Fault> {
        let first = self.next()?;
        if let Some(literal) = constant(&first) {
            let Token::Sign(sign) = self.next()? else { return Err(Fault::Unsupported) };
            let name = name(self.next()?)?;
            let literal = self.fits(&name, literal)?;
            return Ok(Condition::Compare(name, turned(comparison(sign).ok_or(Fault::Unsupported)?), literal));
        }
        let name = name(first)?;
        let kind = self.kind(&name)?;
        if self.takes("IS") {
            let sense = self.sense();
            self.demands("NULL")?;
            return Ok(sense.of(Condition::IsNull(name)));
        }
        let sense = self.sense();
        if self.takes("BETWEEN") {
            let low = self.literal(&name)?;
            self.demands("AND")?;
            let high = self.literal(&name)?;
            let low = Condition::Compare(name.clone(), Comparison::AtLeast, low);
            return Ok(sense.of(Condition::All(vec![low, Condition::Compare(name, Comparison::AtMost, high)])));
        }
        if self.takes("LIKE") {
            let Token::Text(pattern) = self.next()? else { return Err(Fault::Unsupported) };
            return match kind {
                ColumnKind::Text | ColumnKind::Category => Ok(sense.of(Condition::Like(name, pattern))),
                ColumnKind::Number | ColumnKind::Integer | ColumnKind::Flag => Err(Fault::Kind(name)),
            };
        }
        if self.takes("IN") {
            self.demands_sign("(")?;
            let mut literals = vec![self.literal(&name)?];
            while self.takes_sign(",") {
                self.counts()?;
                literals.push(self.literal(&name)?);
            }
            self.demands_sign(")")?;
            return Ok(sense.of(Condition::In(name, literals)));
        }
        if let Sense::Not = sense {
            return Err(Fault::Unsupported);
        }
        let sign = match self.tokens.get(self.at) {
            Some(Token::Sign(sign)) => comparison(sign),
            _ => None,
        };
        match sign {
            Some(comparison) => {
                self.at += 1;
                let literal = self.literal(&name)?;
                Ok(Condition::Compare(name, comparison, literal))
            }
            // A flag alone asks for yes.
            None if kind == ColumnKind::Flag => Ok(Condition::Compare(name, Comparison::Equal, Literal::Flag(true))),
            None => Err(Fault::Unsupported),
        }
    }

    fn literal(&mut self, name: &str) -> Result<Literal, Fault> {
        let literal = constant(&self.next()?).ok_or(Fault::Unsupported)?;
        self.fits(name, literal)
    }

    /// What a property holds in every layer.
    fn kind(&self, name: &str) -> Result<ColumnKind, Fault> {
        let mut found = None;
        for layer in self.layers {
            let kind = layer.columns().find(|(column, _)| *column == name).map(|(_, kind)| kind);
            found = Some(kind.ok_or_else(|| Fault::Property(name.to_owned()))?);
        }
        found.ok_or(Fault::Unsupported)
    }

    fn fits(&self, name: &str, literal: Literal) -> Result<Literal, Fault> {
        match (self.kind(name)?, &literal) {
            (ColumnKind::Text | ColumnKind::Category, Literal::Text(_))
            | (ColumnKind::Number | ColumnKind::Integer, Literal::Number(_))
            | (ColumnKind::Flag, Literal::Flag(_)) => Ok(literal),
            _ => Err(Fault::Kind(name.to_owned())),
        }
    }
}

/// What stands before a predicate.
#[derive(Clone, Copy)]
enum Sense {
    Plain,
    Not,
}

impl Sense {
    fn of(self, condition: Condition) -> Condition {
        match self {
            Sense::Plain => condition,
            Sense::Not => Condition::Not(Box::new(condition)),
        }
    }
}

fn constant(token: &Token) -> Option<Literal> {
    match token {
        Token::Text(text) => Some(Literal::Text(text.clone())),
        Token::Number(number) => Some(Literal::Number(*number)),
        Token::Word(word) if word.eq_ignore_ascii_case("TRUE") => Some(Literal::Flag(true)),
        Token::Word(word) if word.eq_ignore_ascii_case("FALSE") => Some(Literal::Flag(false)),
        Token::Word(_) | Token::Quoted(_) | Token::Sign(_) => None,
    }
}

fn name(token: Token) -> Result<String, Fault> {
    match token {
        Token::Word(name) | Token::Quoted(name) => Ok(name),
        Token::Text(_) | Token::Number(_) | Token::Sign(_) => Err(Fault::Unsupported),
    }
}

fn comparison(operator: &str) -> Option<Comparison> {
    Some(match operator {
        "=" => Comparison::Equal,
        "<>" => Comparison::Different,
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        ">" => Comparison::More,
        ">=" => Comparison::AtLeast,
        _ => return None,
    })
}

/// The comparison with its sides exchanged.
fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::More,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::More => Comparison::Less,
        Comparison::AtLeast => Comparison::AtMost,
        Comparison::Equal | Comparison::Different => comparison,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PARCELS: &[MapLayer] = &[MapLayer::Parcels];

    #[test]
    fn what_the_map_offers_is_read() {
        let compare = |name: &str, comparison, literal| Condition::Compare(name.to_owned(), comparison, literal);
        assert_eq!(
            parse("kind = 'underused' AND plot_ratio < 0.5", PARCELS).unwrap(),
            Condition::All(vec![
                compare("kind", Comparison::Equal, Literal::Text("underused".into())),
                compare("plot_ratio", Comparison::Less, Literal::Number(0.5)),
            ])
        );
        assert_eq!(
            parse("NOT (parcel_code LIKE 'P%') OR 10 <= area_mu", PARCELS).unwrap(),
            Condition::Any(vec![
                Condition::Not(Box::new(Condition::Like("parcel_code".into(), "P%".into()))),
                compare("area_mu", Comparison::AtLeast, Literal::Number(10.0)),
            ])
        );
        assert!(parse("undetermined BETWEEN 1 AND 3", PARCELS).is_ok());
        assert!(parse("kind IN ('underused', '')", PARCELS).is_ok());
        assert!(parse("plot_ratio IS NULL", PARCELS).is_ok());
        assert!(parse("plot_ratio IS NOT NULL", PARCELS).is_ok());
        assert!(parse("is_industrial = TRUE", &[MapLayer::Zones]).is_ok());
    }

    #[test]
    fn what_it_does_not_offer_is_refused() {
        for text in [
            "",
            "kind",
            "1 = 1",
            "right_holder = 'x'",
            "kind = 5",
            "plot_ratio = 'x'",
            "plot_ratio + 1 > 2",
            "s_intersects(geom, POINT(0 0))",
            "casei(kind) = 'underused'",
            "kind = kinds",
            "kind = 'underused'; drop table parcel",
            "plot_ratio > 1 AND",
        ] {
            assert!(parse(text, PARCELS).is_err(), "{text}");
        }
        assert!(parse("kind = 'underused'", &[MapLayer::Parcels, MapLayer::Zones]).is_err(), "zones have no kind");
    }

    #[test]
    fn a_filter_can_be_neither_long_nor_deep_nor_wide() {
        assert!(parse(&format!("{}kind = 'x'{}", "(".repeat(500), ")".repeat(400)), PARCELS).is_err());
        assert!(parse(&format!("{}kind = 'x'{}", "(".repeat(20), ")".repeat(20)), PARCELS).is_err());
        assert!(parse(&format!("{}kind = 'x'{}", "(".repeat(9), ")".repeat(9)), PARCELS).is_ok());
        assert!(parse(&"NOT ".repeat(200), PARCELS).is_err());
        assert!(parse(&format!("{}kind = 'x'", "NOT ".repeat(200)), PARCELS).is_err());
        let list: Vec<String> = (0..60).map(|n| n.to_string()).collect();
        assert!(parse(&format!("undetermined IN ({})", list.join(",")), PARCELS).is_err());
    }
}
