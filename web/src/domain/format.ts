// Numbers and dates as they are shown: 亩 two decimals, 公顷 four, ㎡ two, 容积率 two and four near a limit,
// 密度 one and two near a limit. Thousands are parted by a no-break space. A missing value is a dash, never a zero.
import { hectaresOf, muOf } from './units'

/** What stands where a value is not known. */
export const UNKNOWN = '—'
/** The no-break space between thousands, and between a number and its unit. */
export const SPACE = '\u00a0'

type Maybe = number | null | undefined

/** A number with a fixed count of decimals and parted thousands; never "-0.00". */
export function formatNumber(value: Maybe, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN
  const fixed = Math.abs(value).toFixed(decimals)
  const [whole = '0', fraction] = fixed.split('.')
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, SPACE)
  const sign = value < 0 && Number(fixed) !== 0 ? '−' : ''
  return sign + (fraction === undefined ? parted : `${parted}.${fraction}`)
}

/** A count of things. */
export function formatCount(value: Maybe): string {
  return formatNumber(value, 0)
}

/** m² shown as 亩, without the unit. */
export function formatMu(squareMetres: Maybe): string {
  return squareMetres === null || squareMetres === undefined ? UNKNOWN : formatNumber(muOf(squareMetres), 2)
}

/** m² shown as 万亩, without the unit. */
export function formatTenThousandMu(squareMetres: Maybe): string {
  return squareMetres === null || squareMetres === undefined ? UNKNOWN : formatNumber(muOf(squareMetres) / 10_000, 4)
}

/** m² shown as 公顷, without the unit. */
export function formatHectares(squareMetres: Maybe): string {
  return squareMetres === null || squareMetres === undefined ? UNKNOWN : formatNumber(hectaresOf(squareMetres), 4)
}

/** m² shown as ㎡, without the unit. */
export function formatSquareMetres(squareMetres: Maybe): string {
  return formatNumber(squareMetres, 2)
}

/** A plot ratio: two decimals, four when within 0.01 of the limit, so that 1.4996 is not shown as 1.50. */
export function formatPlotRatio(value: Maybe, limit?: Maybe): string {
  return formatNumber(value, isNear(value, limit) ? 4 : 2)
}

/** A share 0–1 in percent: one decimal, two when within a percentage point of the limit. */
export function formatShare(value: Maybe, limit?: Maybe): string {
  if (value === null || value === undefined) return UNKNOWN
  return `${formatNumber(value * 100, isNear(value, limit) ? 2 : 1)}${SPACE}%`
}

function isNear(value: Maybe, limit: Maybe): boolean {
  if (value === null || value === undefined || limit === null || limit === undefined) return false
  return Math.abs(value - limit) <= 0.01
}

/** An instant as its minute in Asia/Shanghai; an ISO day is left as it is. */
export function formatInstant(iso: string | null | undefined): string {
  if (!iso) return UNKNOWN
  if (/^\d{4}-\d{2}-\d{2}$/.test(iso)) return iso
  const instant = new Date(iso)
  if (Number.isNaN(instant.getTime())) return iso
  // China has had one time zone without summer time since 1992: eight hours are enough, and no locale data is needed.
  const shifted = new Date(instant.getTime() + 8 * 3_600_000).toISOString()
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 16)}`
}

/** Text, or the dash when there is none. */
export function formatText(text: string | null | undefined): string {
  return text === null || text === undefined || text.trim() === '' ? UNKNOWN : text
}

/** Longitude and latitude in degrees with hemisphere letters, six decimals (about 0.1 m). */
export function formatLonLat(lon: number, lat: number): string {
  return `${Math.abs(lon).toFixed(6)}°${lon < 0 ? 'W' : 'E'} ${Math.abs(lat).toFixed(6)}°${lat < 0 ? 'S' : 'N'}`
}

/** A text of the server with the thin spaces inside its numbers made like ours, so that no number runs over a line. */
export function unbroken(text: string): string {
  return text.replace(/(\d)[\u2009\u202f](?=\d)/g, `$1${SPACE}`)
}

/** A digest cut to what an eye can compare. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 8)
}
