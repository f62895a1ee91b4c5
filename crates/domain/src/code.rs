//! The codes of registers: parcels, real-estate units, divisions, industries, firms. A value of these types has the right
//! form; whether the thing exists is not known here. Sources: `reference` domain notes §9 (GB/T 37346 by recall, GB 32100).

use serde::{Deserialize, Serialize, Serializer};

/// 编码格式错误。Why a text is not a code, in Chinese: which code, what was found, what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}“{found}”不合格式：{expected}")]
pub struct CodeFault {
    /// Which code.
    pub what: &'static str,
    /// What was found.
    pub found: String,
    /// What was expected, and at which place it went wrong.
    pub expected: String,
}

impl CodeFault {
    fn new(what: &'static str, found: &str, expected: impl Into<String>) -> CodeFault {
        CodeFault { what, found: found.to_owned(), expected: expected.into() }
    }
}

/// 宗地编号。The key of a parcel as its register writes it: an opaque text that is not always a cadastral code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParcelCode(String);

impl ParcelCode {
    /// The code, trimmed. Fails on an empty text.
    pub fn parse(text: &str) -> Result<ParcelCode, CodeFault> {
        match text.trim() {
            "" => Err(CodeFault::new("宗地编号", text, "不能为空")),
            code => Ok(ParcelCode(code.to_owned())),
        }
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The cadastral code, if it has that form.
    pub fn cadastral(&self) -> Option<CadastralCode> {
        CadastralCode::parse(&self.0).ok()
    }
}

/// 宗地代码，19 位。6 县级 + 3 地籍区 + 3 地籍子区 + 2 特征码 + 5 顺序号.
/// The first letter says whose land (G state, J collective, Z undetermined), the second what kind (B construction land surface).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CadastralCode(String);

impl CadastralCode {
    /// Parses 19 characters of the form `^\d{12}[GJZ][A-HSWXY]\d{5}$`; letters may be lower case.
    pub fn parse(text: &str) -> Result<CadastralCode, CodeFault> {
        let code = text.trim().to_ascii_uppercase();
        cadastral_form(&code).map_err(|expected| CodeFault::new("宗地代码", text, expected))?;
        Ok(CadastralCode(code))
    }

    /// As written, letters in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The division in its first six digits.
    pub fn division(&self) -> DivisionCode {
        DivisionCode::parse(&self.0[..6]).expect("the first twelve characters are digits")
    }
}

fn cadastral_form(code: &str) -> Result<(), String> {
    let length = code.chars().count();
    if length != 19 || !code.is_ascii() {
        return Err(format!("应为 19 位（6 位行政区划 + 6 位地籍区、子区 + 2 位特征码 + 5 位顺序号），实为 {length} 位"));
    }
    for (index, character) in code.chars().enumerate() {
        let place = index + 1;
        let (right, expected) = match index {
            0..=11 => (character.is_ascii_digit(), "数字"),
            12 => ("GJZ".contains(character), "G（国有）、J（集体）或 Z（未确定）"),
            13 => ("ABCDEFGHSWXY".contains(character), "宗地特征码 A–H、S、W、X、Y 之一"),
            _ => (character.is_ascii_digit(), "数字"),
        };
        if !right {
            return Err(format!("第 {place} 位应为{expected}，实为“{character}”"));
        }
    }
    Ok(())
}

/// 不动产单元代码，28 位。The 19 of the parcel, one letter for the fixture (F building, L forest, Q other, W none) and eight digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RealEstateUnitCode(String);

impl RealEstateUnitCode {
    /// Parses 28 characters; blanks inside, as certificates print them, are dropped.
    pub fn parse(text: &str) -> Result<RealEstateUnitCode, CodeFault> {
        let fault = |expected: String| CodeFault::new("不动产单元代码", text, expected);
        let code: String = text.chars().filter(|character| !character.is_whitespace()).collect::<String>().to_ascii_uppercase();
        let length = code.chars().count();
        if length != 28 || !code.is_ascii() {
            return Err(fault(format!("应为 28 位（19 位宗地代码 + 1 位定着物特征码 + 8 位单元号），实为 {length} 位")));
        }
        cadastral_form(&code[..19]).map_err(&fault)?;
        for (index, character) in code.chars().enumerate().skip(19) {
            let place = index + 1;
            let (right, expected) = match index {
                19 => ("FLQW".contains(character), "F（房屋）、L（林木）、Q（其他）或 W（无定着物）"),
                _ => (character.is_ascii_digit(), "数字"),
            };
            if !right {
                return Err(fault(format!("第 {place} 位应为{expected}，实为“{character}”")));
            }
        }
        Ok(RealEstateUnitCode(code))
    }

