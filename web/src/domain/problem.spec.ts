import { expect, it } from 'vitest'
import { problemPartText } from './problem'

it('a fault of a proposal shows its code, what and remedy', () => {
  expect(problemPartText({ code: 'PRO-003', message: '用地自相交', remedy: '修复后重报' })).toBe(
    'PRO-003　用地自相交　修复后重报',
  )
})

it('a wrong parameter shows what was found and what was expected', () => {
  expect(problemPartText({ parameter: 'county', found: '33', expected: '6 位行政区划代码' })).toBe(
    'county=“33”，应为6 位行政区划代码',
  )
})
