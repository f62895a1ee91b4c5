//! What the name of a column says: the words it stands for, the unit in it, its pinyin initials, and how like a known
//! name it is. Names only; what the cells say is looked at elsewhere.

use serde::Serialize;

/// Bytes that DBF leaves of a column's name.
const DBF_NAME: usize = 10;

/// A unit as people write it into a header or behind a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WrittenUnit {
    /// 平方米
    SquareMetre,
    /// 亩
    Mu,
    /// 公顷
    Hectare,
    /// 平方公里
    SquareKilometre,
    /// 万元
    WanYuan,
    /// 元
    Yuan,
    /// 亿元
    YiYuan,
    /// 百分数
    Percent,
    /// 米
    Metre,
    /// 万元/亩
    WanYuanPerMu,
    /// 万元/公顷
    WanYuanPerHectare,
    /// 元/平方米
    YuanPerSquareMetre,
}

impl WrittenUnit {
    /// 中文。
    pub fn label_zh(self) -> &'static str {
        match self {
            WrittenUnit::SquareMetre => "平方米",
            WrittenUnit::Mu => "亩",
            WrittenUnit::Hectare => "公顷",
            WrittenUnit::SquareKilometre => "平方公里",
            WrittenUnit::WanYuan => "万元",
            WrittenUnit::Yuan => "元",
            WrittenUnit::YiYuan => "亿元",
            WrittenUnit::Percent => "%",
            WrittenUnit::Metre => "米",
            WrittenUnit::WanYuanPerMu => "万元/亩",
            WrittenUnit::WanYuanPerHectare => "万元/公顷",
            WrittenUnit::YuanPerSquareMetre => "元/平方米",
        }
    }

    /// The word a mapping writes behind `unit =`; none for units that no field of a register is kept in.
    pub(super) fn mapping_word(self) -> Option<&'static str> {
        Some(match self {
            WrittenUnit::SquareMetre => "m2",
            WrittenUnit::Mu => "mu",
            WrittenUnit::Hectare => "hectare",
            WrittenUnit::SquareKilometre => "km2",
            WrittenUnit::WanYuan => "wan_yuan",
            WrittenUnit::Yuan => "yuan",
            WrittenUnit::YiYuan => "亿元",
            WrittenUnit::Percent => "percent",
            WrittenUnit::Metre => "metre",
            WrittenUnit::WanYuanPerMu | WrittenUnit::WanYuanPerHectare | WrittenUnit::YuanPerSquareMetre => return None,
        })
    }

    /// m² of one of it, for units of area.
    pub(super) fn square_metres(self) -> Option<f64> {
        super::values::area_unit(self.mapping_word()?)
    }

    /// Reads a unit, whatever stands round it removed.
    pub(super) fn read(text: &str) -> Option<WrittenUnit> {
        let plain: String = folded(text).chars().filter(|c| !matches!(c, '(' | ')' | '[' | ']' | ':' | '单' | '位')).collect();
        Some(match plain.as_str() {
            "m2" | "m²" | "㎡" | "平方米" | "平米" | "平方" | "m^2" | "pfm" => WrittenUnit::SquareMetre,
            "亩" | "mu" => WrittenUnit::Mu,
            "公顷" | "ha" | "hm2" | "hm²" | "gq" => WrittenUnit::Hectare,
            "平方公里" | "平方千米" | "km2" | "km²" => WrittenUnit::SquareKilometre,
            "万元" | "万" | "wy" => WrittenUnit::WanYuan,
            "元" => WrittenUnit::Yuan,
            "亿元" | "亿" => WrittenUnit::YiYuan,
            "%" | "百分比" | "百分数" => WrittenUnit::Percent,
            "米" | "m" => WrittenUnit::Metre,
            "万元/亩" | "万/亩" => WrittenUnit::WanYuanPerMu,
            "万元/公顷" | "万/公顷" | "万元/ha" => WrittenUnit::WanYuanPerHectare,
            "元/平方米" | "元/m2" | "元/㎡" | "元/平米" => WrittenUnit::YuanPerSquareMetre,
            _ => return None,
        })
    }
}

/// A header, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    /// Its words: lower case, half width, without blanks, brackets and unit.
    pub words: String,
    /// The unit it states.
    pub unit: Option<WrittenUnit>,
}

