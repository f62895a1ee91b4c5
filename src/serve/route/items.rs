//! `GET /collections/{collection}/items`: features, streamed row by row from the database to the reader.
//! The number returned and the link to the next page follow the features, when they are known; the whole is never counted.

use async_stream::try_stream;
use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, SecondsFormat};
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::json;

use super::ogc::{Format, GEOJSON, JSON, format, link, title_of, to_application};
use crate::app::query::{self, FeatureCollection, FeatureFilter, FeatureKey, FeatureRow, QueryError};
use crate::app::state::State;
use crate::clock;
use crate::serve::extract::{BaseUrl, CollectionPath};
use crate::serve::query::{Parameters, invalid};
use crate::serve::view::feature;
use crate::serve::view::label::data_label;
use crate::serve::{cursor, problem::Problem};

const USUAL_LIMIT: u32 = 100;
const LARGEST_LIMIT: u32 = 10_000;
const LARGEST_OFFSET: u32 = 100_000_000;
/// Bytes gathered before they are handed to the connection.
const CHUNK: usize = 64 * 1024;

/// A page as asked for.
struct Page {
    collection: FeatureCollection,
    filter: FeatureFilter,
    after: Option<FeatureKey>,
    limit: u32,
    offset: u32,
    /// The filters as they stood in the request, for the links: name and value.
    asked: Vec<(&'static str, String)>,
}

/// Percent-encoding of everything that is not unreserved (RFC 3986).
pub(super) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

fn list(collection: FeatureCollection) -> String {
    format!("items:{}", collection.as_str())
}

impl Page {
    fn read(collection: FeatureCollection, parameters: &mut Parameters) -> Result<Page, Problem> {
        let mut asked = Vec::new();
        for name in ["bbox", "datetime", "county", "kind"] {
            if let Some(value) = parameters.peek(name) {
                asked.push((name, value.to_owned()));
            }
        }
        // More than the most is answered with the most: the standard wants it so.
        let limit =
            parameters.parsed("limit", "大于 0 的整数", |value| value.parse::<u64>().ok().filter(|limit| *limit > 0))?;
        let limit = limit.map_or(USUAL_LIMIT, |limit| u32::try_from(limit).unwrap_or(u32::MAX).min(LARGEST_LIMIT));
        let offset = parameters
            .parsed("offset", &format!(" 0–{LARGEST_OFFSET} 的整数"), |value| {
                value.parse::<u32>().ok().filter(|offset| *offset <= LARGEST_OFFSET)
            })?
            .unwrap_or(0);
        let bbox = parameters.bbox()?;
        let (observed_from, observed_to) = parameters
            .parsed("datetime", "日期、时刻或以“/”隔开的区间，如 2026-01-01/2026-06-30、../2026-06-30", interval)?
            .unwrap_or((None, None));
        let county = parameters.county()?;
        let kind = match collection {
            FeatureCollection::Parcels | FeatureCollection::Findings => parameters.kind()?,
            FeatureCollection::Projects => parameters.text("kind")?,
            // Counties have no kind; the parameter is unknown here.
            FeatureCollection::Divisions => None,
        };
        let after = match parameters.text("cursor")? {
            Some(mark) if offset == 0 => {
                let [division_code, code] = cursor::read(&list(collection), &mark)?;
                Some(FeatureKey { division_code, code })
            }
            Some(_) => return Err(invalid("offset", &offset.to_string(), " 0：cursor 与 offset 不能同时使用")),
            None => None,
        };
        let filter = FeatureFilter { county, kind, bbox, observed_from, observed_to, code: None };
        Ok(Page { collection, filter, after, limit, offset, asked })
    }

    fn address(&self, base: &str, more: &[(&str, String)]) -> String {
        let asked = self.asked.iter().map(|(name, value)| (*name, value));
        let query: Vec<String> = asked
            .chain(more.iter().map(|(name, value)| (*name, value)))
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        format!("{base}/collections/{}/items?{}", self.collection.as_str(), query.join("&"))
    }
}

type Days = (Option<NaiveDate>, Option<NaiveDate>);

/// A day or an instant, or an interval of them open at either side by `..` or nothing; as days in Beijing.
fn interval(text: &str) -> Option<Days> {
    let day = |text: &str| {
        text.parse::<NaiveDate>()
            .ok()
            .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|instant| clock::civil_date(instant.to_utc())))
    };
    let bound = |text: &str| if text.is_empty() || text == ".." { Some(None) } else { day(text).map(Some) };
    match text.split_once('/') {
        None => day(text).map(|day| (Some(day), Some(day))),
        Some((from, to)) => match (bound(from)?, bound(to)?) {
            (None, None) => None,
            (Some(from), Some(to)) if from > to => None,
            days => Some(days),
        },
    }
}

