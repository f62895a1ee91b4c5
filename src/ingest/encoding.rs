//! Which encoding attribute bytes are in: what is declared is obeyed if the bytes agree, else the bytes decide.
//!
//! Only UTF-8 and the GBK family are told apart by looking; anything else must be declared.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

/// The decision, and why.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    /// The encoding to use.
    pub encoding: &'static Encoding,
    /// What the operator should know, when the file did not say or said wrongly; Chinese.
    pub note: Option<String>,
}

impl Decision {
    fn plain(encoding: &'static Encoding) -> Decision {
        Decision { encoding, note: None }
    }
}

/// What a Shapefile says of its encoding.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    /// Content of the .cpg file.
    pub cpg: Option<String>,
    /// Language driver byte of the .dbf header.
    pub language: Option<u8>,
}

/// Decides for a table whose non-ASCII cells are `samples`.
pub(super) fn decide(forced: Option<&'static Encoding>, hints: &Hints, samples: &[Vec<u8>]) -> Decision {
    if let Some(encoding) = forced {
        return Decision::plain(encoding);
    }
    let (declared, by) = declared(hints);
    let looks_utf8 = !samples.is_empty() && samples.iter().all(|bytes| decodes(UTF_8, bytes));
    let looks_gbk = !samples.is_empty() && samples.iter().all(|bytes| decodes(GB18030, bytes));
    if let Some(encoding) = declared {
        // Text in GBK is hardly ever valid UTF-8 throughout, while UTF-8 often passes for GBK: hence the order.
        let contradicted =
            !samples.iter().all(|bytes| decodes(encoding, bytes)) || (is_gbk(encoding) && looks_utf8 && multibyte(samples) >= 4);
        if !contradicted {
            return Decision::plain(encoding);
        }
        let found = if looks_utf8 { UTF_8 } else { GB18030 };
        return Decision {
            encoding: found,
            note: Some(format!("{by}声明属性编码为 {}，但字节不符；按字节判定为 {}", name(encoding), name(found))),
        };
    }
    if samples.is_empty() {
        return Decision::plain(UTF_8);
    }
    let found = if looks_utf8 { UTF_8 } else { GB18030 };
    let note = if looks_utf8 || looks_gbk {
        format!("文件没有声明属性编码；按字节判定为 {}", name(found))
    } else {
        "文件没有声明属性编码；既不是 UTF-8 也不全是 GB18030，按 GB18030 读取，个别字符可能有误".to_owned()
    };
    Decision { encoding: found, note: Some(note) }
}

fn declared(hints: &Hints) -> (Option<&'static Encoding>, &'static str) {
    if let Some(label) = hints.cpg.as_deref().map(str::trim).filter(|label| !label.is_empty()) {
        let found = match label.trim_start_matches(['C', 'P', 'c', 'p']) {
            "936" => Some(GBK),
            "65001" => Some(UTF_8),
            "54936" => Some(GB18030),
            _ => Encoding::for_label(label.as_bytes()),
        };
        if found.is_some() {
            return (found, ".cpg ");
        }
    }
    match hints.language {
        // 0x4D is code page 936. Other bytes are left alone: 0x57 means "whatever the machine had".
        Some(0x4d) => (Some(GBK), ".dbf 语言字节"),
        _ => (None, ""),
    }
}

fn is_gbk(encoding: &'static Encoding) -> bool {
    encoding == GBK || encoding == GB18030
}

fn multibyte(samples: &[Vec<u8>]) -> usize {
    samples.iter().flatten().filter(|byte| **byte >= 0x80).count()
}

/// Whether bytes are text in this encoding. A last character that is cut off is forgiven: DBF cuts at the field's width.
fn decodes(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    let decodes_whole = |bytes: &[u8]| encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some();
    decodes_whole(bytes) || (1..4).any(|cut| bytes.len() > cut && decodes_whole(&bytes[..bytes.len() - cut]))
}

/// Decodes a cell; a cut last character disappears, other faults become U+FFFD.
pub(super) fn decode(encoding: &'static Encoding, bytes: &[u8]) -> String {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return text.into_owned();
    }
    for cut in 1..4 {
        if bytes.len() > cut
            && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(&bytes[..bytes.len() - cut])
        {
            return text.into_owned();
        }
    }
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The name shown to users.
pub(super) fn name(encoding: &'static Encoding) -> String {
    encoding.name().to_ascii_uppercase()
}