    /// As written, without blanks, letters in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parcel in its first 19 characters.
    pub fn cadastral(&self) -> CadastralCode {
        CadastralCode(self.0[..19].to_owned())
    }
}

/// 行政区划代码，6 位数字。A county-level (or city-level, `…00`) division code of GB/T 2260.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DivisionCode([u8; 6]);

impl DivisionCode {
    /// Parses six digits.
    pub fn parse(text: &str) -> Result<DivisionCode, CodeFault> {
        let trimmed = text.trim();
        match <[u8; 6]>::try_from(trimmed.as_bytes()) {
            Ok(bytes) if bytes.iter().all(u8::is_ascii_digit) => Ok(DivisionCode(bytes)),
            _ => Err(CodeFault::new("行政区划代码", text, "应为 6 位数字，如 330402")),
        }
    }

    /// The six digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("six ASCII digits")
    }

    /// The city the county lies in: the first four digits and `00`.
    pub fn city(self) -> DivisionCode {
        let mut bytes = self.0;
        bytes[4] = b'0';
        bytes[5] = b'0';
        DivisionCode(bytes)
    }
}

impl std::fmt::Display for DivisionCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::fmt::Debug for DivisionCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "DivisionCode({})", self.as_str())
    }
}

impl Serialize for DivisionCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for DivisionCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<DivisionCode, D::Error> {
        let text = String::deserialize(deserializer)?;
        DivisionCode::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// 国民经济行业分类的版本。The same number means another industry in another edition (29 is rubber in 2002, rubber and plastics
/// in 2017), so that a code without its edition is unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum IndustryEdition {
    /// GB/T 4754-2002
    #[serde(rename = "GB/T 4754-2002")]
    Y2002,
    /// GB/T 4754-2011
    #[serde(rename = "GB/T 4754-2011")]
    Y2011,
    /// GB/T 4754-2017
    #[serde(rename = "GB/T 4754-2017")]
    Y2017,
}

impl IndustryEdition {
    /// Every edition, oldest first.
    pub const ALL: [IndustryEdition; 3] = [IndustryEdition::Y2002, IndustryEdition::Y2011, IndustryEdition::Y2017];

    /// As in JSON and in the registers: `GB/T 4754-2017`.
    pub fn as_str(self) -> &'static str {
        match self {
            IndustryEdition::Y2002 => "GB/T 4754-2002",
            IndustryEdition::Y2011 => "GB/T 4754-2011",
            IndustryEdition::Y2017 => "GB/T 4754-2017",
        }
    }

    /// Parses `GB/T 4754-2017`, with other blanks and dashes, or the year alone.
    pub fn parse(text: &str) -> Result<IndustryEdition, CodeFault> {
        let plain: String = text
            .chars()
            .filter(|character| !character.is_whitespace())
            .map(|character| if matches!(character, '—' | '–' | '－' | '_') { '-' } else { character.to_ascii_uppercase() })
            .collect();
        let year = plain.strip_prefix("GB/T4754-").or_else(|| plain.strip_prefix("GBT4754-")).unwrap_or(&plain);
        match year {
            "2002" => Ok(IndustryEdition::Y2002),
            "2011" => Ok(IndustryEdition::Y2011),
            "2017" => Ok(IndustryEdition::Y2017),
            _ => Err(CodeFault::new("行业分类版本", text, "应为 GB/T 4754-2002、GB/T 4754-2011 或 GB/T 4754-2017")),
        }
    }
}

/// 行业大类：版本与两位代码。An industry division with the edition that gives the number its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndustryCode {
    /// The edition.
    pub edition: IndustryEdition,
    /// 大类 1–99; written with two digits.
    division: u8,
}

