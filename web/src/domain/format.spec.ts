import { expect, it } from 'vitest'
import {
  formatHectares,
  formatInstant,
  formatLonLat,
  formatMu,
  formatNumber,
  formatPlotRatio,
  formatShare,
  formatTenThousandMu,
  formatText,
  unbroken,
} from './format'

it('thousands are parted by a no-break space', () => {
  expect(formatNumber(1234567.891, 2)).toBe('1\u00a0234\u00a0567.89')
  expect(formatNumber(999, 0)).toBe('999')
  expect(formatNumber(1000, 0)).toBe('1\u00a0000')
})

it('a missing number is a dash and never a zero', () => {
  expect(formatNumber(null, 2)).toBe('—')
  expect(formatNumber(Number.NaN, 2)).toBe('—')
  expect(formatMu(undefined)).toBe('—')
  expect(formatShare(null)).toBe('—')
})

it('a negative number has a minus sign and a rounded-away one has none', () => {
  expect(formatNumber(-12.345, 2)).toBe('−12.35')
  expect(formatNumber(-0.0001, 2)).toBe('0.00')
})

it('square metres become mu, ten thousand mu and hectares', () => {
  expect(formatMu(2000)).toBe('3.00')
  expect(formatHectares(10_000)).toBe('1.0000')
  expect(formatTenThousandMu(10_666_666.6667)).toBe('1.6000')
})

it('a plot ratio near its limit shows enough decimals to tell the side', () => {
  expect(formatPlotRatio(0.8201, 1.5)).toBe('0.82')
  expect(formatPlotRatio(1.4996, 1.5)).toBe('1.4996')
})

it('a density near its limit shows two decimals', () => {
  expect(formatShare(0.413, 0.6)).toBe('41.3\u00a0%')
  expect(formatShare(0.6004, 0.6)).toBe('60.04\u00a0%')
})

it('an instant is shown in the time of the bureau', () => {
  expect(formatInstant('2026-06-29T16:30:00Z')).toBe('2026-06-30 00:30')
  expect(formatInstant('2026-06-30')).toBe('2026-06-30')
  expect(formatInstant(null)).toBe('—')
})

it('blank text is a dash', () => {
  expect(formatText('  ')).toBe('—')
  expect(formatText('硖石街道')).toBe('硖石街道')
})

it('a coordinate names its hemispheres', () => {
  expect(formatLonLat(120.6123456, 30.5)).toBe('120.612346°E 30.500000°N')
})

it('a number in a text of the server does not run over a line', () => {
  expect(unbroken('19\u2009246.00 ÷ 1\u202f234\u202f567')).toBe('19\u00a0246.00 ÷ 1\u00a0234\u00a0567')
})