/// The encoding of a text that is read as a stream, by its first bytes and whether all of it is UTF-8: a byte order mark
/// decides, else what is demanded, else the bytes.
pub(super) fn decide_start(forced: Option<&'static Encoding>, start: &[u8], is_utf8: bool) -> Decision {
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return Decision::plain(encoding);
    }
    let encoding = match forced {
        Some(encoding) => return Decision::plain(encoding),
        // Text of ASCII alone in UTF-16 is valid UTF-8 as well, with a zero at every other byte.
        None if looks_utf16(start, 1) => UTF_16LE,
        None if looks_utf16(start, 0) => UTF_16BE,
        None if is_utf8 => return Decision::plain(UTF_8),
        None => GB18030,
    };
    Decision { encoding, note: Some(sniffed(encoding)) }
}

fn sniffed(encoding: &'static Encoding) -> String {
    format!("文件不是 UTF-8，也没有声明编码；按字节判定为 {}", name(encoding))
}

/// Text of a whole file: a byte order mark decides, else UTF-8 if it is valid, else GB18030.
pub(super) fn decode_file<'b>(forced: Option<&'static Encoding>, bytes: &'b [u8]) -> (Cow<'b, str>, Decision) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = encoding.decode_without_bom_handling(&bytes[mark..]).0;
        return (text, Decision::plain(encoding));
    }
    let encoding = match forced {
        Some(encoding) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None if looks_utf16(bytes, 1) => UTF_16LE,
        None if looks_utf16(bytes, 0) => UTF_16BE,
        None => GB18030,
    };
    let note = (forced.is_none() && encoding != UTF_8).then(|| sniffed(encoding));
    (encoding.decode_without_bom_handling(bytes).0, Decision { encoding, note })
}

/// Whether every other byte of the start is often zero, as in UTF-16 with Latin letters and digits.
fn looks_utf16(bytes: &[u8], zero_at: usize) -> bool {
    let start = &bytes[..bytes.len().min(512)];
    let zeros = start.iter().skip(zero_at).step_by(2).filter(|byte| **byte == 0).count();
    start.len() >= 8 && zeros * 4 > start.len() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gbk(text: &str) -> Vec<u8> {
        GBK.encode(text).0.into_owned()
    }

    fn cpg(label: &str) -> Hints {
        Hints { cpg: Some(label.to_owned()), language: None }
    }

    #[test]
    fn a_declaration_that_fits_is_obeyed_without_a_word() {
        for (hints, bytes, expected) in [
            (cpg("UTF-8"), "工业用地".as_bytes().to_vec(), UTF_8),
            (cpg("GBK"), gbk("工业用地"), GBK),
            (cpg("936"), gbk("工业用地"), GBK),
            (Hints { cpg: None, language: Some(0x4d) }, gbk("工业用地"), GBK),
        ] {
            let decision = decide(None, &hints, &[bytes]);
            assert_eq!((decision.encoding, decision.note), (expected, None));
        }
    }

    #[test]
    fn a_lying_cpg_is_found_out() {
        let decision = decide(None, &cpg("UTF-8"), &[gbk("嘉善县工业园区")]);
        assert_eq!(decision.encoding, GB18030);
        assert!(decision.note.unwrap().contains("字节不符"));
        let decision = decide(None, &cpg("GBK"), &["嘉善县工业园区".as_bytes().to_vec()]);
        assert_eq!(decision.encoding, UTF_8);
    }

    #[test]
    fn without_a_declaration_the_bytes_decide_and_it_is_said() {
        let decision = decide(None, &Hints::default(), &[gbk("坐落"), gbk("用途")]);
        assert_eq!(decision.encoding, GB18030);
        assert!(decision.note.is_some());
        assert_eq!(decide(None, &Hints::default(), &["坐落".as_bytes().to_vec()]).encoding, UTF_8);
    }

    #[test]
    fn a_character_cut_by_the_field_width_is_dropped() {
        let whole = gbk("工业地块编号");
        assert_eq!(decode(GBK, &whole[..whole.len() - 1]), "工业地块编");
        assert_eq!(decode(UTF_8, &"工业".as_bytes()[..5]), "工");
    }
}