impl IndustryCode {
    /// Parses the division of a code of two to four digits, with or without the letter of its section: `35`, `C35`, `3511`.
    pub fn parse(edition: IndustryEdition, text: &str) -> Result<IndustryCode, CodeFault> {
        let fault = || CodeFault::new("行业代码", text, "应为 2 位大类（或 3、4 位中小类）数字，可带门类字母，如 35、C35、3511");
        let trimmed = text.trim();
        let digits = match trimmed.chars().next() {
            Some(letter) if letter.is_ascii_alphabetic() => &trimmed[1..],
            _ => trimmed,
        };
        if !(2..=4).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fault());
        }
        match digits[..2].parse::<u8>() {
            Ok(division) if division > 0 => Ok(IndustryCode { edition, division }),
            _ => Err(fault()),
        }
    }

    /// The two digits.
    pub fn division(self) -> String {
        format!("{:02}", self.division)
    }
}

impl std::fmt::Display for IndustryCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}（{}）", self.division(), self.edition.as_str())
    }
}

impl Serialize for IndustryCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written {
            edition: IndustryEdition,
            division: String,
        }
        Written { edition: self.edition, division: self.division() }.serialize(serializer)
    }
}

/// 统一社会信用代码，18 位。A firm's key; the check character is verified (GB 32100-2015).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CreditCode(String);

/// The 31 characters of GB 32100, in the order of their values: no I, O, S, V, Z.
const CREDIT_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

impl CreditCode {
    /// Parses 18 characters and verifies the last: weights 3^(i−1) mod 31, check = (31 − Σ mod 31) mod 31.
    pub fn parse(text: &str) -> Result<CreditCode, CodeFault> {
        let fault = |expected: String| CodeFault::new("统一社会信用代码", text, expected);
        let code = text.trim().to_ascii_uppercase();
        let length = code.chars().count();
        if length != 18 {
            return Err(fault(format!("应为 18 位，实为 {length} 位")));
        }
        for (index, character) in code.chars().enumerate() {
            if !CREDIT_ALPHABET.contains(character) {
                return Err(fault(format!("第 {} 位“{character}”不在字符集内（不用 I、O、S、V、Z）", index + 1)));
            };
            if (2..8).contains(&index) && !character.is_ascii_digit() {
                return Err(fault(format!("第 {} 位应为数字（登记机关行政区划），实为“{character}”", index + 1)));
            }
        }
        let (body, last) = code.split_at(17);
        match credit_check(body) {
            Some(right) if !last.starts_with(right) => Err(fault(format!("校验位应为“{right}”，实为“{last}”，请核对有无错字"))),
            _ => Ok(CreditCode(code)),
        }
    }

    /// As written, letters in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The character that checks the seventeen before it; none when they are not seventeen characters of the alphabet.
pub fn credit_check(body: &str) -> Option<char> {
    let (mut sum, mut weight) = (0usize, 1usize);
    for character in body.chars() {
        sum += CREDIT_ALPHABET.find(character)? * weight;
        weight = weight * 3 % 31;
    }
    (body.chars().count() == 17).then(|| CREDIT_ALPHABET.chars().nth((31 - sum % 31) % 31))?
}

#[cfg(test)]
mod tests {
    use super::{CadastralCode, CreditCode, DivisionCode, IndustryCode, IndustryEdition, ParcelCode, RealEstateUnitCode};

    const PARCEL: &str = "330402001002GB00012";

    /// The message of a fault names what was found and holds these words.
    #[track_caller]
    fn refused<T: std::fmt::Debug>(parsed: Result<T, super::CodeFault>, words: &str) {
        let message = parsed.expect_err("a fault").to_string();
        assert!(message.contains(words), "{message}");
    }

    #[test]
    fn a_cadastral_code_has_nineteen_places_of_their_kind() {
        let code = CadastralCode::parse(" 330402001002gb00012 ").unwrap();
        assert_eq!(code.as_str(), PARCEL);
        assert_eq!(code.division().as_str(), "330402");
        refused(CadastralCode::parse("330402001002GB0001"), "实为 18 位");
        refused(CadastralCode::parse("330402001002GB000123"), "实为 20 位");
        refused(CadastralCode::parse("33040200100AGB00012"), "第 12 位应为数字");
        refused(CadastralCode::parse("330402001002QB00012"), "第 13 位应为G");
        refused(CadastralCode::parse("330402001002GQ00012"), "第 14 位应为宗地特征码");
        refused(CadastralCode::parse("330402001002GB0001O"), "第 19 位应为数字，实为“O”");
        refused(CadastralCode::parse("三三零四零二"), "实为 6 位");
    }