impl Header {
    /// Takes a header apart. The `#2` behind a name that stands twice is no part of it.
    pub fn read(name: &str) -> Header {
        let name = name.split_once('#').map_or(name, |(name, _)| name);
        let mut words = folded(name);
        let mut unit = None;
        while let Some((start, end)) = bracket(&words) {
            let inner = words[start + 1..end].to_owned();
            let inner = match WrittenUnit::read(&inner) {
                Some(found) => {
                    unit = unit.or(Some(found));
                    String::new()
                }
                // 约定容积率(上限): what stands in brackets is part of the name.
                None => inner,
            };
            words.replace_range(start..=end, &inner);
        }
        for mark in ['_', '/', '-', ':'] {
            if unit.is_none()
                && let Some((before, after)) = words.rsplit_once(mark)
                && let Some(found) = WrittenUnit::read(after)
                && !before.is_empty()
            {
                unit = Some(found);
                words = before.to_owned();
            }
        }
        if unit.is_none() {
            for (word, found) in [
                ("平方米", WrittenUnit::SquareMetre),
                ("平方公里", WrittenUnit::SquareKilometre),
                ("公顷", WrittenUnit::Hectare),
                ("万元", WrittenUnit::WanYuan),
                ("亩", WrittenUnit::Mu),
                ("㎡", WrittenUnit::SquareMetre),
                ("%", WrittenUnit::Percent),
            ] {
                if let Some(before) = words.strip_suffix(word).filter(|before| !before.is_empty()) {
                    words = before.to_owned();
                    unit = Some(found);
                    break;
                }
            }
        }
        if words.starts_with("亩均") && unit == Some(WrittenUnit::WanYuan) {
            // 亩均税收(万元): the 亩 is in the name.
            unit = Some(WrittenUnit::WanYuanPerMu);
        }
        Header { words: words.chars().filter(|c| !matches!(c, '_' | '-' | '.' | ':')).collect(), unit }
    }
}

fn bracket(text: &str) -> Option<(usize, usize)> {
    let start = text.find(['(', '[', '【'])?;
    let end = start + text[start..].find([')', ']', '】'])?;
    // Multi-byte brackets would need more care than the two ends of a range give.
    (text.is_char_boundary(start + 1) && text[end..].starts_with([')', ']'])).then_some((start, end))
}

/// Without case, blanks and the width of marks.
pub(super) fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{feff}' && *c != '\u{fffd}')
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '【' => '[',
            '】' => ']',
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// First letters of the pinyin of a Chinese name, `宗地代码` → `zddm`; what is not Chinese stays as it is. None when a
/// character is beyond the 3755 common ones, which GB 2312 lists in the order of their pinyin.
pub(super) fn initials(name: &str) -> Option<String> {
    /// First code of each letter in GB 2312, level 1. No syllable begins with i, u or v.
    const STARTS: [(u16, char); 23] = [
        (0xb0a1, 'a'),
        (0xb0c5, 'b'),
        (0xb2c1, 'c'),
        (0xb4ee, 'd'),
        (0xb6ea, 'e'),
        (0xb7a2, 'f'),
        (0xb8c1, 'g'),
        (0xb9fe, 'h'),
        (0xbbf7, 'j'),
        (0xbfa6, 'k'),
        (0xc0ac, 'l'),
        (0xc2e8, 'm'),
        (0xc4c3, 'n'),
        (0xc5b6, 'o'),
        (0xc5be, 'p'),
        (0xc6da, 'q'),
        (0xc8bb, 'r'),
        (0xc8f6, 's'),
        (0xcbfa, 't'),
        (0xcdda, 'w'),
        (0xcef4, 'x'),
        (0xd1b9, 'y'),
        (0xd4d1, 'z'),
    ];
    const LAST: u16 = 0xd7f9;
    // 行 is read háng in 行业 and xíng in 行政; GB 2312 lists it under the second.
    let name = name.replace("行业", "hy");
    let mut letters = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_ascii() {
            letters.push(character.to_ascii_lowercase());
            continue;
        }
        let mut buffer = [0; 4];
        let (bytes, _, failed) = encoding_rs::GBK.encode(character.encode_utf8(&mut buffer));
        let &[high, low] = bytes.as_ref() else { return None };
        let code = u16::from_be_bytes([high, low]);
        if failed || low < 0xa1 || !(STARTS[0].0..=LAST).contains(&code) {
            return None;
        }
        letters.push(STARTS.iter().rev().find(|(start, _)| *start <= code)?.1);
    }
    Some(letters)
}

/// How a column's name came to be taken for a known name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// One is part of the other.
    Part,
    /// It is what DBF leaves of the known name, or of its initials.
    Cut,
    /// Two letters that are the initials of many names.
    ShortInitials,
    /// It is the pinyin initials of the known name.
    Initials,
    /// The same.
    Same,
}

impl Likeness {
    /// How much it proves, 0 to 1.
    pub fn score(self) -> f64 {
        match self {
            Likeness::Same => 1.0,
            Likeness::Initials => 0.85,
            Likeness::Cut => 0.82,
            Likeness::ShortInitials => 0.6,
            Likeness::Part => 0.55,
        }
    }
}