/// Members that say under which run the features were true, and that they are synthetic where they are.
pub(super) async fn provenance(state: &State) -> Result<Vec<String>, Problem> {
    let scope = match query::scope(state).await {
        Ok(scope) => Some(scope),
        Err(QueryError::NoRun) => None,
        Err(error) => return Err(error.into()),
    };
    let is_synthetic = match &scope {
        Some(scope) => scope.is_synthetic,
        None => query::is_synthetic(state).await?,
    };
    let mut members = Vec::new();
    if let Some(label) = data_label(is_synthetic) {
        members.push(format!("\"data_label\":{}", json!(label)));
    }
    if let Some(scope) = scope {
        members.push(format!(
            "\"scope\":{}",
            json!({
                "run_id": scope.run_id,
                "as_of": scope.as_of,
                "known_at": scope.known_at,
                "rulebook_edition": scope.rulebook_edition,
                "rulebook_digest": scope.rulebook_digest,
            })
        ));
    }
    Ok(members)
}

type Features = BoxStream<'static, Result<FeatureRow, QueryError>>;

/// The feature collection as bytes. An error breaks the connection: half a collection must not look whole.
fn body(base: String, page: Page, members: Vec<String>, first: Option<FeatureRow>, mut rest: Features) -> Body {
    let time_stamp = clock::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let stream = try_stream! {
        let mut out: Vec<u8> = Vec::with_capacity(CHUNK + CHUNK / 4);
        out.extend_from_slice(format!("{{\"type\":\"FeatureCollection\",\"timeStamp\":\"{time_stamp}\"").as_bytes());
        for member in members {
            out.push(b',');
            out.extend_from_slice(member.as_bytes());
        }
        out.extend_from_slice(b",\"features\":[");
        let mut returned: u32 = 0;
        let mut last: Option<FeatureRow> = None;
        let mut more = false;
        let mut upcoming = first;
        while let Some(row) = upcoming {
            if returned == page.limit {
                more = true;
                break;
            }
            if returned > 0 {
                out.push(b',');
            }
            feature::write(&row, &mut out);
            returned += 1;
            last = Some(row);
            if out.len() >= CHUNK {
                yield Bytes::from(std::mem::replace(&mut out, Vec::with_capacity(CHUNK + CHUNK / 4)));
            }
            upcoming = match rest.next().await {
                None => None,
                Some(Ok(row)) => Some(row),
                Some(Err(error)) => Err(error)?,
            };
        }
        let title = title_of(page.collection);
        let limit = ("limit", page.limit.to_string());
        let mut own = vec![limit.clone()];
        if page.offset > 0 {
            own.push(("offset", page.offset.to_string()));
        }
        if let Some(key) = &page.after {
            own.push(("cursor", cursor::write(&list(page.collection), &[&key.division_code, &key.code])));
        }
        let mut links = vec![
            link(page.address(&base, &own), "self", GEOJSON, title),
            link(page.address(&base, &[("f", "html".to_owned())]), "alternate", "text/html", "地图应用"),
            link(format!("{base}/collections/{}", page.collection.as_str()), "collection", JSON, title),
        ];
        if let (true, Some(row)) = (more, &last) {
            let mark = cursor::write(&list(page.collection), &[&row.division_code, &row.code]);
            links.push(link(page.address(&base, &[limit, ("cursor", mark)]), "next", GEOJSON, "下一页"));
        }
        out.extend_from_slice(format!("],\"numberReturned\":{returned},\"links\":{}}}", json!(links)).as_bytes());
        yield Bytes::from(out);
    };
    Body::from_stream(stream.map(|chunk: Result<Bytes, QueryError>| {
        if let Err(error) = &chunk {
            tracing::error!(error = error as &(dyn std::error::Error + 'static), "a stream of features broke off");
        }
        chunk
    }))
}

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    CollectionPath(collection): CollectionPath,
    BaseUrl(base): BaseUrl,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let format = format(&mut parameters)?;
    let page = Page::read(collection, &mut parameters)?;
    parameters.finish()?;
    if format == Format::Html {
        return Ok(to_application());
    }
    let members = provenance(&state).await?;
    // One more than asked tells whether there is a next page.
    let mut rows = query::features(&state, collection, page.filter.clone(), page.after.clone(), page.limit + 1, page.offset);
    // The first row is awaited before the status is sent, so that a failing database is a 503 and not a broken 200.
    let first = rows.next().await.transpose()?;
    let mut response = Response::new(body(base, page, members, first, rows));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(GEOJSON));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn intervals_may_be_open_at_one_side() {
        assert_eq!(interval("2026-06-30"), Some((day("2026-06-30"), day("2026-06-30"))));
        assert_eq!(interval("2026-01-01/.."), Some((day("2026-01-01"), None)));
        assert_eq!(interval("/2026-01-01"), Some((None, day("2026-01-01"))));
        assert_eq!(interval("2026-06-30T16:00:00Z"), Some((day("2026-07-01"), day("2026-07-01"))));
        for text in ["", "../..", "/", "2026-13-01", "2026-02-01/2026-01-01", "yesterday"] {
            assert_eq!(interval(text), None, "{text}");
        }
    }

    #[test]
    fn links_encode_what_they_carry() {
        assert_eq!(encoded("2026-01-01T00:00:00+08:00/.."), "2026-01-01T00%3A00%3A00%2B08%3A00%2F..");
        assert_eq!(encoded("浙"), "%E6%B5%99");
    }
}