    #[test]
    fn a_parcel_code_is_any_text_that_may_be_cadastral() {
        assert!(ParcelCode::parse(PARCEL).unwrap().cadastral().is_some());
        assert_eq!(ParcelCode::parse(" 南湖-17 ").unwrap().as_str(), "南湖-17");
        assert!(ParcelCode::parse("南湖-17").unwrap().cadastral().is_none());
        refused(ParcelCode::parse("  "), "不能为空");
    }

    #[test]
    fn a_real_estate_unit_is_its_parcel_a_letter_and_eight_digits() {
        let code = RealEstateUnitCode::parse("330402 001002 GB00012 W00000000").unwrap();
        assert_eq!(code.cadastral().as_str(), PARCEL);
        assert_eq!(code.as_str().len(), 28);
        refused(RealEstateUnitCode::parse(PARCEL), "实为 19 位");
        refused(RealEstateUnitCode::parse("330402001002GB00012X00000000"), "第 20 位应为F");
        refused(RealEstateUnitCode::parse("330402001002GB00012F0000000A"), "第 28 位应为数字");
        refused(RealEstateUnitCode::parse("330402001002AB00012F00000001"), "第 13 位");
    }

    #[test]
    fn a_division_is_six_digits_and_knows_its_city() {
        assert_eq!(DivisionCode::parse("330482").unwrap().city().as_str(), "330400");
        for wrong in ["33048", "3304821", "33048A", "", "３３０４８２"] {
            refused(DivisionCode::parse(wrong), "6 位数字");
        }
        let json = serde_json::to_string(&DivisionCode::parse("330402").unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<DivisionCode>(&json).unwrap().as_str(), "330402");
        assert!(serde_json::from_str::<DivisionCode>("\"3304\"").is_err());
    }

    #[test]
    fn an_industry_is_a_number_in_an_edition() {
        for text in ["GB/T 4754-2017", "gb/t4754—2017", "2017", "GBT4754-2017"] {
            assert_eq!(IndustryEdition::parse(text).unwrap(), IndustryEdition::Y2017, "{text}");
        }
        refused(IndustryEdition::parse("GB/T 4754-1994"), "1994");
        let edition = IndustryEdition::Y2017;
        for text in ["35", "C35", "c3511", "351", " 35 "] {
            assert_eq!(IndustryCode::parse(edition, text).unwrap().division(), "35", "{text}");
        }
        for wrong in ["", "3", "00", "C", "35111", "3A", "三五", "通用设备"] {
            refused(IndustryCode::parse(edition, wrong), "2 位大类");
        }
        assert_ne!(IndustryCode::parse(edition, "29").unwrap(), IndustryCode::parse(IndustryEdition::Y2002, "29").unwrap());
        assert_eq!(IndustryCode::parse(edition, "29").unwrap().to_string(), "29（GB/T 4754-2017）");
    }

    /// Computed by hand from GB 32100: Σ valueᵢ × 3^(i−1) mod 31 for 91330400MA0000001? gives the last character.
    #[test]
    fn a_credit_code_is_verified_by_its_last_character() {
        // 9,1,3,3,0,4,0,0,M=21,A=10,0×6,1 against 1,3,9,27,19,26,16,17,20,29,25,13,8,24,10,30,28: Σ = 962 ≡ 1, 31 − 1 = 30 = Y.
        assert_eq!(CreditCode::parse("91330400ma0000001y").unwrap().as_str(), "91330400MA0000001Y");
        refused(CreditCode::parse("91330400MA00000018"), "校验位应为“Y”，实为“8”");
        refused(CreditCode::parse("91330400MA0000001"), "实为 17 位");
        refused(CreditCode::parse("91330400MAO000001Y"), "第 11 位“O”不在字符集内");
        refused(CreditCode::parse("91A30400MA0000001Y"), "第 3 位应为数字");
        // Any one wrong character is noticed.
        for place in 0..18 {
            let mut wrong: Vec<char> = "91330400MA0000001Y".chars().collect();
            wrong[place] = if wrong[place] == '7' { '6' } else { '7' };
            assert!(CreditCode::parse(&wrong.iter().collect::<String>()).is_err(), "place {}", place + 1);
        }
    }
}