/// How like a header is to a known name, both as [`Header::words`]; none when it is not.
pub(super) fn likeness(header: &str, known: &str) -> Option<Likeness> {
    if header.is_empty() || known.is_empty() {
        return None;
    }
    if header == known {
        return Some(Likeness::Same);
    }
    if !known.is_ascii()
        && header.is_ascii()
        && let Some(letters) = initials(known)
    {
        if letters == header {
            return Some(if header.len() >= 3 { Likeness::Initials } else { Likeness::ShortInitials });
        }
        if header.len() == DBF_NAME && letters.starts_with(header) {
            return Some(Likeness::Cut);
        }
    }
    if header.is_ascii() {
        return (header.len() == DBF_NAME && known.is_ascii() && known.starts_with(header)).then_some(Likeness::Cut);
    }
    // Each Chinese character has 2 bytes in GBK and 3 in UTF-8: a name that fills its ten bytes was cut.
    let in_gbk = header.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    if known.starts_with(header) && (in_gbk + 1 >= DBF_NAME || header.len() + 2 >= DBF_NAME) && header.chars().count() >= 3 {
        return Some(Likeness::Cut);
    }
    let (long, short) = if header.len() > known.len() { (header, known) } else { (known, header) };
    let (long_count, short_count) = (long.chars().count(), short.chars().count());
    // What stands last in a Chinese name is what the thing is: 土地坐落 is a 坐落, 坐落单位 is not.
    (short_count >= 2 && short_count * 5 >= long_count * 2 && long.ends_with(short)).then_some(Likeness::Part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_that_offices_use() {
        for (name, letters) in [
            ("宗地代码", "zddm"),
            ("土地坐落", "tdzl"),
            ("宗地面积", "zdmj"),
            ("不动产单元号", "bdcdyh"),
            ("容积率", "rjl"),
            ("建筑密度", "jzmd"),
            ("行政区代码", "xzqdm"),
            ("行业代码", "hydm"),
            ("批准文号", "pzwh"),
            ("电子监管号", "dzjgh"),
            ("约定开工时间", "ydkgsj"),
            ("土地使用权人", "tdsyqr"),
            ("亩", "m"),
            ("长度", "cd"),
        ] {
            assert_eq!(initials(name).as_deref(), Some(letters), "{name}");
        }
        assert_eq!(initials("犇"), None, "beyond the common characters");
    }

    #[test]
    fn a_unit_is_found_wherever_a_header_puts_it() {
        for (name, words, unit) in [
            ("证载面积（亩）", "证载面积", Some(WrittenUnit::Mu)),
            ("面积(公顷)", "面积", Some(WrittenUnit::Hectare)),
            ("面积_平方米", "面积", Some(WrittenUnit::SquareMetre)),
            ("用地面积亩", "用地面积", Some(WrittenUnit::Mu)),
            ("成交价款[万元]", "成交价款", Some(WrittenUnit::WanYuan)),
            ("投资强度（万元/公顷）", "投资强度", Some(WrittenUnit::WanYuanPerHectare)),
            ("亩均税收(万元)", "亩均税收", Some(WrittenUnit::WanYuanPerMu)),
            ("亩均评价用地面积", "亩均评价用地面积", None),
            ("约定容积率(上限)", "约定容积率上限", None),
            ("土地用途#2", "土地用途", None),
            ("ZDMJ", "zdmj", None),
            ("MJ_HA", "mj", Some(WrittenUnit::Hectare)),
        ] {
            assert_eq!(Header::read(name), Header { words: words.to_owned(), unit }, "{name}");
        }
    }

    #[test]
    fn a_name_is_known_again_by_its_initials_and_by_its_first_ten_bytes() {
        assert_eq!(likeness("zddm", "宗地代码"), Some(Likeness::Initials));
        assert_eq!(likeness("zl", "坐落"), Some(Likeness::ShortInitials));
        assert_eq!(likeness("已建成用地", "已建成用地面积"), Some(Likeness::Cut), "ten bytes of GBK");
        assert_eq!(likeness("建筑面", "建筑面积平方米"), Some(Likeness::Cut), "nine bytes of UTF-8");
        assert_eq!(likeness("xzbgjshfws", "行政办公及生活服务设施用地面积"), Some(Likeness::Cut));
        assert_eq!(likeness("土地坐落", "坐落"), Some(Likeness::Part));
        assert_eq!(likeness("坐落单位代码", "坐落"), None);
        assert_eq!(likeness("zddm", "坐落"), None);
        assert_eq!(likeness("面", "面积"), None);
    }
}
