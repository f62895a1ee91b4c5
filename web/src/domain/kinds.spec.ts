import { expect, it } from 'vitest'
import { VERDICT_SIGNS, inReadingOrder, isKind, verdictLook } from './kinds'

it('an unmet benchmark is not shown as a breach', () => {
  expect(verdictLook('unmet', 'benchmark')).toBe('below_benchmark')
  expect(verdictLook('unmet', 'binding')).toBe('unmet')
  expect(verdictLook('unmet', 'guidance')).toBe('unmet')
})

it('every look has a sign of its own', () => {
  const signs = Object.values(VERDICT_SIGNS)
  expect(new Set(signs).size).toBe(signs.length)
})

it('a kind is one of three words', () => {
  expect(isKind('underused')).toBe(true)
  expect(isKind('unused')).toBe(false)
})

it('flagged findings are read first and breaches before passes', () => {
  const findings = [
    { id: 'pass', outcome: 'met', force: 'binding', flag: null, flag_label: null },
    { id: 'below', outcome: 'unmet', force: 'benchmark', flag: null, flag_label: null },
    { id: 'unknown', outcome: 'undetermined', force: 'binding', flag: null, flag_label: null },
    { id: 'flag', outcome: 'unmet', force: 'binding', flag: 'underused', flag_label: '用而未尽 · 疑似' },
  ] as const
  expect(inReadingOrder(findings).map((finding) => finding.id)).toEqual(['flag', 'unknown', 'below', 'pass'])
})
